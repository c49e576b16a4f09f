package dev.hindsight.ops.operator;

import dev.hindsight.ops.operator.ProjectionsEndpoint.Projection;
import dev.hindsight.ops.watch.Sampled;
import dev.hindsight.projections.live.LiveModels;
import dev.hindsight.projections.live.ModelStatus;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.search.SearchFollowers;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Per model what operators read at {@code /ops/v1/projections}: one query for all, every two seconds at most, and so the
 * same on every node. Lag here is that of the live generation behind the log's head. {@code running} is this node's.
 */
final class ProjectionMetrics implements MeterBinder {

    private static final Duration ASKED_EVERY = Duration.ofSeconds(2);

    private final Sampled<List<Projection>> projections;
    private final LiveModels models;
    private final SearchFollowers search;

    ProjectionMetrics(ProjectionsEndpoint endpoint, LiveModels models, SearchFollowers search) {
        this.projections = new Sampled<>(
                "the read models", ASKED_EVERY, () -> endpoint.listProjections().items());
        this.models = models;
        this.search = search;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (ReadModel model : ReadModel.values()) {
            gauge(registry, model, "position", "Last position brought in", Projection::position);
            gauge(
                    registry,
                    model,
                    "live.lag.events",
                    "Events of the log that the live generation does not have yet",
                    Projection::lagEvents);
            gauge(
                    registry,
                    model,
                    "live.lag.seconds",
                    "Age of the oldest of these events; 0 where the log is Axon Server's",
                    Projection::lagSeconds);
            gauge(
                    registry,
                    model,
                    "parked",
                    "Streams (tickets, mostly) that are passed over because their fold failed",
                    Projection::parked);
            Gauge.builder("hindsight.projection.running", this, its -> its.running(model) ? 1 : 0)
                    .description("1 while the model follows the log or is ready to, 0 while something keeps it")
                    .tag("model", model.id())
                    .register(registry);
        }
    }

    private void gauge(
            MeterRegistry registry,
            ReadModel model,
            String name,
            String description,
            ToDoubleFunction<Projection> value) {
        Gauge.builder("hindsight.projection." + name, projections, all -> of(all.get(), model, value))
                .description(description)
                .tag("model", model.id())
                .register(registry);
    }

    private static double of(@Nullable List<Projection> all, ReadModel model, ToDoubleFunction<Projection> value) {
        return all == null
                ? Double.NaN
                : all.stream()
                        .filter(one -> one.name().equals(model.id()))
                        .mapToDouble(value)
                        .findFirst()
                        .orElse(Double.NaN);
    }

    private boolean running(ReadModel model) {
        return model == ReadModel.TICKET_SEARCH
                ? search.status().failingSince() == null
                : models.statuses().stream()
                        .anyMatch(its -> its.model() == model && its.state() == ModelStatus.State.RUNNING);
    }
}
