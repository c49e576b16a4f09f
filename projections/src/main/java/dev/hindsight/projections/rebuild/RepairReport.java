package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.rebuild.Report.Difference;
import dev.hindsight.projections.rebuild.StreamRepair.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * What a repair or a retry found and, unless it was a dry run, mended in the generation that answers. Holds no content.
 *
 * @param scope which streams, in words
 * @param position up to which the streams were folded
 * @param streams that were folded anew
 * @param differingStreams streams whose rows were not what the log makes of them
 * @param rows that were compared
 * @param differing rows that were missing, surplus or different
 * @param parked streams that stand still because their fold fails
 * @param samples some of the differences; kinds tell what was wrong with what answered: MISSING, SURPLUS, DIFFERENT
 * @param causes why streams stand still, some of them
 */
public record RepairReport(
        String scope,
        boolean dryRun,
        long position,
        long streams,
        long differingStreams,
        long rows,
        long differing,
        long parked,
        List<Difference> samples,
        List<Cause> causes) {

    private static final int SAMPLES = 100;

    /** @param cause for operators; holds no content of events */
    public record Cause(String stream, String cause) {}

    static RepairReport nothingYet(String scope, boolean dryRun) {
        return new RepairReport(scope, dryRun, 0, 0, 0, 0, 0, 0, List.of(), List.of());
    }

    /** @param count how many streams the outcome is of */
    RepairReport plus(int count, Outcome outcome) {
        var moreSamples = new ArrayList<>(samples);
        outcome.differences().stream()
                .limit(Math.max(0, SAMPLES - samples.size()))
                .forEach(moreSamples::add);
        var moreCauses = new ArrayList<>(causes);
        outcome.parked().entrySet().stream()
                .limit(Math.max(0, SAMPLES - causes.size()))
                .forEach(one -> moreCauses.add(new Cause(one.getKey(), one.getValue())));
        return new RepairReport(
                scope,
                dryRun,
                outcome.position(),
                streams + count,
                differingStreams + outcome.differingStreams(),
                rows + outcome.rows(),
                differing + outcome.differences().size(),
                parked + outcome.parked().size(),
                moreSamples,
                moreCauses);
    }
}
