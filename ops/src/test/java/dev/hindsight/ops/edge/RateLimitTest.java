package dev.hindsight.ops.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who asks too often is told so, and nobody else pays for it. */
class RateLimitTest {

    @Test
    void whoeverUsesUpTheirRequestsWaits(@TempDir Path data) {
        try (RunningApplication app = RunningApplication.in(
                data, Map.of("hindsight.rate-limit.caller", 20, "hindsight.rate-limit.address", 15))) {
            Person busy = app.as(Role.AGENT, "busy@example.org");
            Answer first = busy.get("/api/v1/tickets?limit=1");
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.header("X-RateLimit-Limit")).isEqualTo("20");
            assertThat(first.header("X-RateLimit-Remaining")).isEqualTo("19");
            assertThat(Long.parseLong(String.valueOf(first.header("X-RateLimit-Reset"))))
                    .isBetween(
                            Instant.now().minusSeconds(5).getEpochSecond(),
                            Instant.now().plusSeconds(61).getEpochSecond());

            refused(repeated(busy, "/api/v1/tickets?limit=1"), 20);
            assertThat(app.as(Role.AGENT, "calm@example.org")
                            .get("/api/v1/tickets?limit=1")
                            .status())
                    .isEqualTo(200);
            // A bad token costs the address, not the one whose name it bears.
            refused(repeated(app.withToken(busy.token() + "x"), "/api/v1/tickets"), 15);
            refused(app.withToken("").get("/api/version"), 15);
            assertThat(app.withToken("").get("/actuator/health").status()).isEqualTo(200);
        }
    }

    private static Answer repeated(Person who, String path) {
        Answer answer = who.get(path);
        for (int i = 0; i < 40 && answer.status() != 429; i++) {
            answer = who.get(path);
        }
        return answer;
    }

    private static void refused(Answer answer, int limit) {
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.code()).isEqualTo("RATE_LIMITED");
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.header("X-RateLimit-Limit")).isEqualTo(Integer.toString(limit));
        assertThat(answer.header("X-RateLimit-Remaining")).isEqualTo("0");
        assertThat(Integer.parseInt(String.valueOf(answer.header("Retry-After"))))
                .isBetween(1, 60);
    }
}
