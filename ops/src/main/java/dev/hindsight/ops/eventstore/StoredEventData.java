package dev.hindsight.ops.eventstore;

import java.time.Instant;
import org.axonframework.eventhandling.DomainEventData;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedDomainEventData;
import org.axonframework.eventhandling.TrackedEventData;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.serialization.SerializedMetaData;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SimpleSerializedObject;
import org.jspecify.annotations.Nullable;

/** A stored event in the shape that Axon's upcasting and deserialization read. */
final class StoredEventData {

    private StoredEventData() {}

    static DomainEventData<byte[]> ofStream(StoredEvent event) {
        return new InStream(event);
    }

    /** The event at its position: a domain event where it belongs to an aggregate, else a plain one. */
    static TrackedEventData<byte[]> tracked(StoredEvent event) {
        TrackingToken token = new GlobalSequenceTrackingToken(event.position());
        return event.streamType() == null
                ? new Alone(event, token)
                : new TrackedDomainEventData<>(token, new InStream(event));
    }

    private static SerializedObject<byte[]> payloadOf(StoredEvent event) {
        return new SimpleSerializedObject<>(event.payload(), byte[].class, event.name(), event.revision());
    }

    private static SerializedObject<byte[]> metaDataOf(StoredEvent event) {
        return new SerializedMetaData<>(event.metadata(), byte[].class);
    }

    private record InStream(StoredEvent event) implements DomainEventData<byte[]> {
        @Override
        public @Nullable String getType() {
            return event.streamType();
        }

        @Override
        public String getAggregateIdentifier() {
            return event.stream();
        }

        @Override
        public long getSequenceNumber() {
            return event.version() - 1;
        }

        @Override
        public String getEventIdentifier() {
            return event.eventId();
        }

        @Override
        public Instant getTimestamp() {
            return event.occurredAt();
        }

        @Override
        public SerializedObject<byte[]> getMetaData() {
            return metaDataOf(event);
        }

        @Override
        public SerializedObject<byte[]> getPayload() {
            return payloadOf(event);
        }
    }

    private record Alone(StoredEvent event, TrackingToken trackingToken) implements TrackedEventData<byte[]> {
        @Override
        public String getEventIdentifier() {
            return event.eventId();
        }

        @Override
        public Instant getTimestamp() {
            return event.occurredAt();
        }

        @Override
        public SerializedObject<byte[]> getMetaData() {
            return metaDataOf(event);
        }

        @Override
        public SerializedObject<byte[]> getPayload() {
            return payloadOf(event);
        }
    }
}
