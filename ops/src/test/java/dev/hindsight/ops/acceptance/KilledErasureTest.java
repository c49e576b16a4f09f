package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/**
 * Each node that erases somebody is killed further on in it: when the key has ended, while tickets are folded again, in the
 * drill also while tables are rewritten, and in the receipt's transaction. The last one ends what all of them had begun.
 * Locks of another session, which holds no snapshot, hold a node at the place.
 */
class KilledErasureTest {

    private static final String HEAP = "384m";
    private static final String JOB = "SELECT pg_advisory_lock(hashtext('hindsight.erasure'))";
    private static final String ERASED = "SELECT count(*) FROM log.placed_event WHERE name = 'ticket.content-erased'";
    private static final int TICKETS = 3;

    @TempDir
    Path data;

    private final HttpClient http = HttpClient.newHttpClient();
    private String url = "";

    @Test
    void theNextNodeEndsWhatWasBegunAndTheReceiptTellsAllOfIt() throws Exception {
        drill(false);
    }

    @Test
    @Tag("drill") // one more node
    void alsoWhileTablesAreRewritten() throws Exception {
        drill(true);
    }

    private void drill(boolean whileTablesAreRewritten) throws Exception {
        try (Installation installation = Installation.start(data)) {
            DataSource database = installation.postgres().dataSource("hindsight");
            JdbcTemplate jdbc = new JdbcTemplate(database);
            Map<String, String> environment = ServerProcess.on(installation);
            Person admin = as(Role.ADMIN, "adele@example.org");
            Somebody quentin;
            String erasure;
            HeldLock job;
            try (ServerProcess server = ServerProcess.start(data, HEAP, environment)) {
                url = server.url();
                quentin = new Somebody(this::as).with(TICKETS);
                erasure = "/api/v1/people/" + quentin.id + "/erasure";
                job = new HeldLock(database, JOB);
                assertThat(admin.post(erasure, "{\"reason\":\"Asked in writing\"}")
                                .body()
                                .path("state")
                                .asString())
                        .isEqualTo("ERASING");
                server.kill();
            }
            assertThat(jdbc.queryForObject(ERASED, Integer.class)).isZero();
            killedWhere(
                    "%ticket_timeline_g1%",
                    "LOCK TABLE readmodel.ticket_timeline_g1 IN SHARE MODE", job, database, environment);
            assertThat(jdbc.queryForObject(ERASED, Integer.class)).isPositive();
            if (whileTablesAreRewritten) {
                killedWhere(
                        "VACUUM (FULL%person_email",
                        "LOCK TABLE command.person_email IN ACCESS SHARE MODE",
                        new HeldLock(database, JOB),
                        database,
                        environment);
            }
            killedWhere(
                    "update command.erasure set state = 'DONE'%",
                    "LOCK TABLE command.erasure IN SHARE MODE", new HeldLock(database, JOB), database, environment);
            assertThat(jdbc.queryForObject(
                            "SELECT count(*) FROM log.event WHERE name = 'person.erasure-finished'", Integer.class))
                    .isZero();

            try (ServerProcess server = ServerProcess.start(data, HEAP, environment)) {
                url = server.url();
                Journey.eventually(
                        Duration.ofSeconds(60),
                        () -> admin.get(erasure).body().path("state").asString().equals("DONE"));
                JsonNode receipt = admin.get(erasure).body();
                System.out.println("Receipt: " + receipt);
                assertThat(receipt.path("fault").isNull()).isTrue();
                assertThat(receipt.path("notPossible").propertyNames()).containsExactly("backups");
                assertThat(receipt.path("done").propertyNames())
                        .containsExactlyInAnyOrder(
                                "keys",
                                "tickets",
                                "attachments",
                                "calls",
                                "people",
                                "read models",
                                "memory",
                                "tables",
                                "write-ahead log",
                                "search index");
                assertThat(receipt.at("/done/keys").asString()).startsWith(1 + TICKETS + " destroyed");
                assertThat(receipt.at("/done/tickets").asString()).isEqualTo(TICKETS + " erased");
                assertThat(receipt.at("/done/attachments").asString()).startsWith("1 files");
                assertThat(jdbc.queryForObject(ERASED, Integer.class))
                        .as("each ticket once")
                        .isEqualTo(TICKETS);
                assertThat(quentin.questions(0, 1, 2))
                        .noneMatch(question -> quentin.isToldBy(as(Role.AUDITOR, "audrey@example.org"), question));
                assertThat(quentin.filesIn(data)).isEmpty();
            }
        }
    }

    /**
     * Starts a node that erases, and kills it where it waits.
     *
     * @param statement what waits, as of LIKE
     * @param lock makes it wait
     * @param job keeps the node from beginning before that
     */
    private void killedWhere(
            String statement, String lock, HeldLock job, DataSource database, Map<String, String> environment)
            throws Exception {
        try (ServerProcess server = ServerProcess.start(data, HEAP, environment)) {
            HeldLock held = new HeldLock(database, lock);
            job.close();
            HeldLock.awaitSomebodyWaiting(new JdbcTemplate(database), statement);
            server.kill();
            held.close();
        }
    }

    private Person as(Role role, String user) {
        return new Person(
                http,
                () -> url,
                DevelopmentIssuer.of(data).issue(EnumSet.of(role), user, null, Instant.now(), Duration.ofHours(1)));
    }
}
