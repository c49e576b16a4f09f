package dev.hindsight.projections.search;

import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** The search model under the same names as the other models'. */
final class SearchMetrics implements MeterBinder {

    private final SearchFollower follower;
    private final EventLog log;

    SearchMetrics(SearchFollower follower, EventLog log) {
        this.follower = follower;
        this.log = log;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "hindsight.projection.position", "Last position brought in", SearchFollower.Status::position);
        gauge(
                registry,
                "hindsight.projection.lag.events",
                "Events of the log that are not brought in yet",
                status -> Math.max(0, log.head() - status.position()));
        gauge(
                registry,
                "hindsight.projection.running",
                "1 while the model follows the log, 0 while it stands still",
                status -> status.failingSince() == null ? 1 : 0);
    }

    private void gauge(
            MeterRegistry registry, String name, String description, ToDoubleFunction<SearchFollower.Status> value) {
        Gauge.builder(name, follower, its -> value.applyAsDouble(its.status()))
                .description(description)
                .tag("model", ReadModel.TICKET_SEARCH.id())
                .register(registry);
    }
}
