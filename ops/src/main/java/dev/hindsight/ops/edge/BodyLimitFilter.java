package dev.hindsight.ops.edge;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers 413 to bodies over a limit in bytes, whether they announce their length or are sent in chunks, and 408 to those
 * that take too long to arrive as a whole: the server's own time limit starts anew with every byte.
 */
final class BodyLimitFilter extends OncePerRequestFilter {

    private final long limit;
    private final String instead;
    private final Duration longest;
    private final Predicate<HttpServletRequest> exempt;
    private final Problems problems;

    /**
     * @param limit in bytes
     * @param instead what to do with more
     * @param longest from the first look at the body to its end
     * @param exempt what is not limited
     */
    BodyLimitFilter(
            long limit, String instead, Duration longest, Predicate<HttpServletRequest> exempt, Problems problems) {
        this.limit = limit;
        this.instead = instead;
        this.longest = longest;
        this.exempt = exempt;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (exempt.test(request)) {
            chain.doFilter(request, response);
        } else if (request.getContentLengthLong() > limit) {
            problems.write(request, response, tooLarge());
        } else {
            chain.doFilter(new Limited(request), response);
        }
    }

    Problem tooLarge() {
        return new Problem(
                HttpStatus.CONTENT_TOO_LARGE,
                "BODY_TOO_LARGE",
                "The body is larger than " + limit + " bytes; " + instead);
    }

    Problem tooSlow() {
        return new Problem(
                HttpStatus.REQUEST_TIMEOUT,
                "REQUEST_TIMEOUT",
                "The body took longer than " + longest.toSeconds() + " seconds to arrive; send it again at once.");
    }

    /** The body went over a limit while it was read. */
    static final class BodyRefused extends IOException {
        private final transient Problem problem;

        BodyRefused(Problem problem) {
            super(problem.code());
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    private final class Limited extends HttpServletRequestWrapper {
        private @Nullable ServletInputStream body;

        Limited(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            if (body == null) {
                body = new Counted(super.getInputStream());
            }
            return body;
        }
    }

    private final class Counted extends ServletInputStream {
        private final ServletInputStream in;
        private final long end = System.nanoTime() + longest.toNanos();
        private long left = limit;

        Counted(ServletInputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int b = in.read();
            if (b >= 0) {
                count(1);
            }
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = in.read(buffer, offset, length);
            if (n > 0) {
                count(n);
            }
            return n;
        }

        private void count(int n) throws BodyRefused {
            left -= n;
            if (left < 0) {
                throw new BodyRefused(tooLarge());
            } else if (System.nanoTime() - end > 0) {
                throw new BodyRefused(tooSlow());
            }
        }

        @Override
        public boolean isFinished() {
            return in.isFinished();
        }

        @Override
        public boolean isReady() {
            return in.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            in.setReadListener(listener);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
