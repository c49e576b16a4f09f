package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every answer tells browsers to run, frame and keep nothing, whoever gives it. */
class SafeHeadersTest {

    private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox";

    private final RunningApplication app = RunningApplication.shared();
    private final Person agent = app.as(Role.AGENT, "ana@example.org");
    private final Person nobody = app.withToken("");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/tickets",
                "/api/v1/tickets/HD-0",
                "/api/v1/tickets?limit=x",
                "/api/v1/feed?limit=1",
                "/api/v1/feed?after=999999999999",
                "/api/v1/search?q=printer",
                "/api/v1/people/me",
                "/api/version",
                "/api/v1/nothing",
                "/ops/v1/projections",
                "/v3/api-docs",
                "/actuator/health",
                "/error",
                "/nothing"
            })
    void onAnswersAndErrorsWithAndWithoutAToken(String path) {
        for (Person who : new Person[] {agent, nobody, app.withToken("nonsense")}) {
            safe(who.get(path), NOTHING);
        }
    }

    @Test
    void onWrites() {
        safe(agent.post("/api/v1/tickets", "{\"subject\":\"safe\"}"), NOTHING);
        safe(agent.post("/api/v1/tickets", "{"), NOTHING);
        safe(agent.post("/api/v1/tickets", "x".repeat((1 << 20) + 1)), NOTHING);
        safe(agent.post("/api/v1/tickets", "--B--", "Content-Type", "multipart/form-data; boundary=B"), NOTHING);
    }

    private static void safe(Answer answer, String policy) {
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(answer.header("Content-Security-Policy")).isEqualTo(policy);
        assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.header("Cache-Control")).contains("no-store");
        assertThat(answer.raw().headers().allValues("X-Content-Type-Options")).hasSize(1);
        assertThat(answer.header("Strict-Transport-Security")).isNull();
        assertThat(answer.header("Server")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/tickets/a%2Fb HTTP/1.1",
                "GET /api/v1//tickets HTTP/1.1",
                "FOO /api/v1/tickets HTTP/1.1",
                "G{T /api/v1/tickets HTTP/1.1",
                "TRACE /api/v1/tickets HTTP/1.1"
            })
    void onWhatNoFilterSees(String line) throws IOException {
        URI uri = URI.create(app.url("/"));
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write((line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("X-Content-Type-Options: nosniff", "Content-Security-Policy: " + NOTHING, "no-store");
        }
    }

    /** Its page has no script but those that its policy lets in, which come from here. */
    @Test
    void swaggerStillRuns() {
        Answer page = nobody.get("/swagger-ui/index.html");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Security-Policy")).contains("script-src 'self'", "connect-src 'self'");
        assertThat(page.raw().body())
                .containsPattern("<script [^>]*src=\"")
                .doesNotContainPattern("<script(?![^>]*src=)[^>]*>");
        for (String part : new String[] {"swagger-ui-bundle.js", "swagger-initializer.js", "swagger-ui.css"}) {
            Answer loaded = nobody.get("/swagger-ui/" + part);
            assertThat(loaded.status()).as(part).isEqualTo(200);
            assertThat(loaded.header("Content-Type")).as(part).containsAnyOf("javascript", "css");
        }
    }
}
