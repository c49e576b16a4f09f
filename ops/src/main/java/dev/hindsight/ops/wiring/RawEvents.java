package dev.hindsight.ops.wiring;

import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.ops.eventstore.BrokenOrderException;
import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.projections.readmodel.RawLog;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Events in the order of positions, as the ledger takes them. For one thread.
 *
 * @param events what is read; closed with this
 */
record RawEvents(OrderedEvents.Reading events) implements RawLog.Reading {

    @Override
    public @Nullable List<RawLog.Stored> next() throws InterruptedException {
        try {
            List<StoredEvent> next = events.next();
            return next == null ? null : next.stream().map(RawEvents::raw).toList();
        } catch (BrokenOrderException broken) {
            throw new RawLog.BrokenOrder(broken.position(), broken.what());
        }
    }

    @Override
    public void close() {
        events.close();
    }

    /** @param event that has a position */
    static RawLog.Stored raw(StoredEvent event) {
        return new RawLog.Stored(
                new EventHeader(
                        event.position(),
                        event.stream(),
                        event.streamType(),
                        event.version(),
                        event.eventId(),
                        event.name(),
                        event.revision(),
                        Objects.requireNonNull(event.recordedAt(), "a placed event has its time"),
                        event.occurredAt()),
                event.metadata(),
                event.payload());
    }
}
