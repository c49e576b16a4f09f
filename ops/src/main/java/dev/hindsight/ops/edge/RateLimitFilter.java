package dev.hindsight.ops.edge;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets requests in as fast as {@link RateLimits} allow; probes and scrapers are not counted. Follows the token's check. */
final class RateLimitFilter extends OncePerRequestFilter {

    private final RateLimits limits;
    private final Problems problems;

    RateLimitFilter(RateLimits limits, Problems problems) {
        this.limits = limits;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getRequestURI().startsWith("/actuator/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        @Nullable
        Problem refused = authentication != null && authentication.getPrincipal() instanceof Jwt token
                ? limits.count(token, response)
                : limits.count(request, response);
        if (refused == null) {
            chain.doFilter(request, response);
        } else {
            problems.write(request, response, refused);
        }
    }
}
