package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.ops.acceptance.LiveTraffic.Acknowledged;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/**
 * While people work, read models are poisoned, found out, rebuilt through two kills, switched by force, taken back and
 * rebuilt once more. The long form: {@code ./mvnw -P drills -pl ops -am test -Dtest=RebuildDrillTest
 * -Dsurefire.failIfNoSpecifiedTests=false}, with {@code -Ddrill.tickets=20000 -Ddrill.rate=200 -Ddrill.seconds=30}
 * (tickets beforehand; commands, and as many queries, a second; of work between two steps).
 */
class RebuildDrillTest {

    private static final String HEAP = "512m";
    private static final int KNOWN = 40;
    private static final int MISSING = 2;
    private static final String NOT_POISONED = "access"; // nobody has read a ticket yet

    @TempDir
    Path data;

    private final long since = System.nanoTime();
    private int tickets;
    private int rate;
    private int seconds;

    /** Ids of tickets whose rows or documents are not what they were. */
    private record Poison(
            Set<String> wrongRows,
            Set<String> missingRows,
            Set<String> shortHistories,
            Set<String> changedDocuments,
            Set<String> missingDocuments) {}

    @Test
    void inShort() throws Exception {
        drill(300, 20, 1);
    }

    @Test
    @Tag("drill") // some ten minutes
    void atLength() throws Exception {
        drill(
                Integer.getInteger("drill.tickets", 20_000),
                Integer.getInteger("drill.rate", 200),
                Integer.getInteger("drill.seconds", 30));
    }

    private void drill(int filled, int perSecond, int between) throws Exception {
        tickets = filled;
        rate = perSecond;
        seconds = between;
        ServerProcess server =
                ServerProcess.start(data, HEAP, Map.of(), "demo", "--tickets", Integer.toString(tickets));
        try (LiveTraffic traffic = new LiveTraffic(data)) {
            traffic.to(server.url());
            Person operator = traffic.operator();
            ReadModelOperator models = new ReadModelOperator(operator, Duration.ofMinutes(5));
            Journey.eventually(Duration.ofMinutes(10), this::isFilled);
            models.awaitLevel();
            List<String> ids = jdbc().queryForList(
                            "SELECT id::text FROM readmodel.ticket_g" + models.generation("tickets")
                                    + " ORDER BY created_at",
                            String.class);
            assertThat(ids).hasSize(tickets);
            say("filled and started", traffic);
            traffic.begin(ids.subList(ids.size() - KNOWN, ids.size()), tickets, MISSING, rate, rate);
            work(traffic);

            Poison poison = poison(models, ids);
            assertFound(models, poison);
            say("poisoned and found", traffic);

            Map<String, String> jobs = new LinkedHashMap<>();
            Answer begun = operator.post("/ops/v1/rebuilds", "{\"maxRate\":" + 4 * tickets + "}");
            assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
            begun.body()
                    .path("items")
                    .forEach(job -> jobs.put(
                            job.path("model").asString(), job.path("id").asString()));
            String rebuild = Objects.requireNonNull(jobs.get("tickets"));
            JsonNode copying = models.await(rebuild, job -> job.path("done").asLong() > 0);
            assertThat(copying.path("phase").asString()).isEqualTo("COPYING");
            server = again(server, traffic);
            say("killed in COPYING", traffic);
            for (String job : jobs.values()) {
                operator.patch("/ops/v1/jobs/" + job, "{\"maxRate\":null}");
            }
            JsonNode later =
                    models.await(rebuild, job -> !job.path("phase").asString().equals("COPYING"));
            assertThat(later.path("endedAt").isNull()).as(later.toString()).isTrue();
            server = again(server, traffic);
            say("killed in " + later.path("phase").asString(), traffic);

            assertThat(models.over(Objects.requireNonNull(jobs.remove(NOT_POISONED)))
                            .path("state")
                            .asString())
                    .isEqualTo("DONE");
            for (Map.Entry<String, String> job : jobs.entrySet()) {
                JsonNode verified = models.await(
                        job.getValue(), its -> its.path("state").asString().equals("VERIFICATION_FAILED"));
                assertThat(verified.at("/report/refoldedOtherwise").asInt(-1))
                        .as(verified.toString())
                        .isZero();
                assertThat(verified.at("/report/differing").asInt()).isPositive();
                if (job.getKey().equals("tickets")) {
                    assertTold(verified.path("report"), poison); // twice killed, nothing else is otherwise
                }
            }
            assertThat(jdbc().queryForObject(
                                    "SELECT count(*) FROM log.event WHERE name = 'projection.rebuild-started'",
                                    Integer.class))
                    .as("begun once each")
                    .isEqualTo(jobs.size() + 1);
            for (String job : jobs.values()) {
                Answer forced = operator.post(
                        "/ops/v1/jobs/" + job + "/switch", "{\"force\":true,\"reason\":\"rows were poisoned\"}");
                assertThat(models.over(forced).path("state").asString()).isEqualTo("DONE");
            }
            models.assertThatAllAreClean();
            assertThat(indexes("ticket_g" + models.generation("tickets"))).isEqualTo(indexes("ticket"));
            say("rebuilt, switched and clean", traffic);
            work(traffic);

            // What answered before is poisoned still, and level.
            assertThat(models.over(operator.post("/ops/v1/jobs/" + rebuild + "/switch-back", null))
                            .path("state")
                            .asString())
                    .isEqualTo("DONE");
            assertFoundInTickets(models, poison);
            work(traffic);
            Answer forth = operator.post("/ops/v1/projections/tickets/rebuilds", null);
            assertTold(
                    models.await(forth.id(), its -> its.path("state").asString().equals("VERIFICATION_FAILED"))
                            .path("report"),
                    poison);
            models.over(operator.post(
                    "/ops/v1/jobs/" + forth.id() + "/switch", "{\"force\":true,\"reason\":\"forth again\"}"));
            work(traffic);
            Map<String, Acknowledged> acknowledged = traffic.end();
            models.assertThatAllAreClean();
            say("taken back and forth", traffic);
            assertThat(jdbc().queryForObject(
                                    "SELECT count(*) FROM log.event WHERE name = 'ticket.opened'", Integer.class))
                    .isEqualTo(acknowledged.size());
            traffic.assertThatAllIsThere(jdbc());
        } finally {
            server.close();
        }
    }

