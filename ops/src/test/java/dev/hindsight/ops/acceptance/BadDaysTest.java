package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever is killed or stopped: nothing acknowledged is missing, nothing is there twice, everything catches up. */
class BadDaysTest {

    private static final int WRITERS = 16;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What the server acknowledged for an idempotency key. */
    private record Acknowledged(String id, long position) {}

    private static @Nullable RunningApplication servers;

    @TempDir
    Path data;

    /** For both tests that lose one of its servers: each is well again at the end. */
    private static RunningApplication servers() {
        RunningApplication started = servers;
        if (started == null) {
            started = RunningApplication.temporary(Map.of());
            servers = started;
        }
        return started;
    }

    @AfterAll
    static void stop() {
        RunningApplication started = servers;
        if (started != null) {
            started.close();
        }
    }

    @Test
    void killedInTheMiddleOfSixteenWriters() throws Exception {
        Map<String, Acknowledged> acknowledged = new ConcurrentHashMap<>();
        List<String> asked = java.util.Collections.synchronizedList(new ArrayList<>());
        try (ServerProcess server = ServerProcess.start(data, "512m", Map.of())) {
            String url = server.url();
            String token = DevelopmentIssuer.of(data)
                    .issue(EnumSet.of(Role.AGENT), "ana@example.org", null, Instant.now(), Duration.ofHours(1));
            AtomicBoolean stop = new AtomicBoolean();
            try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
                    HttpClient http = HttpClient.newHttpClient()) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < WRITERS; i++) {
                    all.add(writers.submit(() -> {
                        while (!stop.get()) {
                            String key = UUID.randomUUID().toString();
                            asked.add(key);
                            HttpResponse<String> answer = open(http, url, token, key);
                            if (answer.statusCode() == 201) {
                                JsonNode body = JSON.readTree(answer.body());
                                acknowledged.put(
                                        key,
                                        new Acknowledged(
                                                body.path("id").asString(),
                                                body.path("position").asLong(-1)));
                            }
                        }
                        return null;
                    }));
                }
                Journey.eventually(Duration.ofMinutes(2), () -> acknowledged.size() >= 300);
                server.kill(); // its PostgreSQL and OpenSearch are left behind
                stop.set(true);
                for (Future<?> one : all) {
                    try {
                        one.get(60, TimeUnit.SECONDS);
                    } catch (java.util.concurrent.ExecutionException e) {
                        assertThat(e.getCause()).isInstanceOf(IOException.class); // the server went away
                    }
                }
            }
        }

        try (RunningApplication again = RunningApplication.in(data)) {
            Person agent = again.as(Role.AGENT, "ana@example.org");
            JdbcTemplate jdbc = new JdbcTemplate(again.context().getBean(javax.sql.DataSource.class));
            StoredLog log = new StoredLog(jdbc);
            log.assertThatEveryEventHasItsPlace();
            long head = log.head();
            for (Map.Entry<String, Acknowledged> one : acknowledged.entrySet()) {
                Answer read = agent.get("/api/v1/tickets/" + one.getValue().id() + "/timeline?minPosition=" + head);
                assertThat(read.status()).as(one.getKey()).isEqualTo(200);
                long position =
                        read.body().path("items").path(0).path("position").asLong();
                if (one.getValue().position() > 0) {
                    assertThat(position).isEqualTo(one.getValue().position());
                }
            }
            // Every key asked: a repeat answers as the first did, or does it now; never a second ticket.
            for (String key : asked) {
                Answer repeated = agent.post("/api/v1/tickets", body(key), "Idempotency-Key", key);
                assertThat(repeated.status()).as(repeated.raw().body()).isEqualTo(201);
                Acknowledged first = acknowledged.get(key);
                if (first != null) {
                    assertThat(repeated.id()).isEqualTo(first.id());
                    assertThat(repeated.header("Idempotency-Replayed")).isEqualTo("true");
                }
            }
            assertThat(jdbc.queryForObject("SELECT count(*) FROM log.event WHERE name = 'ticket.opened'", Long.class))
                    .isEqualTo(asked.size());
        }
    }

    @Test
    void postgresStoppedAndStartedUnderLoad() throws Exception {
        RunningApplication app = servers();
        Person agent = app.as(Role.AGENT, "ana@example.org");
        assertThat(agent.post("/api/v1/tickets", "{\"subject\":\"warm\"}").status())
                .isEqualTo(201);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger unavailable = new AtomicInteger();
        Map<String, String> acknowledged = new ConcurrentHashMap<>();
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                all.add(writers.submit(() -> {
                    while (!stop.get()) {
                        String key = UUID.randomUUID().toString();
                        Answer answer = agent.post("/api/v1/tickets", body(key), "Idempotency-Key", key);
                        if (answer.status() == 201) {
                            acknowledged.put(key, answer.id());
                        } else {
                            assertThat(answer.status()).as(answer.raw().body()).isEqualTo(503);
                            unavailable.incrementAndGet();
                            LockSupport.parkNanos(20_000_000);
                        }
                    }
                }));
            }
            Journey.eventually(Duration.ofSeconds(60), () -> acknowledged.size() >= 100);
            app.installation().postgres().stopImmediate();
            Journey.eventually(Duration.ofSeconds(60), () -> unavailable.get() > 0);
            assertThat(agent.get("/actuator/health/readiness").status()).isEqualTo(503);
            app.installation().postgres().restart();
            int before = acknowledged.size();
            Journey.eventually(Duration.ofSeconds(60), () -> acknowledged.size() >= before + 100);
            stop.set(true);
            for (Future<?> one : all) {
                one.get(90, TimeUnit.SECONDS);
            }
        }
        JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(javax.sql.DataSource.class));
        StoredLog log = new StoredLog(jdbc);
        log.assertThatEveryEventHasItsPlace();
        long head = log.head();
        Journey.eventually(
                Duration.ofSeconds(60),
                () -> agent.get("/api/v1/tickets?limit=1&minPosition=" + head).status() == 200);
        assertThat(acknowledged.values().parallelStream()
                        .filter(id -> agent.get("/api/v1/tickets/" + id).status() != 200))
                .isEmpty();
    }

    @Test
    void withoutOpenSearchOnlySearchIsGoneAndItCatchesUp() throws IOException {
        RunningApplication app = servers();
        Person agent = app.as(Role.AGENT, "ana@example.org");
        Answer before = agent.post("/api/v1/tickets", "{\"subject\":\"platypus before\"}");
        assertThat(before.status()).isEqualTo(201);
        Journey.eventually(Duration.ofSeconds(30), () -> found(agent, "platypus") == 1);
        app.installation().search().kill();
        Answer meanwhile = agent.post("/api/v1/tickets", "{\"subject\":\"platypus meanwhile\"}");
        assertThat(meanwhile.status()).isEqualTo(201);
        assertThat(agent.get("/api/v1/tickets?minPosition=" + meanwhile.position())
                        .status())
                .isEqualTo(200);
        Answer search = agent.get("/api/v1/search?q=platypus");
        assertThat(search.status()).isEqualTo(503);
        assertThat(search.code()).isEqualTo("SEARCH_UNAVAILABLE");
        assertThat(search.header("Retry-After")).isNotBlank();
        assertThat(agent.get("/actuator/health/readiness").status()).isEqualTo(200);
        Journey.eventually(
                Duration.ofSeconds(30),
                () -> "DEGRADED"
                        .equals(agent.get("/actuator/health")
                                .body()
                                .path("status")
                                .asString()));
        assertThat(agent.get("/actuator/health").raw().body())
                .contains("search")
                .doesNotContain("failure");
        assertThat(app.as(Role.OPERATOR, "olga@example.org")
                        .get("/actuator/health")
                        .body()
                        .path("components")
                        .path("search")
                        .path("details")
                        .path("failure")
                        .asString())
                .isNotEmpty();
        app.installation().search().restart();
        Journey.eventually(Duration.ofSeconds(60), () -> found(agent, "platypus") == 2);
    }

    private static long found(Person agent, String word) {
        Answer answer = agent.get("/api/v1/search?q=" + word);
        return answer.status() == 200 ? answer.body().path("total").asLong() : -1;
    }

    private static String body(String key) {
        return "{\"subject\":\"Ticket " + key + "\",\"requester\":{\"email\":\"lee@example.org\"}}";
    }

    private static HttpResponse<String> open(HttpClient http, String url, String token, String key)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url + "/api/v1/tickets"))
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(body(key)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
