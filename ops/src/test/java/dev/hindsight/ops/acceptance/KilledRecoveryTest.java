package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.installation.Installation;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/**
 * Nodes that recover to a point are killed with {@code kill -9}: when the tables are there and empty, and in the transaction
 * that says it may be asked. The third ends it. Locks of another session hold a node at the place.
 */
class KilledRecoveryTest {

    private static final String HEAP = "384m";
    private static final String PATH = "/ops/v1/recoveries/before";

    @TempDir
    Path data;

    private final HttpClient http = HttpClient.newHttpClient();
    private String url = "";

    @Test
    void theNextNodeGoesOnWhereTheLastOneWasKilled() throws Exception {
        try (Installation installation = Installation.start(data)) {
            DataSource database = installation.postgres().dataSource("hindsight");
            JdbcTemplate jdbc = new JdbcTemplate(database);
            Map<String, String> environment = ServerProcess.on(installation);
            Person agent = as(Role.AGENT, "ana@example.org");
            Person operator = as(Role.OPERATOR, "olga@example.org");
            long then;
            try (ServerProcess server = ServerProcess.start(data, HEAP, environment)) {
                url = server.url();
                Answer last = Desks.ok(agent.post("/api/v1/tickets", "{\"subject\":\"before\"}"));
                for (int n = 1; n < 20; n++) {
                    last = Desks.ok(agent.post("/api/v1/tickets", "{\"subject\":\"before " + n + "\"}"));
                    Desks.ok(agent.post("/api/v1/tickets/" + last.id() + "/replies", "{\"body\":\"hello\"}"));
                }
                then = Desks.ok(agent.get("/api/v1/tickets/" + last.id() + "?minPosition=" + last.position()))
                        .position();
                Desks.ok(agent.put(
                        "/api/v1/tickets/" + last.id() + "/status", "{\"status\":\"CANCELLED\"}", "If-Match", "*"));
                try (HeldLock held = new HeldLock(database, "LOCK TABLE readmodel.skip IN ACCESS EXCLUSIVE MODE")) {
                    Answer begun =
                            operator.post("/ops/v1/recoveries", "{\"position\":" + then + ",\"name\":\"before\"}");
                    assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
                    Journey.eventually(
                            Duration.ofSeconds(60),
                            () -> "COPYING"
                                    .equals(jdbc.queryForObject(
                                            "SELECT phase FROM readmodel.job WHERE kind = 'RECOVERY'", String.class)));
                    HeldLock.awaitSomebodyWaiting(jdbc, "%readmodel.skip%");
                    server.kill();
                    assertThat(held.isValid()).isTrue();
                }
            }
            try (ServerProcess server = killedAtTheEnd(environment, database, jdbc)) {
                assertThat(server.port()).isPositive();
            }
            try (ServerProcess server = ServerProcess.start(data, HEAP, environment)) {
                url = server.url();
                Journey.eventually(
                        Duration.ofSeconds(60),
                        () -> operator.get(PATH).body().path("state").asString().equals("READY"));
                String list = "/api/v1/tickets?limit=200&sort=number";
                JsonNode there =
                        Desks.ok(agent.get(list + "&generation=before")).body();
                assertThat(there.path("total").asInt()).isEqualTo(20);
                assertThat(there.path("items"))
                        .isEqualTo(Desks.ok(agent.get(list + "&atPosition=" + then))
                                .body()
                                .path("items"));
                assertThat(jdbc.queryForObject(
                                "SELECT count(*) FROM log.event WHERE name = 'recovery.created'", Integer.class))
                        .isEqualTo(1);
                assertThat(jdbc.queryForObject(
                                "SELECT count(*) FROM readmodel.generation WHERE recovery IS NOT NULL", Integer.class))
                        .isEqualTo(2);
                assertThat(operator.delete(PATH).status()).isEqualTo(204);
                assertThat(jdbc.queryForObject(
                                "SELECT count(*) FROM pg_tables WHERE schemaname = 'readmodel'"
                                        + " AND tablename ~ '_g([2-9]|[1-9][0-9]+)$'",
                                Integer.class))
                        .isZero();
            }
        }
    }

    private ServerProcess killedAtTheEnd(Map<String, String> environment, DataSource database, JdbcTemplate jdbc)
            throws Exception {
        try (HeldLock held = new HeldLock(database, "LOCK TABLE readmodel.recovery IN SHARE MODE")) {
            ServerProcess server = ServerProcess.start(data, HEAP, environment);
            HeldLock.awaitSomebodyWaiting(jdbc, "UPDATE readmodel.recovery SET forgotten%");
            server.kill();
            assertThat(held.isValid()).isTrue();
            return server;
        }
    }

    private Person as(Role role, String user) {
        return new Person(
                http,
                () -> url,
                DevelopmentIssuer.of(data).issue(EnumSet.of(role), user, null, Instant.now(), Duration.ofHours(1)));
    }
}
