package dev.hindsight.projections.readmodel;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.UnknownEvent;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * An event as it stands in the log. It is decoded when it is asked for, so that one which can't be read does not hide
 * those around it.
 *
 * @param position its place in the global order, from 1
 * @param stream the stream it belongs to, such as {@code ticket-…}
 * @param version its place in the stream, from 1
 * @param recordedAt when the sequencer placed it
 * @param payload decodes the event, the same each time
 */
public record LoggedEvent(
        long position,
        String stream,
        long version,
        Instant recordedAt,
        Envelope envelope,
        Supplier<? extends Event> payload) {

    /** An event that is decoded already. */
    public static LoggedEvent of(
            long position, String stream, long version, Instant recordedAt, Envelope envelope, Event event) {
        return new LoggedEvent(position, stream, version, recordedAt, envelope, () -> event);
    }

    /**
     * The event itself.
     *
     * @throws UnknownEvent when newer software wrote it
     * @throws RuntimeException when it can't be read
     */
    public Event event() {
        return payload.get();
    }
}
