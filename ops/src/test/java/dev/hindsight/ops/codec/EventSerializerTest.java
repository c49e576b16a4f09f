package dev.hindsight.ops.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.ticket.TicketEvent.InternalNoteAdded;
import dev.hindsight.ops.codec.keys.FixedKeys;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.LazyDeserializingObject;
import org.axonframework.serialization.SerializationException;
import org.axonframework.serialization.SerializedMetaData;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.junit.jupiter.api.Test;

class EventSerializerTest {

    private static final InternalNoteAdded NOTE = new InternalNoteAdded(
            new UUID(1, 2), Instant.parse("2026-11-21T03:51:17Z"), new UUID(3, 4), null, "look inside");
    private static final Envelope ENVELOPE = new Envelope(
            new Envelope.Actor(ActorKind.AGENT, new UUID(5, 6), List.of("agent")),
            null,
            null,
            "c",
            "c",
            "c",
            "r",
            "API",
            null,
            Envelope.TENANT,
            "0.1.0",
            null);

    private final EventSerializer serializer =
            new EventSerializer(new EventCodec(EventNames.current(), new FixedKeys()));

    @Test
    void eventsAreStoredUnderOurNamesAndNeverUnderClassNames() {
        SerializedObject<byte[]> stored = serializer.serialize(NOTE, byte[].class);
        assertThat(stored.getType()).isEqualTo(new SimpleSerializedType("ticket.internal-note-added", "1"));
        assertThat(serializer.typeForClass(InternalNoteAdded.class)).isEqualTo(stored.getType());
        assertThat(serializer.classForType(stored.getType())).isEqualTo(InternalNoteAdded.class);
        assertThat(serializer.<byte[], Object>deserialize(stored)).isEqualTo(NOTE);
        assertThat(new LazyDeserializingObject<>(stored, serializer).getObject())
                .isEqualTo(NOTE);
    }

    @Test
    void eventsCanTravelAsText() {
        assertThat(serializer.canSerializeTo(String.class)).isTrue();
        SerializedObject<String> stored = serializer.serialize(NOTE, String.class);
        assertThat(serializer.<String, Object>deserialize(stored)).isEqualTo(NOTE);
    }

    @Test
    void metadataIsItsEnvelope() {
        MetaData metadata = MetaData.with(Envelope.KEY, ENVELOPE).and("traceId", "t");
        SerializedObject<byte[]> stored = serializer.serialize(metadata, byte[].class);
        SerializedObject<byte[]> fromStore = new SerializedMetaData<>(stored.getData(), byte[].class);
        assertThat(serializer.<byte[], Object>deserialize(stored)).isEqualTo(MetaData.with(Envelope.KEY, ENVELOPE));
        assertThat(serializer.<byte[], Object>deserialize(fromStore)).isEqualTo(MetaData.with(Envelope.KEY, ENVELOPE));
    }

    @Test
    void theEnvelopeTravelsAloneToo() {
        SerializedObject<byte[]> stored = serializer.serialize(ENVELOPE, byte[].class);
        assertThat(stored.getType()).isEqualTo(new SimpleSerializedType("envelope", "1"));
        assertThat(serializer.<byte[], Object>deserialize(stored)).isEqualTo(ENVELOPE);
    }

    @Test
    void metadataWithoutAnEnvelopeKeepsItsScalars() {
        MetaData diagnostics = MetaData.with("cause", "down").and("retries", 3).and("final", true);
        SerializedObject<byte[]> stored = serializer.serialize(diagnostics, byte[].class);
        assertThat(serializer.<byte[], Object>deserialize(stored)).isEqualTo(diagnostics);
        SerializedObject<byte[]> none = serializer.serialize(MetaData.emptyInstance(), byte[].class);
        assertThat(serializer.<byte[], Object>deserialize(none)).isEqualTo(MetaData.emptyInstance());
        MetaData object = MetaData.with("what", List.of());
        assertThatThrownBy(() -> serializer.serialize(object, byte[].class))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingIsStoredAsNothing() {
        SerializedObject<byte[]> stored = serializer.serialize(null, byte[].class);
        assertThat(serializer.<byte[], Object>deserialize(stored)).isNull();
    }

    @Test
    void whatIsNotAnEventIsRefused() {
        assertThatThrownBy(() -> serializer.serialize("text", byte[].class)).isInstanceOf(SerializationException.class);
    }

    @Test
    void eventsOfANewerVersionFailWhenTheirPayloadIsAskedForAndNotBefore() {
        SimpleSerializedType newer = new SimpleSerializedType("ticket.internal-note-added", "2");
        SerializedObject<byte[]> stored = new SimpleSerializedObject<>(new byte[] {'{', '}'}, byte[].class, newer);
        assertThat(serializer.classForType(newer)).isEqualTo(UnknownSerializedType.class);
        LazyDeserializingObject<Object> payload = new LazyDeserializingObject<>(stored, serializer);
        assertThatThrownBy(payload::getObject).isInstanceOf(UnknownEventException.class);
        assertThatThrownBy(() -> serializer.deserialize(stored)).isInstanceOf(UnknownEventException.class);
    }
}
