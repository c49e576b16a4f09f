package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModels;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.ToDoubleFunction;

/**
 * Per model: position, lag in events and seconds, what is parked, and whether it stands still. Positions are the stored
 * ones, so that every node tells the same whichever of them does the work.
 */
public final class ModelMetrics implements MeterBinder {

    private final LiveModels models;
    private final ReadModels stored;
    private final EventLog log;
    private final InstantSource clock;

    public ModelMetrics(LiveModels models, ReadModels stored, EventLog log, InstantSource clock) {
        this.models = models;
        this.stored = stored;
        this.log = log;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (var i = 0; i < models.statuses().size(); i++) {
            gauge(
                    registry,
                    i,
                    "hindsight.projection.position",
                    "Last position brought in",
                    status -> stored.position(status.model()));
            gauge(
                    registry,
                    i,
                    "hindsight.projection.lag.events",
                    "Events of the log that are not brought in yet",
                    status -> Math.max(0, log.head() - stored.position(status.model())));
            gauge(
                    registry,
                    i,
                    "hindsight.projection.parked",
                    "Streams that are passed over because their fold failed; 1000 where there are more",
                    status -> stored.<Integer>read(
                            snapshot -> snapshot.parked(status.model()).size()));
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
