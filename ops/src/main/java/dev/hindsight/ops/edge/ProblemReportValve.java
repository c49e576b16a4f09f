package dev.hindsight.ops.edge;

import com.github.f4b6a3.uuid.UuidCreator;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Tells what Tomcat itself refuses, before any filter or servlet saw it, as a problem: a request line or headers that
 * can't be read or are too long, encoded slashes in an address. Takes the place of Tomcat's HTML page.
 */
final class ProblemReportValve extends ErrorReportValve {

    private final Problems problems;

    ProblemReportValve(Problems problems) {
        this.problems = problems;
    }

    /** Whoever was too slow is not waited for: the rest of the body is not read, the connection ends with the answer. */
    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        super.invoke(request, response);
        if (response.getStatus() == HttpStatus.REQUEST_TIMEOUT.value()) {
            request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable ignored) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        AtomicBoolean answerable = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, answerable);
        if (!answerable.get()) {
            return;
        }
        if (RequestIdFilter.of(request) == null) {
            String id = UuidCreator.getTimeOrderedEpoch().toString();
            request.setAttribute(RequestIdFilter.ATTRIBUTE, id);
            response.setHeader(RequestIdFilter.HEADER, id);
        }
        if (!response.containsHeader("X-Content-Type-Options")) {
            SafeHeaders.write(request, response);
        }
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        Problem problem = status == HttpStatus.BAD_REQUEST
                ? new Problem(
                        status,
                        "INVALID_REQUEST",
                        "The request line, the address or a header can't be read, or they are over 8 kB together.")
                : ProblemHandler.ofStatus(status == null ? HttpStatus.INTERNAL_SERVER_ERROR : status);
        try {
            problems.write(request, response, problem);
            response.finishResponse();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the caller has gone; the connection ends with this
        }
    }
}
