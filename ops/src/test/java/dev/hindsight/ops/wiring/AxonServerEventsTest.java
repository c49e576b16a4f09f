package dev.hindsight.ops.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.hindsight.domain.Envelope;
import dev.hindsight.ops.eventstore.StoredEvent;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What an Axon Server sends, as events that lie in a store. */
class AxonServerEventsTest {

    private static Event.Builder sent() {
        return Event.newBuilder()
                .setMessageIdentifier("message-1")
                .setTimestamp(1_700_000_000_123L)
                .setPayload(SerializedObject.newBuilder()
                        .setType("ticket.opened")
                        .setRevision("1")
                        .setData(ByteString.copyFromUtf8("{}")))
                .putMetaData(
                        Envelope.KEY,
                        MetaDataValue.newBuilder()
                                .setBytesValue(SerializedObject.newBuilder()
                                        .setType("envelope")
                                        .setRevision("1")
                                        .setData(ByteString.copyFromUtf8("{\"a\":1}")))
                                .build());
    }

    @Test
    void theFirstEventOfAStreamHasVersionOneAndTheFirstIndexIsPositionOne() {
        StoredEvent event = AxonServerEvents.stored(EventWithToken.newBuilder()
                .setToken(0)
                .setEvent(sent().setAggregateIdentifier("ticket-1")
                        .setAggregateType("Ticket")
                        .setAggregateSequenceNumber(0))
                .build());
        assertThat(event.position()).isEqualTo(1);
        assertThat(event.stream()).isEqualTo("ticket-1");
        assertThat(event.streamType()).isEqualTo("Ticket");
        assertThat(event.version()).isEqualTo(1);
        assertThat(event.eventId()).isEqualTo("message-1");
        assertThat(event.name()).isEqualTo("ticket.opened");
        assertThat(event.revision()).isEqualTo("1");
        assertThat(event.recordedAt()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_123L));
        assertThat(event.metadata()).asString().isEqualTo("{\"a\":1}");
        assertThat(event.payload()).asString().isEqualTo("{}");
    }

    @Test
    void anEventOfNoStreamIsAStreamOfItsOwn() {
        StoredEvent event = AxonServerEvents.stored(
                EventWithToken.newBuilder().setToken(41).setEvent(sent()).build());
        assertThat(event.position()).isEqualTo(42);
        assertThat(event.stream()).isEqualTo("message-1");
        assertThat(event.streamType()).isNull();
    }
}
