package dev.hindsight.command.call;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.Expected;
import dev.hindsight.command.dispatch.IdempotencyKey;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.ticket.Channel;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;

/** Reads from a request what goes with its command. */
public final class Calls {

    /** Header that names what a call belongs to. */
    public static final String CORRELATION = "X-Correlation-Id";

    /** Header under which a success is remembered. */
    public static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    /** Where the edge leaves the id of the request. */
    private static final String REQUEST_ID = "hindsight.requestId";

    /** Under this name log lines tell it; the edge forgets it when the request ends. */
    private static final String CORRELATION_IN_LOGS = "correlationId";

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]{1,255}");
    private static final byte[] NO_BODY = {};

    private Calls() {}

    /** A call that needs no {@code If-Match}. */
    public static Call of(HttpServletRequest request, Caller caller) {
        return call(request, caller, new Expected.Nothing());
    }

    /**
     * A call that needs an {@code If-Match}; whether it has one is said after a repeated call was answered.
     *
     * @throws InvalidRequest where it is malformed
     */
    public static Call conditional(HttpServletRequest request, Caller caller) {
        return call(request, caller, Expected.ifMatch(request.getHeader(HttpHeaders.IF_MATCH)));
    }

    /**
     * A call that needs no {@code If-Match}, whose body is not JSON.
     *
     * @param body what stands for it in the idempotency key
     */
    public static Call of(HttpServletRequest request, Caller caller, byte[] body) {
        request.setAttribute(WriteBodyConverter.BYTES, body);
        return of(request, caller);
    }

    private static Call call(HttpServletRequest request, Caller caller, Expected expected) {
        String correlation = correlation(request);
        MDC.put(CORRELATION_IN_LOGS, correlation);
        return new Call(
                Call.actor(caller),
                caller.client(),
                null,
                correlation,
                (String) request.getAttribute(REQUEST_ID),
                Channel.API.name(),
                key(request, caller),
                expected);
    }

    private static String correlation(HttpServletRequest request) {
        String given = request.getHeader(CORRELATION);
        return given != null && TOKEN.matcher(given).matches()
                ? given
                : UuidCreator.getTimeOrderedEpochPlus1().toString();
    }

    private static @Nullable IdempotencyKey key(HttpServletRequest request, Caller caller) {
        String key = request.getHeader(IDEMPOTENCY_KEY);
        if (key == null) {
            return null;
        } else if (!PRINTABLE.matcher(key).matches() || key.isBlank()) {
            throw new InvalidRequest(IDEMPOTENCY_KEY, "must be 1 to 255 printable ASCII characters");
        }
        byte[] body = (byte[]) request.getAttribute(WriteBodyConverter.BYTES);
        return IdempotencyKey.of(
                caller.person(), key, request.getMethod(), request.getRequestURI(), body == null ? NO_BODY : body);
    }
}
