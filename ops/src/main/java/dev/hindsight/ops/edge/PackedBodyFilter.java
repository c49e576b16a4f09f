package dev.hindsight.ops.edge;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps bodies that a call reads as a stream from the servlet container: asked for any part or parameter, it would write
 * the whole body to disk in clear, whoever sent it. Comes before security, so that nothing on the way can ask.
 */
final class PackedBodyFilter extends OncePerRequestFilter {

    private final Predicate<HttpServletRequest> streamed;

    PackedBodyFilter(Predicate<HttpServletRequest> streamed) {
        this.streamed = streamed;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(streamed.test(request) ? new Packed(request) : request, response);
    }

    /** A request without parts and parameters. */
    private static final class Packed extends HttpServletRequestWrapper {
        Packed(HttpServletRequest request) {
            super(request);
        }

        @Override
        public @Nullable String getParameter(String name) {
            return null;
        }

        @Override
        public Map<String, String[]> getParameterMap() {
            return Map.of();
        }

        @Override
        public Enumeration<String> getParameterNames() {
            return Collections.emptyEnumeration();
        }

        @Override
        public String @Nullable [] getParameterValues(String name) {
            return null;
        }

        @Override
        public Collection<Part> getParts() {
            return List.of();
        }

        @Override
        public @Nullable Part getPart(String name) {
            return null;
        }
    }
}
