package dev.hindsight.domain;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What was asked is malformed, whatever the ticket's state (400, {@link #CODE} unless it has a name of its own). Carries no stack trace: it is
 * an answer, not a fault.
 */
public final class InvalidRequest extends RuntimeException {

    public static final String CODE = "INVALID_REQUEST";

    private final String code;
    private final transient List<FieldError> errors;

    /** @param errors at least one */
    public InvalidRequest(List<FieldError> errors) {
        this(CODE, errors);
    }

    /**
     * @param code stable upper-case name, such as {@code INVALID_CURSOR}
     * @param errors at least one
     */
    public InvalidRequest(String code, List<FieldError> errors) {
        super(
                errors.stream()
                        .map(error -> error.field() + " " + error.message())
                        .collect(Collectors.joining("; ")),
                null,
                false,
                false);
        this.code = code;
        this.errors = List.copyOf(errors);
    }

    public InvalidRequest(String field, String message) {
        this(List.of(new FieldError(field, message)));
    }

    public String code() {
        return code;
    }

    public List<FieldError> errors() {
        return errors;
    }

    /**
     * @param field the member of the request, dotted for nested ones ({@code customFields.location})
     * @param message what is expected of it, without its value (which may be personal)
     */
    public record FieldError(String field, String message) {}
}
