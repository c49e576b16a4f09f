package dev.hindsight.command.call;

import dev.hindsight.domain.InvalidRequest;
import java.io.IOException;
import java.util.stream.Collectors;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Reads {@link WriteBody bodies} strictly, whatever the application's mapper forgives elsewhere, and leaves the bytes
 * where {@link Calls} finds them for the idempotency key.
 */
public final class WriteBodyConverter extends AbstractHttpMessageConverter<WriteBody> {

    /** Request attribute that holds the body's bytes. */
    static final String BYTES = "hindsight.body";

    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                    DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    public WriteBodyConverter() {
        super(MediaType.APPLICATION_JSON, new MediaType("application", "*+json"));
    }

    @Override
    protected boolean supports(Class<?> type) {
        return WriteBody.class.isAssignableFrom(type);
    }

    @Override
    protected WriteBody readInternal(Class<? extends WriteBody> type, HttpInputMessage message) throws IOException {
        byte[] bytes = message.getBody().readAllBytes();
        RequestContextHolder.currentRequestAttributes().setAttribute(BYTES, bytes, RequestAttributes.SCOPE_REQUEST);
        try {
            WriteBody body = STRICT.readValue(bytes, type);
            if (body == null) {
                throw new HttpMessageNotReadableException("the body is null", message);
            }
            return body;
        } catch (JacksonException unreadable) {
            throw new HttpMessageNotReadableException("the body does not have the expected form", unreadable, message);
        }
    }

    /**
     * Reads a body that lies inside another, as strictly.
     *
     * @param field where it lies
     * @throws InvalidRequest naming the member that is wrong
     */
    public static <B extends WriteBody> B read(String field, JsonNode node, Class<B> type) {
        try {
            B body = node.isObject() ? STRICT.treeToValue(node, type) : null;
            if (body != null) {
                return body;
            }
        } catch (JacksonException unreadable) {
            String path = unreadable.getPath().stream()
                    .map(part -> part.getPropertyName() == null ? "[" + part.getIndex() + "]" : part.getPropertyName())
                    .map(part -> "." + part)
                    .collect(Collectors.joining());
            throw new InvalidRequest(field + path, "is unknown, or has the wrong type or value");
        }
        throw new InvalidRequest(field, "must be an object");
    }

    @Override
    public boolean canWrite(Class<?> type, @org.jspecify.annotations.Nullable MediaType mediaType) {
        return false;
    }

    @Override
    protected void writeInternal(WriteBody body, HttpOutputMessage message) {
        throw new UnsupportedOperationException("bodies of write calls are only read");
    }
}