    private boolean isFilled() {
        try {
            return Files.readString(data.resolve("demo-history.properties")).contains("done=true");
        } catch (NoSuchFileException e) {
            return false; // it has not begun
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For as long as was asked for, or longer where the machine does not keep the pace. */
    private void work(LiveTraffic traffic) {
        traffic.awaitMore(rate * seconds);
    }

    private void say(String what, LiveTraffic traffic) {
        traffic.assertThatAllIsWell();
        System.out.printf("After %.0f s %s: %s%n", (System.nanoTime() - since) / 1e9, what, traffic);
    }

    /** {@code kill -9}, and the next one, while people go on asking. */
    private ServerProcess again(ServerProcess server, LiveTraffic traffic) throws Exception {
        traffic.away();
        server.kill(); // its PostgreSQL and OpenSearch are left behind
        ServerProcess next = ServerProcess.start(data, HEAP, Map.of());
        traffic.to(next.url());
        return next;
    }

    /** As the superuser, to the PostgreSQL of whichever server runs: it has another port after each start. */
    private JdbcTemplate jdbc() throws IOException {
        Path folder = data.resolve("postgres");
        PGSimpleDataSource source = new PGSimpleDataSource();
        String port = Files.readAllLines(folder.resolve("data").resolve("postmaster.pid"))
                .get(3);
        source.setURL("jdbc:postgresql://127.0.0.1:" + port + "/hindsight");
        source.setUser("postgres");
        source.setPassword(Files.readString(folder.resolve("password")).strip());
        return new JdbcTemplate(source);
    }

    /** Subjects changed, rows gone, an entry of a timeline gone, an index gone, a name changed, documents gone and changed. */
    private Poison poison(ReadModelOperator models, List<String> ids) throws Exception {
        JdbcTemplate jdbc = jdbc();
        String generation = "_g" + models.generation("tickets");
        Poison poison = new Poison(
                Set.copyOf(ids.subList(0, 3)),
                Set.copyOf(ids.subList(3, 3 + MISSING)),
                Set.of(ids.get(10)),
                Set.copyOf(ids.subList(20, 22)),
                Set.copyOf(ids.subList(22, 24)));
        for (String id : poison.wrongRows()) {
            jdbc.update("UPDATE readmodel.ticket" + generation + " SET subject = 'poisoned' WHERE id = ?::uuid", id);
        }
        for (String id : poison.missingRows()) {
            jdbc.update("DELETE FROM readmodel.ticket" + generation + " WHERE id = ?::uuid", id);
        }
        for (String id : poison.shortHistories()) {
            assertThat(jdbc.update(
                            "DELETE FROM readmodel.ticket_timeline" + generation
                                    + " WHERE ticket_id = ?::uuid AND version = 1",
                            id))
                    .isEqualTo(1);
        }
        jdbc.execute("DROP INDEX readmodel."
                + jdbc.queryForObject(
                        "SELECT indexname FROM pg_indexes WHERE schemaname = 'readmodel' AND tablename = ?"
                                + " AND indexdef LIKE '%(created_at, id)%'",
                        String.class, "ticket" + generation));
        assertThat(jdbc.update("UPDATE readmodel.category_g" + models.generation("directory")
                        + " SET name = 'poisoned' WHERE key = (SELECT min(key) FROM readmodel.category_g"
                        + models.generation("directory") + ")"))
                .isEqualTo(1);
        assertThat(jdbc.update(
                        "UPDATE readmodel.ticket_past_g" + models.generation("ticket-past")
                                + " SET status = 'CANCELLED' WHERE id = ?::uuid AND version = 1",
                        ids.getFirst()))
                .isEqualTo(1);
        String index = "/tickets-g" + models.generation("ticket-search");
        for (String id : poison.changedDocuments()) {
            search("POST", index + "/_update/" + id, "{\"doc\":{\"subject\":\"poisoned\"}}");
        }
        for (String id : poison.missingDocuments()) {
            search("DELETE", index + "/_doc/" + id, "");
        }
        search("POST", index + "/_refresh", "");
        return poison;
    }

    private void search(String method, String path, String body) throws IOException, InterruptedException {
        String at =
                Files.readAllLines(data.resolve("opensearch").resolve("ready")).getFirst();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://" + at + path))
                            .header("Content-Type", "application/json")
                            .method(method, BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    private static void assertFound(ReadModelOperator models, Poison poison) {
        assertFoundInTickets(models, poison);
        JsonNode directory = models.verified("directory").path("report");
        assertThat(directory.path("differing").asInt()).as(directory.toString()).isEqualTo(1);
        assertThat(directory.at("/samples/0/table").asString()).isEqualTo("category");
        JsonNode past = models.verified("ticket-past").path("report");
        assertThat(past.path("differing").asInt()).as(past.toString()).isEqualTo(1);
        assertThat(past.at("/samples/0/table").asString()).isEqualTo("ticket_past");
        JsonNode search = models.verified("ticket-search").path("report");
        assertThat(kinds(search))
                .as(search.toString())
                .containsAllEntriesOf(asKinds(poison.changedDocuments(), "DIFFERENT"))
                .containsAllEntriesOf(asKinds(poison.missingDocuments(), "MISSING"))
                // rows and documents differ there, whichever of them was poisoned
                .containsAllEntriesOf(asKinds(poison.wrongRows(), "DIFFERENT"))
                .containsAllEntriesOf(asKinds(poison.missingRows(), "SURPLUS"))
                .hasSize(search.path("differing").asInt());
    }

    private static void assertFoundInTickets(ReadModelOperator models, Poison poison) {
        assertTold(models.verified("tickets").path("report"), poison);
    }

    /** Just what was poisoned, and nothing else. */
    private static void assertTold(JsonNode report, Poison poison) {
        Map<String, String> expected = asKinds(poison.wrongRows(), "DIFFERENT");
        expected.putAll(asKinds(poison.missingRows(), "MISSING"));
        expected.putAll(asKinds(poison.shortHistories(), "MISSING"));
        assertThat(kinds(report)).as(report.toString()).isEqualTo(expected);
        assertThat(report.path("differing").asInt()).isEqualTo(expected.size());
    }

    private static Map<String, String> kinds(JsonNode report) {
        return report.path("samples")
                .valueStream()
                .collect(Collectors.toMap(
                        sample -> sample.path("stream").asString(),
                        sample -> sample.path("kind").asString()));
    }

    private static Map<String, String> asKinds(Set<String> ids, String kind) {
        return ids.stream().collect(Collectors.toMap(id -> "ticket-" + id, id -> kind));
    }

    /** The columns and kind of each index, without the names, which tell the generation. */
    private List<String> indexes(String table) throws IOException {
        return jdbc().queryForList(
                        "SELECT regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX .* USING', '\\1') FROM pg_indexes"
                                + " WHERE schemaname = 'readmodel' AND tablename = ? ORDER BY 1",
                        String.class,
                        table);
    }
}
