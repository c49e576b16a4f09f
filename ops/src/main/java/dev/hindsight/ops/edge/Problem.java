package dev.hindsight.ops.edge;

import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;

/**
 * What went wrong, as RFC 9457 tells it.
 *
 * @param code stable name of the problem; also the end of its {@code type}
 * @param detail one sentence for people that says what to do
 * @param errors which fields are wrong, for bad input
 * @param headers further response headers, such as Retry-After
 */
record Problem(HttpStatus status, String code, String detail, List<FieldProblem> errors, Map<String, String> headers) {

    /** One wrong field of the input. */
    record FieldProblem(String field, String message) {}

    Problem(HttpStatus status, String code, String detail) {
        this(status, code, detail, List.of(), Map.of());
    }

    Problem with(String header, String value) {
        return new Problem(status, code, detail, errors, Map.of(header, value));
    }
}
