package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.EventLog;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.ToDoubleFunction;

/** Per model: position, lag in events and seconds, and whether it stands still. */
public final class ModelMetrics implements MeterBinder {

    private final LiveModels models;
    private final EventLog log;
    private final InstantSource clock;

    public ModelMetrics(LiveModels models, EventLog log, InstantSource clock) {
        this.models = models;
        this.log = log;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (var i = 0; i < models.statuses().size(); i++) {
            gauge(registry, i, "hindsight.projection.position", "Last position brought in", ModelStatus::position);
            gauge(
                    registry,
                    i,
                    "hindsight.projection.lag.events",
                    "Events of the log that are not brought in yet",
                    status -> Math.max(0, log.head() - status.position()));
            gauge(
                    registry,
                    i,
                    "hindsight.projection.lag.seconds",
                    "Age of the oldest event that is being brought in",
                    this::lagSeconds);
            gauge(
                    registry,
                    i,
                    "hindsight.projection.running",
                    "1 while the model follows the log, 0 while it stands still",
                    status -> status.state() == ModelStatus.State.RUNNING ? 1 : 0);
        }
    }

    /** @return 0 when nothing is underway */
    private double lagSeconds(ModelStatus status) {
        var oldest = status.oldestUnderway();
        return oldest == null
                ? 0
                : Math.max(0, Duration.between(oldest, clock.instant()).toMillis() / 1000.0);
    }

    private void gauge(
            MeterRegistry registry, int index, String name, String description, ToDoubleFunction<ModelStatus> value) {
        Gauge.builder(name, models, its -> value.applyAsDouble(its.statuses().get(index)))
                .description(description)
                .tags(Tags.of("model", models.statuses().get(index).model().id()))
                .register(registry);
    }
}
