package dev.hindsight.ops.edge;

import dev.hindsight.domain.people.Caller;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Gives controllers the {@link Caller} behind the request's token; a person new to us is registered on the way. */
final class CallerArgumentResolver implements HandlerMethodArgumentResolver {

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
        return caller;
    }
}
