package dev.hindsight.ops.edge;

import dev.hindsight.command.dispatch.IdempotencyMismatch;
import dev.hindsight.domain.Damaged;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.Gone;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.PreconditionFailed;
import dev.hindsight.domain.PreconditionRequired;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.TooLarge;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.ops.codec.keys.DestroyedKeyException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.apache.tomcat.util.http.fileupload.impl.SizeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.transaction.TransactionException;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;

/** Turns what was thrown into a problem. Nothing of a fault's inside (stack, SQL, class names) reaches the caller. */
@RestControllerAdvice
class ProblemHandler extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);
    private static final String INVALID_REQUEST = "INVALID_REQUEST";

    private final Problems problems;

    ProblemHandler(Problems problems) {
        this.problems = problems;
    }

    /** What a call is answered where this was thrown, for calls that go on. */
    ResponseEntity<Object> of(RuntimeException thrown, HttpServletRequest request) {
        return switch (thrown) {
            case Refusal refusal -> refused(refusal, request);
            case InvalidRequest invalid -> invalid(invalid, request);
            case NotFound notFound -> notFound(notFound, request);
            case Forbidden forbidden -> forbidden(forbidden, request);
            case PreconditionRequired required -> preconditionRequired(required, request);
            case PreconditionFailed failed -> preconditionFailed(failed, request);
            case IdempotencyMismatch mismatch -> otherRequest(mismatch, request);
            case Unavailable unavailable -> unavailable(unavailable, request);
            case DataAccessException fault -> database(fault, request);
            case TransactionException fault -> database(fault, request);
            default -> fault(thrown, request);
        };
    }

    @ExceptionHandler
    ResponseEntity<Object> refused(Refusal refusal, HttpServletRequest request) {
        return problems.answer(request, new Problem(HttpStatus.CONFLICT, refusal.code(), text(refusal)));
    }

    @ExceptionHandler
    ResponseEntity<Object> invalid(InvalidRequest invalid, HttpServletRequest request) {
        return problems.answer(
                request,
                new Problem(
                        HttpStatus.BAD_REQUEST,
                        invalid.code(),
                        text(invalid),
                        invalid.errors().stream()
                                .map(error -> new Problem.FieldProblem(error.field(), error.message()))
                                .toList(),
                        Map.of()));
    }

    @ExceptionHandler
    ResponseEntity<Object> notFound(NotFound notFound, HttpServletRequest request) {
        return problems.answer(request, new Problem(HttpStatus.NOT_FOUND, notFound.code(), text(notFound)));
    }

    @ExceptionHandler
    ResponseEntity<Object> forbidden(Forbidden forbidden, HttpServletRequest request) {
        return problems.answer(request, new Problem(HttpStatus.FORBIDDEN, "FORBIDDEN", text(forbidden)));
    }

    @ExceptionHandler
    ResponseEntity<Object> preconditionRequired(PreconditionRequired required, HttpServletRequest request) {
        return problems.answer(
                request, new Problem(HttpStatus.PRECONDITION_REQUIRED, "PRECONDITION_REQUIRED", text(required)));
    }

    @ExceptionHandler
    ResponseEntity<Object> preconditionFailed(PreconditionFailed failed, HttpServletRequest request) {
        return problems.answer(
                request, new Problem(HttpStatus.PRECONDITION_FAILED, "PRECONDITION_FAILED", text(failed)));
    }

    @ExceptionHandler
    ResponseEntity<Object> otherRequest(IdempotencyMismatch mismatch, HttpServletRequest request) {
        return problems.answer(
                request, new Problem(HttpStatus.UNPROCESSABLE_CONTENT, "IDEMPOTENCY_MISMATCH", text(mismatch)));
    }

    @ExceptionHandler
    ResponseEntity<Object> unavailable(Unavailable unavailable, HttpServletRequest request) {
        return problems.answer(
                request,
                new Problem(HttpStatus.SERVICE_UNAVAILABLE, unavailable.code(), text(unavailable))
                        .with(HttpHeaders.RETRY_AFTER, Integer.toString(unavailable.retryAfterSeconds())));
    }

    @ExceptionHandler
    ResponseEntity<Object> tooLarge(TooLarge tooLarge, HttpServletRequest request) {
        return problems.answer(request, new Problem(HttpStatus.CONTENT_TOO_LARGE, tooLarge.code(), text(tooLarge)));
    }

    @ExceptionHandler
    ResponseEntity<Object> gone(Gone gone, HttpServletRequest request) {
        return problems.answer(request, new Problem(HttpStatus.GONE, gone.code(), text(gone)));
    }

    @ExceptionHandler
    ResponseEntity<Object> damaged(Damaged damaged, HttpServletRequest request) {
        return problems.answer(request, new Problem(HttpStatus.INTERNAL_SERVER_ERROR, damaged.code(), text(damaged)));
    }

    /** The firewall looks at names and values of parameters only when they are asked for. */
    @ExceptionHandler({InvalidParameterException.class, RequestRejectedException.class})
    ResponseEntity<Object> undecodable(Exception undecodable, HttpServletRequest request) {
        return problems.answer(
                request,
                invalid(
                        "The parameters cannot be read.",
                        List.of(new Problem.FieldProblem(
                                "", "must be percent-encoded UTF-8 without control characters"))));
    }

    @ExceptionHandler
    ResponseEntity<Object> notMultipart(MultipartException malformed, HttpServletRequest request) {
        for (Throwable cause = malformed; cause != null; cause = cause.getCause()) {
            if (cause instanceof MaxUploadSizeExceededException || cause instanceof SizeException) {
                return problems.answer(
                        request,
                        new Problem(
                                HttpStatus.CONTENT_TOO_LARGE, "BODY_TOO_LARGE", "The upload is too large; send less."));
            }
        }
        return problems.answer(
                request, invalid("The body is not well-formed multipart/form-data, or it ended too early.", List.of()));
    }

    @ExceptionHandler
    ResponseEntity<Object> mistyped(MethodArgumentTypeMismatchException mismatch, HttpServletRequest request) {
        Class<?> type = mismatch.getRequiredType();
        return problems.answer(
                request,
                invalid(
                        "A parameter has the wrong form.",
                        List.of(new Problem.FieldProblem(
                                mismatch.getName(), "must be " + (type == null ? "of another type" : word(type))))));
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<Object> database(Exception fault, HttpServletRequest request) {
        if (databaseIsDown(fault)) {
            LOG.warn("The database did not answer: {}", fault.toString());
            return problems.answer(
                    request,
                    new Problem(
                                    HttpStatus.SERVICE_UNAVAILABLE,
                                    "DATABASE_UNAVAILABLE",
                                    "The database does not answer; try again shortly, with the same Idempotency-Key.")
                            .with(HttpHeaders.RETRY_AFTER, "2"));
        }
        return fault(fault, request);
    }

    @ExceptionHandler(Exception.class)
    ResponseEntity<Object> fault(Exception fault, HttpServletRequest request) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyLimitFilter.BodyRefused refused) {
                return problems.answer(request, refused.problem());
            } else if (cause instanceof DestroyedKeyException) {
                return refused(
                        new Refusal("CONTENT_ERASED", "This was erased at the same moment: nothing is written there."),
                        request);
            }
        }
        if (fault instanceof IOException && isClientGone(fault)) {
            LOG.debug("The client went away: {}", fault.toString());
            return new ResponseEntity<>(HttpStatus.SERVICE_UNAVAILABLE);
        }
        if (databaseIsDown(fault)) {
            return database(fault, request);
        }
        LOG.error("A request failed", fault);
        return problems.answer(
                request,
                new Problem(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        "INTERNAL_ERROR",
                        "Something broke on our side; tell the operator this answer's requestId."));
    }

    private static Problem tooLarge() {
        return new Problem(
                HttpStatus.CONTENT_TOO_LARGE, "BODY_TOO_LARGE", "The body is over the limit of 1 MiB; send less.");
    }

    /** SQLState classes 08 (connection), 57P (shutdown), 53 (resources), and pools that got no connection. */
    private static boolean databaseIsDown(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.sql.SQLTransientConnectionException) {
                return true;
            }
            if (cause instanceof java.sql.SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                if (state.startsWith("08") || state.startsWith("57P") || state.startsWith("53")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isClientGone(Throwable fault) {
        return fault.getClass().getSimpleName().equals("ClientAbortException")
                || String.valueOf(fault.getMessage()).toLowerCase(Locale.ROOT).contains("broken pipe");
    }

    /** What Spring itself refuses: unreadable bodies, missing parameters, unknown methods and paths. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception exception,
            @Nullable Object ignored,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest webRequest) {
        HttpServletRequest request = ((ServletWebRequest) webRequest).getRequest();
        if (status.is5xxServerError()) {
            return fault(exception, request);
        }
        Problem problem =
                switch (exception) {
                    case HttpMessageNotReadableException unreadable -> unreadable(unreadable);
                    case MissingServletRequestParameterException missing ->
                        invalid(
                                "A parameter is missing.",
                                List.of(new Problem.FieldProblem(missing.getParameterName(), "is required")));
                    case MethodArgumentNotValidException notValid ->
                        invalid(
                                "The body is not valid.",
                                notValid.getBindingResult().getFieldErrors().stream()
                                        .map(error -> new Problem.FieldProblem(
                                                error.getField(), String.valueOf(error.getDefaultMessage())))
                                        .toList());
                    case HandlerMethodValidationException notValid ->
                        invalid(
                                "A parameter is not valid.",
                                notValid.getParameterValidationResults().stream()
                                        .map(result -> new Problem.FieldProblem(
                                                result instanceof ParameterErrors errors
                                                        ? errors.getObjectName()
                                                        : String.valueOf(result.getMethodParameter()
                                                                .getParameterName()),
                                                result.getResolvableErrors().stream()
                                                        .map(error -> String.valueOf(error.getDefaultMessage()))
                                                        .collect(Collectors.joining("; "))))
                                        .toList());
                    default -> ofStatus(status);
                };
        ResponseEntity<Object> answer = problems.answer(request, problem);
        HttpHeaders all = new HttpHeaders();
        all.putAll(headers); // Allow, Accept and their like
        all.putAll(answer.getHeaders());
        return new ResponseEntity<>(answer.getBody(), all, answer.getStatusCode());
    }

    private static Problem unreadable(HttpMessageNotReadableException unreadable) {
        for (Throwable cause = unreadable; cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyLimitFilter.BodyRefused refused) {
                return refused.problem();
            }
            if (cause instanceof InvalidRequest request) {
                return invalid(
                        text(request),
                        request.errors().stream()
                                .map(error -> new Problem.FieldProblem(error.field(), error.message()))
                                .toList());
            }
        }
        if (unreadable.getCause() instanceof JacksonException json) {
            if (json instanceof StreamReadException) {
                return invalid("The body is not well-formed JSON.", List.of(new Problem.FieldProblem("", where(json))));
            }
            String path = json.getPath().stream()
                    .map(reference -> reference.getPropertyName() == null
                            ? "[" + reference.getIndex() + "]"
                            : reference.getPropertyName())
                    .collect(Collectors.joining("."));
            boolean unknown = json.getClass().getSimpleName().equals("UnrecognizedPropertyException");
            return invalid(
                    "The body does not have the expected form.",
                    List.of(new Problem.FieldProblem(path, unknown ? "is unknown" : "has the wrong type or value")));
        }
        return invalid("A JSON body is needed.", List.of(new Problem.FieldProblem("", "is missing or unreadable")));
    }

    private static String where(JacksonException json) {
        return json.getLocation() == null
                ? "syntax error"
                : "syntax error at line " + json.getLocation().getLineNr() + ", column "
                        + json.getLocation().getColumnNr();
    }

    static Problem ofStatus(HttpStatusCode code) {
        HttpStatus status = HttpStatus.valueOf(code.value());
        return switch (status) {
            case NOT_FOUND -> new Problem(status, "NOT_FOUND", "There is nothing at this address.");
            case METHOD_NOT_ALLOWED ->
                new Problem(status, "METHOD_NOT_ALLOWED", "This address does not take that method; see Allow.");
            case NOT_IMPLEMENTED -> new Problem(status, "NOT_IMPLEMENTED", "There is no such method here.");
            case UNSUPPORTED_MEDIA_TYPE ->
                new Problem(status, "UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json.");
            case NOT_ACCEPTABLE ->
                new Problem(
                        status,
                        "NOT_ACCEPTABLE",
                        "Accept application/json; of the feed application/x-ndjson or text/event-stream.");
            case CONTENT_TOO_LARGE -> tooLarge();
            default ->
                new Problem(
                        status,
                        status == HttpStatus.BAD_REQUEST ? INVALID_REQUEST : status.name(),
                        "The request is not understood.");
        };
    }

    private static Problem invalid(String detail, List<Problem.FieldProblem> errors) {
        return new Problem(HttpStatus.BAD_REQUEST, INVALID_REQUEST, detail, errors, Map.of());
    }

    private static String text(Throwable throwable) {
        return String.valueOf(throwable.getMessage()).strip(); // an error of the whole body has no field in front
    }

    private static String word(Class<?> type) {
        if (type == java.time.Instant.class) {
            return "an instant such as 2026-03-03T14:30:00Z";
        }
        return Number.class.isAssignableFrom(type) || type.isPrimitive() ? "a number" : "a " + type.getSimpleName();
    }
}
