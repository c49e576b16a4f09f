package dev.hindsight.ops.codec;

import dev.hindsight.domain.Envelope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.axonframework.messaging.MetaData;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;

/**
 * The envelope, and Axon's metadata around it, as compact JSON without nulls. Metadata with an envelope is stored as
 * that envelope alone; other metadata (a dead letter's diagnostics) as {@code {"other": {…}}} with scalar values. Safe
 * for concurrent use.
 */
public final class MetadataCodec {

    private static final String OTHER = "other";

    private final JsonFactory json = new JsonFactory();
    private final RecordForm envelopes = RecordForm.of(Envelope.class);

    public byte[] encode(Envelope envelope) {
        ByteArrayBuilder bytes = new ByteArrayBuilder();
        try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
            envelopes.write(out, envelope);
        }
        return bytes.toByteArray();
    }

    /** @throws MalformedEventException when these bytes are not an envelope's */
    public Envelope decodeEnvelope(byte[] bytes) {
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), bytes)) {
            in.nextToken();
            return ended(in, (Envelope) envelopes.read(in));
        } catch (JacksonException e) {
            throw new MalformedEventException("envelope is not JSON", e);
        }
    }

    private static Envelope ended(JsonParser in, Envelope envelope) {
        if (in.nextToken() != null) {
            throw new MalformedEventException("something follows the envelope", null);
        }
        return envelope;
    }

    /** @throws IllegalArgumentException for metadata without an envelope that holds other than scalar values */
    public byte[] encode(MetaData metadata) {
        if (metadata.get(Envelope.KEY) instanceof Envelope envelope) {
            return encode(envelope);
        }
        ByteArrayBuilder bytes = new ByteArrayBuilder();
        try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject();
            out.writeName(OTHER);
            out.writeStartObject();
            for (Map.Entry<String, Object> entry : new TreeMap<String, Object>(metadata).entrySet()) {
                out.writeName(entry.getKey());
                switch (entry.getValue()) {
                    case null -> out.writeNull();
                    case String text -> out.writeString(text);
                    case Boolean truth -> out.writeBoolean(truth);
                    case Integer number -> out.writeNumber(number);
                    case Long number -> out.writeNumber(number);
                    case Double number -> out.writeNumber(number);
                    default ->
                        throw new IllegalArgumentException("metadata %s is a %s, neither in the envelope nor a scalar"
                                .formatted(
                                        entry.getKey(),
                                        entry.getValue().getClass().getName()));
                }
            }
            out.writeEndObject();
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /** Metadata whose one entry is the envelope, or the other metadata that was stored. */
    public MetaData decode(byte[] bytes) {
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), bytes)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedEventException("metadata is no JSON object", null);
            }
            String first = in.nextName();
            if (OTHER.equals(first)) {
                return MetaData.from(readOther(in));
            }
            return MetaData.with(Envelope.KEY, ended(in, (Envelope) envelopes.read(in, first)));
        } catch (JacksonException e) {
            throw new MalformedEventException("metadata is not JSON", e);
        }
    }

    @SuppressWarnings("NullAway") // Axon's metadata may hold null values, its signatures do not say so
    private static Map<String, Object> readOther(JsonParser in) {
        Map<String, Object> values = new LinkedHashMap<>();
        in.nextToken();
        for (String key = in.nextName(); key != null; key = in.nextName()) {
            values.put(
                    key,
                    switch (in.nextToken()) {
                        case VALUE_STRING -> in.getString();
                        case VALUE_TRUE -> true;
                        case VALUE_FALSE -> false;
                        case VALUE_NUMBER_INT -> in.getNumberValue();
                        case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
                        case VALUE_NULL -> null;
                        default -> throw new MalformedEventException("metadata " + key + " is no scalar", null);
                    });
        }
        return values;
    }
}
