package dev.hindsight.ops.access;

import dev.hindsight.domain.operations.OperationsEvent.Access;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.query.Accessed;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Notes every answer that showed a ticket or an export, and every refusal. The route, not the address: addresses carry
 * what people typed. Commands are on record by themselves.
 */
final class AccessFilter extends OncePerRequestFilter {

    private static final String NOWHERE = "-";

    private final Consumer<Access> recorder;
    private final Function<HttpServletRequest, @Nullable Caller> callers;
    private final Function<HttpServletRequest, @Nullable String> requestIds;

    AccessFilter(
            Consumer<Access> recorder,
            Function<HttpServletRequest, @Nullable Caller> callers,
            Function<HttpServletRequest, @Nullable String> requestIds) {
        this.recorder = recorder;
        this.callers = callers;
        this.requestIds = requestIds;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Instant at = Instant.now().truncatedTo(ChronoUnit.MICROS);
        try {
            chain.doFilter(request, response);
        } finally {
            note(request, response.getStatus(), at);
        }
    }

    private void note(HttpServletRequest request, int status, Instant at) {
        boolean refused = status == HttpStatus.UNAUTHORIZED.value() || status == HttpStatus.FORBIDDEN.value();
        boolean shown = status < HttpStatus.BAD_REQUEST.value();
        List<Accessed> noted = Accessed.of(request.getAttribute(Accessed.ATTRIBUTE));
        if (refused) {
            note(request, status, at, noted.isEmpty() ? null : noted.getFirst());
        } else if (shown) {
            noted.stream()
                    .filter(accessed -> accessed.subject() != null || HttpMethod.GET.matches(request.getMethod()))
                    .forEach(accessed -> note(request, status, at, accessed));
        }
    }

    private void note(HttpServletRequest request, int status, Instant at, @Nullable Accessed accessed) {
        Caller caller = callers.apply(request);
        recorder.accept(new Access(
                at,
                caller == null ? null : caller.person(),
                caller == null ? null : caller.client(),
                method(request) + " " + route(request),
                status,
                accessed == null ? null : accessed.ticket(),
                accessed == null ? null : accessed.version(),
                accessed == null ? null : accessed.subject(),
                caller == null ? null : requestIds.apply(request), // without a person whatever was sent
                1));
    }

    private static String method(HttpServletRequest request) {
        String method = request.getMethod();
        for (HttpMethod known : HttpMethod.values()) {
            if (known.matches(method)) {
                return method;
            }
        }
        return NOWHERE;
    }

    /** A refusal before routing has none. */
    private static String route(HttpServletRequest request) {
        return request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof String pattern
                ? pattern
                : NOWHERE;
    }
}
