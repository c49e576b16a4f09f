package dev.hindsight.ops.operator;

import dev.hindsight.ops.watch.Sampled;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.Job;
import dev.hindsight.projections.rebuild.Jobs;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Per model how far its rebuild, verification, repair or recovery is; 0 while none is under way. The same on every node. */
final class RebuildMetrics implements MeterBinder {

    private static final Duration ASKED_EVERY = Duration.ofSeconds(2);

    private final Sampled<List<Job>> jobs;

    RebuildMetrics(Jobs jobs) {
        this.jobs = new Sampled<>("the jobs", ASKED_EVERY, jobs::list);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (ReadModel model : ReadModel.values()) {
            gauge(
                    registry,
                    model,
                    "running",
                    "1 while a rebuild, verification, recovery or repair of many is not over",
                    job -> 1);
            gauge(registry, model, "percent", "How far it is, 0 to 100", Job::percent);
            gauge(
                    registry,
                    model,
                    "events.per.second",
                    "How fast it reads the log, 0 in other phases",
                    job -> job.phase() == Job.Phase.COPYING ? job.rate() : 0);
            Gauge.builder("hindsight.verification.differing", jobs, all -> drift(all.get(), model))
                    .description("Rows that the last verification found to differ; 0 before the first")
                    .tag("model", model.id())
                    .register(registry);
        }
    }

    private void gauge(
            MeterRegistry registry, ReadModel model, String name, String description, ToDoubleFunction<Job> value) {
        Gauge.builder("hindsight.rebuild." + name, jobs, all -> of(all.get(), model, value))
                .description(description)
                .tag("model", model.id())
                .register(registry);
    }

    /** Of what answers: a rebuild that has switched since begins anew. */
    private static double drift(@Nullable List<Job> all, ReadModel model) {
        if (all == null) {
            return Double.NaN;
        }
        return all.stream()
                .filter(job -> job.model().equals(model.id()) && job.state() == Job.State.DONE && job.report() != null)
                .findFirst()
                .filter(job -> job.kind() == Job.Kind.VERIFICATION)
                .map(job -> Objects.requireNonNull(job.report()))
                .map(report -> (double) (report.differing() + report.refoldedOtherwise()))
                .orElse(0.0);
    }

    private static double of(@Nullable List<Job> all, ReadModel model, ToDoubleFunction<Job> value) {
        if (all == null) {
            return Double.NaN;
        }
        Optional<Job> open = all.stream()
                .filter(job -> job.model().equals(model.id()) && job.endedAt() == null)
                .findFirst();
        return open.map(job -> value.applyAsDouble(job)).orElse(0.0);
    }
}
