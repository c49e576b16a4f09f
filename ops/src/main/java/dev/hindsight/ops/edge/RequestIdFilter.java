package dev.hindsight.ops.edge;

import com.github.f4b6a3.uuid.UuidCreator;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Gives every request an id: the caller's {@code X-Request-Id} where it is a plain token, else a new one. It is
 * answered in the same header, stands in every problem and every log line, and in the envelope of what was stored.
 */
public final class RequestIdFilter extends OncePerRequestFilter {

    static final String HEADER = "X-Request-Id";
    static final String ATTRIBUTE = "hindsight.requestId";
    static final String MDC_KEY = "requestId";
    private static final String CORRELATION = "X-Correlation-Id";
    /** The command that the request leads to names it too, where the caller gave none. */
    private static final String CORRELATION_MDC_KEY = "correlationId";

    private static final Logger LOG = LoggerFactory.getLogger("dev.hindsight.requests");
    private static final Pattern PLAIN_TOKEN = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    private final boolean logged;

    /** @param logged whether every answer is a line in the log */
    RequestIdFilter(boolean logged) {
        this.logged = logged;
    }

    /** The id of this request; null only before the filter ran. */
    public static @Nullable String of(HttpServletRequest request) {
        return (String) request.getAttribute(ATTRIBUTE);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String given = request.getHeader(HEADER);
        String id = given != null && PLAIN_TOKEN.matcher(given).matches()
                ? given
                : UuidCreator.getTimeOrderedEpoch().toString();
        request.setAttribute(ATTRIBUTE, id);
        response.setHeader(HEADER, id);
        MDC.put(MDC_KEY, id);
        String correlation = request.getHeader(CORRELATION);
        if (correlation != null && PLAIN_TOKEN.matcher(correlation).matches()) {
            MDC.put(CORRELATION_MDC_KEY, correlation);
        }
        long begun = System.nanoTime();
        try {
            chain.doFilter(request, response);
        } finally {
            if (logged) {
                log(request, response, System.nanoTime() - begun);
            }
            MDC.remove(MDC_KEY);
            MDC.remove(CORRELATION_MDC_KEY);
            WhoCalls.forget();
        }
    }

    /** The route, not the address: addresses carry what people typed. */
    private static void log(HttpServletRequest request, HttpServletResponse response, long nanos) {
        String route = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof String pattern
                ? pattern
                : "-";
        double millis = nanos / 1e6;
        LOG.atInfo()
                .addKeyValue("method", request.getMethod())
                .addKeyValue("route", route)
                .addKeyValue("status", response.getStatus())
                .addKeyValue("millis", millis)
                .log("Answered {} in {} ms", response.getStatus(), Math.round(millis));
    }

    /** Also for forwards to the error page, so that its log lines and answer carry the id. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return true;
    }
}
