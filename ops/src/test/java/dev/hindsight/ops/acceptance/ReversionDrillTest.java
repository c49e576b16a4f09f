package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A bad script cancels all tickets; while an operator undoes that the server is killed again and again. In the end each
 * ticket is as it was, undone once. The long form, with the rate that was reached: {@code ./mvnw -P drills -pl ops -am test
 * -Dtest=ReversionDrillTest -Dsurefire.failIfNoSpecifiedTests=false}, with {@code -Ddrill.tickets=5000 -Ddrill.kills=5}.
 */
class ReversionDrillTest {

    private static final String HEAP = "512m";
    private static final int CLIENTS = 4;
    private static final String MISTAKE = "script-of-tuesday";

    @TempDir
    Path data;

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicReference<String> url = new AtomicReference<>("");

    @Test
    void inShort() throws Exception {
        drill(300, 1);
    }

    @Test
    @Tag("drill") // some three minutes
    void atLength() throws Exception {
        drill(Integer.getInteger("drill.tickets", 5_000), Integer.getInteger("drill.kills", 5));
    }

    private Person person(Role role, String user) {
        return new Person(
                http,
                url::get,
                DevelopmentIssuer.of(data).issue(EnumSet.of(role), user, null, Instant.now(), Duration.ofHours(2)));
    }

    private void drill(int tickets, int kills) throws Exception {
        // One ticket at a time until the last kill, so that kills meet it at work.
        var server = ServerProcess.start(data, HEAP, Map.of("HINDSIGHT_REVERSION_ATONCE", "1"));
        try {
            url.set(server.url());
            var agent = person(Role.AGENT, "ana@example.org");
            var operator = person(Role.OPERATOR, "olga@example.org");
            var jobs = new ReadModelOperator(operator, Duration.ofMinutes(5));
            var ids = opened(agent, tickets);
            for (int from = 0; from < tickets; from += 100) {
                Desks.ok(agent.post(
                        "/api/v1/tickets/bulk",
                        "{\"ids\":[\"" + String.join("\",\"", ids.subList(from, Math.min(tickets, from + 100)))
                                + "\"],\"command\":{\"type\":\"changeStatus\",\"body\":{\"status\":\"CANCELLED\"}}}",
                        "X-Correlation-Id",
                        MISTAKE));
            }
            assertThat(statuses("ticket.cancelled")).isEqualTo(tickets);
            var order = "{\"correlationId\":\"" + MISTAKE + "\",\"reason\":\"drill\",\"dryRun\":false}";
            var began = operator.post("/ops/v1/reversions", order);
            assertThat(began.status()).as(began.raw().body()).isEqualTo(202);
            for (int kill = 1; kill <= kills; kill++) {
                var enough = tickets * kill / (kills + 1);
                Journey.eventually(Duration.ofMinutes(2), () -> reverted() >= enough);
                server.kill();
                var reached = kill;
                server = ServerProcess.start(
                        data, HEAP, Map.of("HINDSIGHT_REVERSION_ATONCE", reached == kills ? "8" : "1"));
                url.set(server.url());
                System.out.printf("Killed %d of %d times, at %d tickets of %d or more%n", kill, kills, enough, tickets);
            }
            var done = jobs.over(began.id());
            assertThat(done.path("state").asString()).as(done.toString()).isEqualTo("DONE");
            assertThat(done.at("/reversion/tickets/REVERTED").asInt())
                    .as(done.toString())
                    .isEqualTo(tickets);
            assertThat(reverted()).as("each once").isEqualTo(tickets);
            assertThat(count("SELECT count(DISTINCT stream) FROM log.event WHERE name = 'ticket.reverted'"))
                    .isEqualTo(tickets);
            assertThat(statuses("reversion.started")).isEqualTo(1);
            assertThat(statuses("reversion.finished")).isEqualTo(1);
            jobs.awaitLevel();
            assertThat(agent.get("/api/v1/tickets?status=NEW")
                            .body()
                            .path("total")
                            .asInt())
                    .isEqualTo(Math.min(tickets, 10_000));
            jobs.assertThatAllAreClean();

            // The reversion is undone as a whole, undisturbed: that is how fast it is.
            var undone = jobs.over(operator.post(
                    "/ops/v1/reversions",
                    "{\"correlationId\":\"" + began.id() + "\",\"reason\":\"drill\",\"dryRun\":false}"));
            assertThat(undone.at("/reversion/tickets/REVERTED").asInt()).isEqualTo(tickets);
            Duration took = Duration.between(
                    Instant.parse(undone.path("createdAt").asString()),
                    Instant.parse(undone.path("endedAt").asString()));
            System.out.printf(
                    "%d tickets reverted in %s, %d a second%n", tickets, took, tickets * 1_000L / took.toMillis());
            jobs.awaitLevel();
            assertThat(agent.get("/api/v1/tickets?status=NEW")
                            .body()
                            .path("total")
                            .asInt())
                    .isZero();
        } finally {
            server.close();
        }
    }

    private List<String> opened(Person agent, int tickets) throws Exception {
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            var ids = new ArrayList<String>();
            Callable<Answer> open = () -> agent.post("/api/v1/tickets", "{\"subject\":\"drill\"}");
            var asked = new ArrayList<Callable<Answer>>();
            for (int n = 0; n < tickets; n++) {
                asked.add(open);
            }
            for (var each : clients.invokeAll(asked)) {
                ids.add(Desks.ok(each.get()).id());
            }
            return ids;
        }
    }

    private long reverted() {
        return statuses("ticket.reverted");
    }

    private long statuses(String name) {
        return count("SELECT count(*) FROM log.event WHERE name = '" + name + "'");
    }

    private long count(String sql) {
        try {
            var count = jdbc().queryForObject(sql, Long.class);
            return count == null ? 0 : count;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the superuser, to the PostgreSQL of whichever server runs: it has another port after each start. */
    private JdbcTemplate jdbc() throws IOException {
        var folder = data.resolve("postgres");
        var source = new PGSimpleDataSource();
        source.setURL("jdbc:postgresql://127.0.0.1:"
                + Files.readAllLines(folder.resolve("data").resolve("postmaster.pid"))
                        .get(3)
                + "/hindsight");
        source.setUser("postgres");
        source.setPassword(Files.readString(folder.resolve("password")).strip());
        return new JdbcTemplate(source);
    }
}
