package dev.hindsight.ops.eventstore;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event as it lies in the store, nothing decoded. The arrays are not copied: readers must not change them.
 *
 * @param position place in the log, dense from 1; 0 where the reader did not ask for the order
 * @param stream identifier of the aggregate, or a name of its own for an event that belongs to none
 * @param version place in its stream, from 1
 * @param streamType type of the aggregate; null for an event that belongs to none
 * @param eventId the event's identifier
 * @param name stored name of the event
 * @param revision stored revision of the event; null where the serializer gave none
 * @param occurredAt when it happened, to the microsecond
 * @param recordedAt when it got its position; null where the reader did not ask for the order
 * @param metadata serialized metadata
 * @param payload serialized payload
 */
@SuppressWarnings("ArrayRecordComponent") // raw bytes on the hottest path; never compared
public record StoredEvent(
        long position,
        String stream,
        long version,
        @Nullable String streamType,
        String eventId,
        String name,
        @Nullable String revision,
        Instant occurredAt,
        @Nullable Instant recordedAt,
        byte[] metadata,
        byte[] payload) {

    /** Bytes that this event holds on to, roughly; for bounding buffers. */
    public int weight() {
        return 160 + stream.length() + eventId.length() + metadata.length + payload.length;
    }
}
