package dev.hindsight.domain;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What was asked is malformed, whatever the ticket's state (400 {@code INVALID_REQUEST}). Carries no stack trace: it is
 * an answer, not a fault.
 */
public final class InvalidRequest extends RuntimeException {

    private final transient List<FieldError> errors;

    /** @param errors at least one */
    public InvalidRequest(List<FieldError> errors) {
        super(
                errors.stream()
                        .map(error -> error.field() + " " + error.message())
                        .collect(Collectors.joining("; ")),
                null,
                false,
                false);
        this.errors = List.copyOf(errors);
    }

    public InvalidRequest(String field, String message) {
        this(List.of(new FieldError(field, message)));
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
