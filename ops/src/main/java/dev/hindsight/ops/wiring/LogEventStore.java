package dev.hindsight.ops.wiring;

import dev.hindsight.ops.eventstore.PostgresEventLog;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.AbstractEventStore;
import org.jspecify.annotations.Nullable;

/**
 * Axon's event store over our log. Its streams are the log's own tail, which tells processors at once when there is
 * more; Axon's embedded store would leave them polling.
 */
final class LogEventStore extends AbstractEventStore {

    private final PostgresEventLog log;

    private LogEventStore(Builder builder, PostgresEventLog log) {
        super(builder);
        this.log = log;
    }

    static LogEventStore over(PostgresEventLog log) {
        Builder builder = new Builder();
        builder.storageEngine(log.engine());
        return new LogEventStore(builder, log);
    }

    @Override
    public BlockingStream<TrackedEventMessage<?>> openStream(@Nullable TrackingToken trackingToken) {
        return log.tail().openStream(trackingToken);
    }

    private static final class Builder extends AbstractEventStore.Builder {}
}
