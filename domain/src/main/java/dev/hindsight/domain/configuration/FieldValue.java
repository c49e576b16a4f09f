package dev.hindsight.domain.configuration;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The normalized value of a custom field: free text (which may be personal) apart from everything else.
 *
 * @param value a decimal number, {@code true} or {@code false}, an ISO date, or the choices
 * @param text free text; both are null where the field is empty
 */
public record FieldValue(
        @Nullable List<String> value, @Nullable String text) {

    public static final FieldValue EMPTY = new FieldValue(null, null);

    public FieldValue {
        value = value == null ? null : List.copyOf(value);
        if (value != null && text != null) {
            throw new IllegalArgumentException("a field holds a value or a text, not both");
        }
    }

    public static FieldValue of(String... value) {
        return new FieldValue(List.of(value), null);
    }

    public static FieldValue ofText(String text) {
        return new FieldValue(null, text);
    }

    public boolean isEmpty() {
        return value == null && text == null;
    }
}
