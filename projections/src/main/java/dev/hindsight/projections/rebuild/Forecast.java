package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How much of a job is done and how long the rest will take. The phase under way goes on as fast as it has gone; those
 * to come take what they took in the last unpaced job of this kind for this model on this installation, in proportion to
 * the events and to how fast this job is beside that one. Without such a job the phases' usual shares are taken.
 *
 * @param phaseMillis of the phase under way, pauses left out
 * @param maxRate events a second that are allowed while copying, null for any
 * @param paced whether the copying rests on order, so that its speed says nothing of other phases
 * @param took by the phases of this job that are over
 * @param last what the last job took, null where there was none
 */
record Forecast(
        Kind kind,
        Phase phase,
        long done,
        long total,
        long phaseMillis,
        boolean paced,
        @Nullable Integer maxRate,
        Took took,
        @Nullable Took last) {

    private static final List<Phase> OF_A_REBUILD =
            List.of(Phase.COPYING, Phase.INDEXING, Phase.CATCHING_UP, Phase.VERIFYING);
    private static final List<Phase> OF_A_VERIFICATION = List.of(Phase.VERIFYING);
    private static final List<Phase> OF_A_RECOVERY = List.of(Phase.COPYING, Phase.INDEXING);

    /** Of the copying, while the server sorts. */
    private static final double USUAL_LEAD = 0.1;

    /** A machine that is busy now may be so no more when the next phase begins: not more than that is made of it. */
    private static final double MOST_SCALE = 3;

    /** Fewer indexes say little of the pace. */
    private static final int STEPS_THAT_TELL = 3;

    /** @param total what the phase counted: events, or indexes and tables */
    record Spent(double millis, long total) {}

    /**
     * What a job took.
     *
     * @param lead milliseconds of the copying up to the end of its first batch
     * @param leadEvents how many that had
     * @param steps milliseconds of the indexing up to the end of each step
     */
    record Took(Map<Phase, Spent> phases, double lead, long leadEvents, List<Double> steps) {

        private static final JsonMapper JSON = JsonMapper.shared();

        /** As {@code readmodel.job.took} holds it. */
        static Took of(String json) {
            var tree = JSON.readTree(json);
            var phases = new EnumMap<Phase, Spent>(Phase.class);
            for (var phase : Phase.values()) {
                var its = tree.path(phase.name());
                if (its.isObject()) {
                    phases.put(
                            phase,
                            new Spent(
                                    its.path("ms").asDouble(), its.path("total").asLong()));
                }
            }
            var steps = new ArrayList<Double>();
            for (JsonNode step : tree.path("steps")) {
                steps.add(step.asDouble());
            }
            return new Took(
                    phases,
                    tree.path("lead").asDouble(0),
                    tree.path("leadEvents").asLong(0),
                    steps);
        }

        Optional<Spent> phase(Phase phase) {
            return Optional.ofNullable(phases.get(phase));
        }

        /** Events that were copied. */
        Optional<Long> events() {
            return phase(Phase.COPYING).map(Spent::total).filter(count -> count > 0);
        }

        /** Milliseconds for an event, without what came before the first. */
        Optional<Double> perEvent() {
            return phase(Phase.COPYING)
                    .filter(its -> its.total() > leadEvents && its.millis() > lead)
                    .map(its -> (its.millis() - lead) / (its.total() - leadEvents));
        }
    }

    private List<Phase> phases() {
        return switch (kind) {
            case REBUILD -> OF_A_REBUILD;
            case RECOVERY -> OF_A_RECOVERY;
            case VERIFICATION, REPAIR -> OF_A_VERIFICATION;
        };
    }

    /** Of the whole time, 0 to 100; never falls while the job goes on. */
    double percent() {
        if (phase.compareTo(Phase.VERIFYING) > 0) {
            return 100;
        }
        var all = 0.0;
        var over = 0.0;
        for (var one : phases()) {
            all += weight(one);
            if (one.compareTo(phase) < 0) {
                over += weight(one);
            } else if (one == phase) {
                over += weight(one) * part();
            }
        }
        return 100 * over / all;
    }

    private double weight(Phase one) {
        return last == null
                ? one.usualShare()
                : last.phase(one).map(Spent::millis).orElseGet(() -> usual(last, one));
    }

    /** Where a phase is not on record, in proportion to the copying. */
    private static double usual(Took known, Phase one) {
        return known.phase(Phase.COPYING).map(Spent::millis).orElse(0.0)
                * one.usualShare()
                / Phase.COPYING.usualShare();
    }

    /** Of the phase under way. */
    private double part() {
        var counted = total <= 0 ? 0 : Math.min(1, done / (double) total);
        return switch (phase) {
            case COPYING -> done == 0 ? 0 : lead() + (1 - lead()) * counted;
            case INDEXING -> {
                var steps = lastSteps();
                yield done == 0 || steps.isEmpty() ? counted : steps.get((int) done - 1) / steps.getLast();
            }
            default -> counted;
        };
    }

    private double lead() {
        return last == null
                ? USUAL_LEAD
                : last.phase(Phase.COPYING)
                        .filter(its -> its.millis() > 0)
                        .map(its -> Math.min(1, last.lead() / its.millis()))
                        .orElse(USUAL_LEAD);
    }

    /** Those of the last job, where it had as many. */
    private List<Double> lastSteps() {
        return last != null
                        && last.steps().size() == total
                        && done <= total
                        && last.steps().getLast() > 0
                ? last.steps()
                : List.of();
    }

    /** From the moment on at which these figures were true; empty while nothing can be said. */
    Optional<Duration> left() {
        var millis =
                switch (phase) {
                    case COPYING -> copying().map(its -> its + after(phase));
                    case INDEXING -> Optional.of(indexing() + after(phase));
                    case CATCHING_UP, VERIFYING ->
                        kind == Kind.VERIFICATION
                                ? verification()
                                : Optional.of(Math.max(0, whole(phase) - phaseMillis) + after(phase));
                    default -> Optional.<Double>empty();
                };
        return millis.map(its -> Duration.ofMillis(Math.round(its)));
    }

    /** At its own pace: it has no other phase. */
    private Optional<Double> verification() {
        return done == 0 ? Optional.empty() : Optional.of(phaseMillis * (double) Math.max(0, total - done) / done);
    }

    private Optional<Double> copying() {
        return perEvent()
                .map(each -> each * (total - done) + (done == 0 ? Math.max(0, leadAtPace() - phaseMillis) : 0));
    }

    private double leadAtPace() {
        return last == null ? 0 : last.lead() * events() / last.events().orElse(1L);
    }

    /** As measured now; before that, as it was. */
    private Optional<Double> perEvent() {
        var measured = phase == Phase.COPYING
                ? Optional.of(took)
                        .filter(its -> done > its.leadEvents() && phaseMillis > its.lead())
                        .map(its -> (phaseMillis - its.lead()) / (done - its.leadEvents()))
                : took.perEvent();
        var each = measured.or(() -> Optional.ofNullable(last).flatMap(Took::perEvent));
        return maxRate == null ? each : each.map(millis -> Math.max(millis, 1_000.0 / maxRate));
    }

    private double indexing() {
        var steps = lastSteps();
        if (steps.isEmpty()) {
            var remaining = total <= 0 ? 1 : 1 - done / (double) total;
            return whole(Phase.INDEXING) * remaining;
        }
        var then = done == 0 ? 0 : steps.get((int) done - 1);
        var here = done >= STEPS_THAT_TELL && then > 0 && phaseMillis > 0
                ? Math.min(MOST_SCALE, phaseMillis / then)
                : scale() * growth();
        return (steps.getLast() - then) * here;
    }

    /** All phases behind this one. */
    private double after(Phase one) {
        return phases().stream()
                .filter(its -> its.compareTo(one) > 0)
                .mapToDouble(this::whole)
                .sum();
    }

    /** Milliseconds that a phase which has not begun will take. */
    private double whole(Phase one) {
        return last == null
                ? perEvent().orElse(0.0) * events() * one.usualShare() / Phase.COPYING.usualShare()
                : weight(one) * growth() * scale();
    }

    private long events() {
        return phase == Phase.COPYING ? total : took.events().orElse(0L);
    }

    private double growth() {
        return last == null
                ? 1
                : last.events().map(its -> events() / (double) its).orElse(1.0);
    }

    /** How much slower than the last job this one is. */
    private double scale() {
        if (paced || last == null) {
            return 1;
        }
        var before = last.perEvent();
        return before.isEmpty()
                ? 1
                : perEvent()
                        .map(now -> Math.clamp(now / before.get(), 1 / MOST_SCALE, MOST_SCALE))
                        .orElse(1.0);
    }
}
