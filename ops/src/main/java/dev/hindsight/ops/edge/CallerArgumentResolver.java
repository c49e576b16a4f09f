package dev.hindsight.ops.edge;

import dev.hindsight.domain.people.Caller;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Gives controllers the {@link Caller} behind the request's token; a person new to us is registered on the way. Safe for
 * concurrent use.
 */
public final class CallerArgumentResolver implements HandlerMethodArgumentResolver {

    private static final Logger LOG = LoggerFactory.getLogger(CallerArgumentResolver.class);
    private static final String ATTRIBUTE = Caller.class.getName();

    private final Callers callers;
    private final WhoCalls whoCalls;

    CallerArgumentResolver(Callers callers, WhoCalls whoCalls) {
        this.callers = callers;
        this.whoCalls = whoCalls;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class;
    }

    @Override
    public @Nullable Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binder) {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null || !(authentication.getPrincipal() instanceof Jwt jwt)) {
            throw new IllegalStateException("a controller that takes a Caller was reached without a token");
        }
        Caller caller = callers.of(jwt);
        whoCalls.is(caller);
        request.setAttribute(ATTRIBUTE, caller, RequestAttributes.SCOPE_REQUEST);
        return caller;
    }

    /** Who this request was found to come from; null where nobody had to know. */
    public static @Nullable Caller callerOf(HttpServletRequest request) {
        return (Caller) request.getAttribute(ATTRIBUTE);
    }

    /** The caller behind a token whose roles were refused; null where even that can't be told now. */
    void refused(HttpServletRequest request) {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication != null
                && authentication.getPrincipal() instanceof Jwt jwt
                && !Callers.roles(jwt).isEmpty()) {
            try {
                request.setAttribute(ATTRIBUTE, callers.of(jwt));
            } catch (RuntimeException e) {
                LOG.warn("A refused call goes on record without its person", e);
            }
        }
    }
}
