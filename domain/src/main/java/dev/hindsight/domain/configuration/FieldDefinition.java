package dev.hindsight.domain.configuration;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.InvalidRequest.FieldError;
import dev.hindsight.domain.PlainText;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A custom field as configured.
 *
 * @param key lower-case word
 * @param options the choices of SELECT and MULTI_SELECT, empty for others
 */
public record FieldDefinition(String key, String name, FieldType type, List<String> options) {

    /** Longest free text, in characters. */
    public static final int MAX_TEXT = 4_000;

    /** Longest number as decimal text: a bound on what a value may cost, not on meaning. */
    private static final int MAX_DIGITS = 40;

    public FieldDefinition {
        options = List.copyOf(options);
    }

    /**
     * Checks and normalizes what was given for a ticket.
     *
     * @param definitions by key
     * @param given values as JSON gives them (String, Number, Boolean, List, null)
     * @throws InvalidRequest with one error per field that is unknown or does not fit
     */
    public static Map<String, FieldValue> normalizeAll(
            Map<String, FieldDefinition> definitions, Map<String, ? extends @Nullable Object> given) {
        var values = new LinkedHashMap<String, FieldValue>();
        var errors = new ArrayList<FieldError>();
        given.forEach((key, value) -> {
            var definition = definitions.get(key);
            if (definition == null) {
                errors.add(new FieldError("customFields." + key, "is not a configured field"));
                return;
            }
            try {
                values.put(key, definition.normalize(value));
            } catch (InvalidRequest invalid) {
                errors.addAll(invalid.errors());
            }
        });
        if (!errors.isEmpty()) {
            throw new InvalidRequest(errors);
        }
        return values;
    }

    /**
     * The value as it is stored: blank text and empty lists are the empty value, a number loses trailing zeros, choices
     * stand in the definition's order.
     *
     * @param value a String, Number, Boolean or List as JSON gives it; null empties the field
     * @throws InvalidRequest where it does not fit the type
     */
    public FieldValue normalize(@Nullable Object value) {
        if (value == null || (value instanceof String text && text.isBlank())) {
            return FieldValue.EMPTY;
        }
        return switch (type) {
            case TEXT -> text(value);
            case NUMBER -> number(value);
            case BOOLEAN -> bool(value);
            case DATE -> date(value);
            case SELECT -> choices(value instanceof List<?> ? null : List.of(value), "must be one of its options");
            case MULTI_SELECT -> choices(value instanceof List<?> list ? list : null, "must be a list of its options");
        };
    }

    private FieldValue text(Object value) {
        if (!(value instanceof String text)) {
            throw refuse("must be a text");
        } else if (text.length() > MAX_TEXT) {
            throw refuse("must have at most " + MAX_TEXT + " characters");
        }
        return FieldValue.ofText(PlainText.body("customFields." + key, text));
    }

    private FieldValue number(Object value) {
        if (!(value instanceof Number) && !(value instanceof String)) {
            throw refuse("must be a number");
        }
        var text = value.toString().strip();
        try {
            var number = text.length() > MAX_DIGITS ? null : new BigDecimal(text);
            if (number == null
                    || Math.abs((long) number.precision() - number.scale()) > MAX_DIGITS
                    || number.scale() > MAX_DIGITS) {
                throw refuse("must have at most " + MAX_DIGITS + " digits");
            }
            return FieldValue.of(
                    number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString());
        } catch (NumberFormatException notANumber) {
            throw refuse("must be a number");
        }
    }

    private FieldValue bool(Object value) {
        var text = value.toString();
        if (text.equals("true") || text.equals("false")) {
            return FieldValue.of(text);
        }
        throw refuse("must be true or false");
    }

    private FieldValue date(Object value) {
        try {
            return FieldValue.of(LocalDate.parse(value.toString()).toString());
        } catch (DateTimeParseException notADate) {
            throw refuse("must be a date like 2026-03-31");
        }
    }

    private FieldValue choices(@Nullable List<?> given, String message) {
        if (given == null) {
            throw refuse(message);
        }
        var chosen = new LinkedHashSet<String>();
        for (var choice : given) {
            if (!(choice instanceof String text) || !options.contains(text)) {
                throw refuse(message);
            }
            chosen.add(text);
        }
        return chosen.isEmpty()
                ? FieldValue.EMPTY
                : new FieldValue(options.stream().filter(chosen::contains).toList(), null);
    }

    private InvalidRequest refuse(String message) {
        return new InvalidRequest("customFields." + key, message);
    }
}
