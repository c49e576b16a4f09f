package dev.hindsight.ops.codec;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.ChainingConverter;
import org.axonframework.serialization.Converter;
import org.axonframework.serialization.SerializationException;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.jspecify.annotations.Nullable;

/**
 * The codec as Axon's event serializer: what our engine, Axon Server's connector and dead-letter queues store. Knows
 * events, the envelope and metadata, nothing else: tokens, snapshots and commands need a serializer of their own.
 * Events that a newer version wrote throw {@link UnknownEventException}. Safe for concurrent use.
 */
public final class EventSerializer implements Serializer {

    /** Stored name of the envelope, and of metadata. */
    static final String ENVELOPE = "envelope";

    static final String METADATA = "metadata";
    private static final String REVISION = "1";

    private final EventCodec codec;
    private final MetadataCodec metadata = new MetadataCodec();
    private final Converter converter = new ChainingConverter();

    public EventSerializer(EventCodec codec) {
        this.codec = codec;
    }

    @Override
    public <T> SerializedObject<T> serialize(@Nullable Object object, Class<T> representation) {
        return switch (object) {
            case Event event -> {
                StoredEvent stored = codec.encode(event);
                yield as(representation, stored.payload(), stored.name(), stored.revision());
            }
            case MetaData values -> as(representation, metadata.encode(values), METADATA, REVISION);
            case Envelope envelope -> as(representation, metadata.encode(envelope), ENVELOPE, REVISION);
            case null ->
                new SimpleSerializedObject<>(
                        converter.convert("null".getBytes(java.nio.charset.StandardCharsets.UTF_8), representation),
                        representation,
                        SimpleSerializedType.emptyType());
            default -> throw new SerializationException(object.getClass().getName() + " is no stored type");
        };
    }

    @Override
    public <T> boolean canSerializeTo(Class<T> representation) {
        return converter.canConvert(byte[].class, representation);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Axon's signature
    @Override
    public <S, T> @Nullable T deserialize(SerializedObject<S> object) {
        SerializedType type = object.getType();
        if (SimpleSerializedType.emptyType().equals(type)) {
            return null;
        }
        byte[] bytes = converter.convert(object.getData(), object.getContentType(), byte[].class);
        return (T)
                switch (type.getName()) {
                    case ENVELOPE -> metadata.decodeEnvelope(bytes);
                    case METADATA -> metadata.decode(bytes);
                    // What Axon's stores, which keep no type for metadata, say it is.
                    case "org.axonframework.messaging.MetaData" -> metadata.decode(bytes);
                    default -> codec.decode(type.getName(), revision(type), bytes);
                };
    }

    @SuppressWarnings("rawtypes") // Axon's signature
    @Override
    public Class classForType(SerializedType type) {
        if (SimpleSerializedType.emptyType().equals(type)) {
            return Void.class;
        }
        return switch (type.getName()) {
            case ENVELOPE -> Envelope.class;
            case METADATA, "org.axonframework.messaging.MetaData" -> MetaData.class;
            default -> eventClass(type);
        };
    }

    /** A message is made before its payload is asked for: the one that is unknown must not spoil those around it. */
    private Class<?> eventClass(SerializedType type) {
        try {
            return codec.names().find(type.getName(), revision(type)).type();
        } catch (UnknownEventException e) {
            return UnknownSerializedType.class;
        }
    }

    @SuppressWarnings("rawtypes") // Axon's signature
    @Override
    public SerializedType typeForClass(@Nullable Class type) {
        if (type == null || Void.TYPE.equals(type) || Void.class.equals(type)) {
            return SimpleSerializedType.emptyType();
        } else if (MetaData.class.isAssignableFrom(type)) {
            return new SimpleSerializedType(METADATA, REVISION);
        } else if (type == Envelope.class) {
            return new SimpleSerializedType(ENVELOPE, REVISION);
        }
        EventKind kind = codec.names().of(type);
        return new SimpleSerializedType(kind.name(), kind.revisionText());
    }

    @Override
    public Converter getConverter() {
        return converter;
    }

    private <T> SerializedObject<T> as(Class<T> representation, byte[] bytes, String name, String revision) {
        return new SimpleSerializedObject<>(
                converter.convert(bytes, representation), representation, new SimpleSerializedType(name, revision));
    }

    /** A store that kept no revision kept the first. */
    private static String revision(SerializedType type) {
        String revision = type.getRevision();
        return revision == null ? REVISION : revision;
    }
}
