package dev.hindsight.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real Prometheus (Debian: {@code apt-get install prometheus}) with our configuration scrapes a running application
 * that is used meanwhile; then every query of every dashboard and alert must have a result, and no alert may fire.
 * Prints a table for {@code ops/benchmarks/results}. Run: {@code ./mvnw -P drills -pl ops -am test
 * -Dtest=MonitoringDrill -Dsurefire.failIfNoSpecifiedTests=false}.
 */
@Tag("drill")
class MonitoringDrill {

    private static final Duration USED = Duration.ofSeconds(100);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** What decides whether an alert fires is left out: its value must be there before it fires. */
    private static final Pattern THRESHOLD = Pattern.compile(" [<>] [\\d.]+$");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    @Test
    void everyQueryHasAResult() throws Exception {
        RunningApplication app = Watched.here().app();
        int port = freePort();
        Files.copy(Queries.MONITORING.resolve("alerts.yml"), folder.resolve("alerts.yml"));
        Path token = Files.writeString(folder.resolve("token"), Watched.SCRAPE_TOKEN);
        String configuration = Files.readString(Queries.MONITORING.resolve("prometheus.yml"));
        Path file = Files.writeString(
                folder.resolve("prometheus.yml"),
                configuration
                        .replace("/run/secrets/metrics-token", token.toString())
                        .replace("application:8080", URI.create(app.url("")).getAuthority())
                        .replace("10s", "2s"));
        run("promtool", "check", "config", file.toString());
        run("promtool", "check", "rules", folder.resolve("alerts.yml").toString());

        Process prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + folder.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            use(app);
            Map<String, String> empty = new LinkedHashMap<>();
            List<String> table = new ArrayList<>();
            for (Map.Entry<String, String> query : Queries.all().entrySet()) {
                JsonNode result = ask(
                        port,
                        "query?query="
                                + URLEncoder.encode(
                                        THRESHOLD.matcher(query.getValue()).replaceFirst(""), StandardCharsets.UTF_8));
                List<String> values = result.path("result")
                        .valueStream()
                        .map(series -> series.path("value").path(1).asString())
                        .toList();
                table.add("| %s | %d | %s |"
                        .formatted(
                                query.getKey(),
                                values.size(),
                                values.stream().limit(3).toList()));
                if (values.isEmpty() || values.stream().allMatch("NaN"::equals)) {
                    empty.put(query.getKey(), query.getValue());
                }
            }
            table.forEach(System.out::println);
            System.out.printf("%d queries, %d without a result%n", Queries.all().size(), empty.size());
            assertThat(empty).isEmpty();
            assertThat(ask(port, "rules").path("groups").path(0).path("rules").valueStream())
                    .hasSize(Queries.alerts().size())
                    .allSatisfy(rule -> {
                        assertThat(rule.path("health").asString()).isEqualTo("ok");
                        assertThat(rule.path("state").asString())
                                .as(rule.path("name").asString())
                                .isEqualTo("inactive");
                    });
        } finally {
            prometheus.destroy();
            prometheus.waitFor(20, TimeUnit.SECONDS);
        }
    }

    /** Some of everything, what is refused and what conflicts included. */
    private static void use(RunningApplication app) {
        Person agent = app.as(Role.AGENT, "ana@example.org");
        Person requester = app.as(Role.REQUESTER, "lee@example.org");
        long end = System.nanoTime() + USED.toNanos();
        for (int i = 0; System.nanoTime() < end; i++) {
            String level = List.of("HIGH", "MEDIUM", "LOW").get(i % 3);
            Answer opened = requester.post(
                    "/api/v1/tickets",
                    "{\"subject\":\"Drill %d\",\"impact\":\"%s\",\"urgency\":\"%s\"}".formatted(i, level, level));
            assertThat(opened.status()).isEqualTo(201);
            String ticket = "/api/v1/tickets/" + opened.id();
            agent.put(ticket + "/assignment", "{\"assignee\":\"me\"}", "If-Match", "\"9\"");
            agent.put(ticket + "/assignment", "{\"assignee\":\"me\"}", "If-Match", opened.etag());
            agent.post(ticket + "/notes", "{\"body\":\"seen\"}");
            agent.get(ticket + "?minPosition=" + opened.position());
            agent.get("/api/v1/search?q=drill");
            agent.get("/api/v1/tickets?status=open");
            agent.put(ticket + "/status", "{\"status\":\"RESOLVED\",\"resolutionCode\":\"FIXED\"}", "If-Match", "*");
            agent.put(ticket + "/status", "{\"status\":\"CLOSED\"}", "If-Match", "*");
            agent.post(ticket + "/replies", "{\"body\":\"too late\"}");
            LockSupport.parkNanos(100_000_000);
        }
    }

    private JsonNode ask(int port, String path) throws IOException, InterruptedException {
        String answer = http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/" + path))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        JsonNode json = JSON.readTree(answer);
        assertThat(json.path("status").asString()).as("%s: %s", path, answer).isEqualTo("success");
        return json.path("data");
    }

    private void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
