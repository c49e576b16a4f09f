package dev.hindsight.ops.edge;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.CacheControlHeadersWriter;
import org.springframework.security.web.header.writers.ContentSecurityPolicyHeaderWriter;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.DelegatingRequestMatcherHeaderWriter;
import org.springframework.security.web.header.writers.HstsHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.header.writers.XContentTypeOptionsHeaderWriter;
import org.springframework.security.web.header.writers.XXssProtectionHeaderWriter;
import org.springframework.security.web.header.writers.frameoptions.XFrameOptionsHeaderWriter;
import org.springframework.security.web.header.writers.frameoptions.XFrameOptionsHeaderWriter.XFrameOptionsMode;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * What every answer says to browsers, whoever gives it: keep nothing, run nothing, frame nothing; HSTS over TLS. Spring
 * Security would say it only where its own filters are reached.
 */
final class SafeHeaders {

    private static final RequestMatcher SWAGGER =
            request -> String.valueOf(request.getRequestURI()).startsWith("/swagger-ui"); // none of what can't be read

    private static final List<HeaderWriter> WRITERS = List.of(
            new XContentTypeOptionsHeaderWriter(),
            new XXssProtectionHeaderWriter(),
            new CacheControlHeadersWriter(),
            new HstsHeaderWriter(),
            new XFrameOptionsHeaderWriter(XFrameOptionsMode.DENY),
            new ReferrerPolicyHeaderWriter(ReferrerPolicy.NO_REFERRER),
            sameOrigin(),
            new DelegatingRequestMatcherHeaderWriter(
                    request -> !SWAGGER.matches(request),
                    new ContentSecurityPolicyHeaderWriter("default-src 'none'; frame-ancestors 'none'; sandbox")),
            new DelegatingRequestMatcherHeaderWriter(
                    SWAGGER,
                    new ContentSecurityPolicyHeaderWriter("default-src 'none'; script-src 'self'; connect-src 'self';"
                            + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self';"
                            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'")));

    private SafeHeaders() {}

    /** For what Tomcat answers before any filter. */
    static void write(HttpServletRequest request, HttpServletResponse response) {
        WRITERS.forEach(writer -> writer.writeHeaders(request, response));
    }

    /** The first filter of all: what comes after it may still say something else. */
    static HeaderWriterFilter filter() {
        HeaderWriterFilter filter = new HeaderWriterFilter(WRITERS) {
            // The server goes straight to the error page with what it refuses before filters.
            @Override
            protected boolean shouldNotFilterErrorDispatch() {
                return false;
            }
        };
        filter.setShouldWriteHeadersEagerly(true);
        return filter;
    }

    private static HeaderWriter sameOrigin() {
        CrossOriginResourcePolicyHeaderWriter writer = new CrossOriginResourcePolicyHeaderWriter();
        writer.setPolicy(CrossOriginResourcePolicy.SAME_ORIGIN);
        return writer;
    }
}
