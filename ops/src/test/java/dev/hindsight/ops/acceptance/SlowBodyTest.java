package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A body that drips may not hold a connection for as long as it likes. */
class SlowBodyTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final int ANNOUNCED = 10_000;

    @Test
    void aDrippingBodyIsEndedWithAProblem(@TempDir Path data) throws Exception {
        try (RunningApplication app =
                        RunningApplication.in(data, Map.of("hindsight.body-time-limit", LIMIT.toSeconds() + "s"));
                var drips = Executors.newVirtualThreadPerTaskExecutor()) {
            String token = app.as(Role.AGENT, "ana@example.org").token();
            assertThat(app.withToken(token)
                            .post("/api/v1/tickets", "{\"subject\":\"Quick\"}")
                            .status())
                    .isEqualTo(201);
            URI uri = URI.create(app.url("/"));
            try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
                socket.setSoTimeout(20_000);
                Instant begun = Instant.now();
                drips.execute(() -> drip(socket, token));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer)
                        .startsWith("HTTP/1.1 408")
                        .contains("application/problem+json", "\"code\":\"REQUEST_TIMEOUT\"", "2 seconds");
                assertThat(Duration.between(begun, Instant.now())).isBetween(LIMIT, LIMIT.plusSeconds(8));
            }
        }
    }

    /** Until the server ends the connection. */
    private static void drip(Socket socket, String token) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/v1/tickets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Authorization: Bearer " + token + "\r\nContent-Length: " + ANNOUNCED
                            + "\r\n\r\n{")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 1; i < ANNOUNCED; i++) {
                out.flush();
                Thread.sleep(100); // much less than the server waits for a byte
                out.write(' ');
            }
        } catch (IOException | InterruptedException ended) {
            // by the server, or with the test
        }
    }
}
