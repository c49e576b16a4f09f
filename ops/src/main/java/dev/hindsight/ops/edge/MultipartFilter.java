package dev.hindsight.ops.edge;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Predicate;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers 415 to bodies that no call takes, before anything reads them: the servlet container writes the parts of a
 * multipart body to disk, past {@link BodyLimitFilter}, as soon as somebody asks for a parameter. Comes after security,
 * so that whoever has no right to a call hears that.
 */
final class MultipartFilter extends OncePerRequestFilter {

    private final Predicate<HttpServletRequest> takesParts;
    private final Problems problems;

    MultipartFilter(Predicate<HttpServletRequest> takesParts, Problems problems) {
        this.takesParts = takesParts;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String type = request.getContentType();
        if (type != null && (type.indexOf('*') >= 0 || (isMultipart(type) && !takesParts.test(request)))) {
            problems.write(
                    request,
                    response,
                    new Problem(
                            HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                            "UNSUPPORTED_MEDIA_TYPE",
                            "Send the body as application/json."));
        } else {
            chain.doFilter(request, response);
        }
    }

    private static boolean isMultipart(String type) {
        return type.strip().regionMatches(true, 0, "multipart/", 0, "multipart/".length());
    }
}
