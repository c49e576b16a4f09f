package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.demo.DemoFill;
import dev.hindsight.projections.readmodel.ReadModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.DigestUtils;
import tools.jackson.databind.JsonNode;

/** Operators rebuild, verify, switch and go back over HTTP, with the real log, its keys and its folds. */
class RebuildsTest {

    private static final int TICKETS = 300;

    @TempDir
    static Path data;

    private static RunningApplication app;
    private static Person operator;
    private static ReadModelOperator models;
    private static JdbcTemplate jdbc;

    @BeforeAll
    static void start() throws InterruptedException {
        app = RunningApplication.in(data, Map.of("hindsight.rebuild.threads", 2));
        operator = app.as(Role.OPERATOR, "olga@example.org");
        models = new ReadModelOperator(operator, Duration.ofSeconds(60));
        jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
        assertThat(DemoFill.of(app.context()).fill(data, TICKETS, (done, all) -> {}))
                .isTrue();
        models.awaitLevel();
    }

    @AfterAll
    static void end() {
        app.close();
    }

    @Test
    void allModelsAreRebuiltSwitchedAndTakenBack() {
        int before = models.generation("tickets");
        Answer begun = operator.post("/ops/v1/rebuilds", null);
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        assertThat(begun.body().path("items").size()).isEqualTo(ReadModel.values().length);
        String tickets = "";
        for (JsonNode started : begun.body().path("items").values()) {
            JsonNode job = models.over(started.path("id").asString());
            assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("DONE");
            assertThat(job.path("percent").asDouble()).isEqualTo(100);
            assertThat(job.path("report").path("differing").asLong()).isZero();
            if (!job.path("model").asString().equals("access")) { // nobody may have looked yet
                assertThat(job.path("report").path("rows").asLong()).isPositive();
            }
            assertThat(job.path("switchMillis").asDouble()).isPositive();
            if (job.path("model").asString().equals("tickets")) {
                tickets = job.path("id").asString();
            }
        }
        int now = models.generation("tickets");
        assertThat(now).isGreaterThan(before);
        assertThat(TableDigests.of(jdbc, ReadModel.TICKETS, now))
                .isEqualTo(TableDigests.of(jdbc, ReadModel.TICKETS, before));

        Answer opened =
                app.as(Role.AGENT, "ana@example.org").post("/api/v1/tickets", "{\"subject\":\"after the switch\"}");
        Answer read = app.as(Role.AGENT, "ana@example.org")
                .get("/api/v1/tickets/" + opened.id() + "?minPosition=" + opened.position());
        assertThat(read.status()).isEqualTo(200);
        Answer back = operator.post("/ops/v1/jobs/" + tickets + "/switch-back", "{\"reason\":\"as a drill\"}");
        models.over(back);
        assertThat(models.generation("tickets")).isEqualTo(before);
        assertThat(app.as(Role.AGENT, "ana@example.org")
                        .get("/api/v1/tickets/" + opened.id() + "?minPosition=" + opened.position())
                        .status())
                .isEqualTo(200);
        assertThat(operator.post("/ops/v1/jobs/" + tickets + "/switch-back", null)
                        .code())
                .isEqualTo("NOT_NOW");
        assertThat(jdbc.queryForList(
                        "SELECT name FROM log.event WHERE stream = 'operations' AND name LIKE 'projection.%'"
                                + " ORDER BY version",
                        String.class))
                .contains(
                        "projection.rebuild-started",
                        "projection.verified",
                        "projection.switched",
                        "projection.switch-reverted");
    }

    @Test
    void theSearchIndexIsVerifiedRebuiltAndDroppedWhilePagesAreTurned() {
        Person agent = app.as(Role.AGENT, "ana@example.org");
        Answer first = agent.get("/api/v1/search?q=&limit=100");
        assertThat(first.status()).as(first.raw().body()).isEqualTo(200);
        JsonNode verified = models.verified("ticket-search");
        assertThat(verified.path("state").asString()).as(verified.toString()).isEqualTo("DONE");
        assertThat(verified.path("report").path("differing").asLong()).isZero();
        assertThat(verified.path("report").path("rows").asLong()).isGreaterThanOrEqualTo(TICKETS);

        int before = models.generation("ticket-search");
        JsonNode rebuilt = models.over(operator.post("/ops/v1/projections/ticket-search/rebuilds", null));
        assertThat(rebuilt.path("state").asString()).as(rebuilt.toString()).isEqualTo("DONE");
        assertThat(models.generation("ticket-search")).isGreaterThan(before);
        List<String> seen = new ArrayList<>();
        for (Answer page = first;
                ;
                page = agent.get("/api/v1/search?q=&limit=100&cursor="
                        + page.body().path("nextCursor").asString())) {
            assertThat(page.status()).as(page.raw().body()).isEqualTo(200);
            page.body()
                    .path("items")
                    .valueStream()
                    .forEach(hit -> seen.add(hit.at("/ticket/id").asString()));
            if (page.body().path("nextCursor").isNull()) {
                break;
            }
        }
        assertThat(seen).hasSizeGreaterThanOrEqualTo(TICKETS).doesNotHaveDuplicates();

        Answer opened = agent.post("/api/v1/tickets", "{\"subject\":\"quokka\"}");
        Answer found = agent.get("/api/v1/search?q=quokka&minPosition=" + opened.position());
        assertThat(found.body().path("items").size()).as(found.raw().body()).isEqualTo(1);
        assertThat(operator.delete("/ops/v1/projections/ticket-search/generations/" + before)
                        .code())
                .isEqualTo("GENERATION_IN_USE");
        Journey.eventually(
                Duration.ofSeconds(15),
                () -> operator.delete("/ops/v1/projections/ticket-search/generations/" + before)
                                .status()
                        == 204);
    }

    @Test
    void driftIsToldWithoutContentAndMendedByARebuild() {
        int live = models.generation("tickets");
        String id = jdbc.queryForObject(
                "SELECT id::text FROM readmodel.ticket_g" + live + " ORDER BY number LIMIT 1", String.class);
        jdbc.update("UPDATE readmodel.ticket_g" + live + " SET subject = 'quite a secret' WHERE id = ?::uuid", id);
        JsonNode verified = models.verified("tickets");
        JsonNode report = verified.path("report");
        assertThat(report.path("differing").asLong()).as(report.toString()).isEqualTo(1);
        assertThat(report.path("samples").path(0).path("stream").asString()).isEqualTo("ticket-" + id);
        assertThat(report.path("samples").path(0).path("columns").path(0).asString())
                .isEqualTo("subject");
        assertThat(verified.toString()).doesNotContain("secret");

        Answer begun = operator.post("/ops/v1/projections/tickets/rebuilds", "{\"switch\":\"auto\"}");
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        assertThat(operator.post("/ops/v1/projections/tickets/rebuilds", null).code())
                .isEqualTo("REBUILD_RUNNING");
        models.await(begun.id(), job -> job.path("state").asString().equals("VERIFICATION_FAILED"));
        String job = "/ops/v1/jobs/" + begun.id();
        Answer refused = operator.post(job + "/switch", null);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("VERIFICATION_FAILED");
        assertThat(operator.post(job + "/switch", "{\"force\":true}").status()).isEqualTo(400);
        models.over(operator.post(job + "/switch", "{\"force\":true,\"reason\":\"a row was changed by hand\"}"));
        assertThat(models.generation("tickets")).isGreaterThan(live);
        JsonNode again = models.verified("tickets");
        assertThat(again.path("report").path("differing").asLong()).isZero();
        assertThat(operator.delete("/ops/v1/projections/tickets/generations/" + models.generation("tickets"))
                        .code())
                .isEqualTo("GENERATION_IN_USE");
    }

    @Test
    void aRebuildIsSteeredAndCancelled() {
        Answer begun = operator.post("/ops/v1/projections/tickets/rebuilds", "{\"maxRate\":50,\"switch\":\"manual\"}");
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        String job = "/ops/v1/jobs/" + begun.id();
        assertThat(operator.post(job + "/pause", null).status()).isEqualTo(202);
        assertThat(operator.get(job).body().path("state").asString()).isEqualTo("PAUSED");
        JsonNode paced =
                operator.patch(job, "{\"maxRate\":null,\"gentle\":true}").body();
        assertThat(paced.path("maxRate").isNull()).isTrue();
        assertThat(paced.path("gentle").asBoolean()).isTrue();
        assertThat(operator.patch(job, "{\"maxRate\":0}").status()).isEqualTo(400);
        assertThat(operator.post(job + "/resume", null).status()).isEqualTo(202);
        models.await(begun.id(), one -> one.path("state").asString().equals("READY"));
        assertThat(operator.post(job + "/cancel", null).status()).isEqualTo(202);
        JsonNode cancelled = models.over(begun.id());
        assertThat(cancelled.path("state").asString()).isEqualTo("CANCELLED");
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM pg_tables WHERE schemaname = 'readmodel' AND tablename = 'ticket_g'"
                                + " || ?",
                        Integer.class,
                        cancelled.path("generation").asInt()))
                .isZero();
        assertThat(operator.post("/ops/v1/rebuilds", "{\"models\":[]}").status())
                .isEqualTo(400);
        assertThat(operator.post("/ops/v1/rebuilds", "{\"onePass\":\"often\"}").status())
                .isEqualTo(400);
    }

    @Test
    void severalModelsAreMadeInOnePassOverTheLog() throws InterruptedException {
        int before = models.generation("directory");
        Answer begun = operator.post("/ops/v1/rebuilds", "{\"onePass\":true}");
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        Map<String, JsonNode> jobs = new TreeMap<>();
        begun.body()
                .path("items")
                .values()
                .forEach(job -> jobs.put(job.path("model").asString(), job));
        assertThat(jobs).containsOnlyKeys("tickets", "directory", "access", "ticket-search", "ticket-past");
        Map<String, String> passes = new TreeMap<>();
        jobs.forEach((model, job) -> passes.put(model, job.path("pass").asString("none")));
        assertThat(passes.get("tickets")).isEqualTo(passes.get("directory")).isNotEqualTo("none");
        assertThat(passes).containsEntry("ticket-search", "none");
        jobs.forEach((model, begunOne) -> {
            JsonNode job = models.over(begunOne.path("id").asString());
            assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("DONE");
            assertThat(job.path("report").path("differing").asLong()).isZero();
        });
        assertThat(TableDigests.of(jdbc, ReadModel.DIRECTORY, models.generation("directory")))
                .isEqualTo(TableDigests.of(jdbc, ReadModel.DIRECTORY, before));
        assertThat(operator.post(
                                "/ops/v1/rebuilds",
                                "{\"models\":[\"directory\"],\"onePass\":true,\"switch\":\"manual\"}")
                        .body()
                        .path("items")
                        .path(0)
                        .path("pass")
                        .isNull())
                .as("one model has nothing to share")
                .isTrue();
        JsonNode alone = operator.get("/ops/v1/jobs").body().path("items").path(0);
        models.await(
                alone.path("id").asString(), one -> one.path("state").asString().equals("READY"));
        operator.post("/ops/v1/jobs/" + alone.path("id").asString() + "/cancel", null);
        models.over(alone.path("id").asString());
    }

    /** Nothing is commanded, sent or stored but read models, and the record of it in the stream of operations. */
    @Test
    void aRebuildOfEverythingWritesNothingElse() throws IOException {
        JdbcTemplate all =
                new JdbcTemplate(app.installation().postgres().dataSource("hindsight")); // may read all tables
        models.verified("directory"); // by her first order an operator gets known, which is an event of hers
        models.awaitLevel();
        long head = models.projections().path(0).path("head").asLong();
        Map<String, String> before = elsewhere(all, head);
        assertThat(before)
                .containsKeys("log.event", "command.idempotency", "keys.data_key", "command.ticket_number_seq");

        Answer begun = operator.post("/ops/v1/rebuilds", null);
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        for (JsonNode started : begun.body().path("items").values()) {
            JsonNode job = models.over(started.path("id").asString());
            assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("DONE");
        }
        models.awaitLevel();
        assertThat(elsewhere(all, head)).isEqualTo(before);
        assertThat(all.queryForList("SELECT stream FROM log.placed_event WHERE position > ?", String.class, head))
                .as("each model begun, verified and switched")
                .hasSize(3 * ReadModel.values().length)
                .containsOnly("operations");
    }

    /**
     * Everything outside the schema of the read models: digests of tables, values of sequences, files of the
     * installation. Of the log, what was there at the head.
     */
    private static Map<String, String> elsewhere(JdbcTemplate all, long head) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        for (String table : all.queryForList(
                "SELECT schemaname || '.' || tablename FROM pg_tables"
                        // the ledger follows the log by itself, and its checks their clock
                        + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'readmodel', 'ledger')",
                String.class)) {
            switch (table) {
                // the record of the rebuild, which the test looks at on its own
                case "log.event" ->
                    digests.put(
                            table,
                            TableDigests.of(
                                    all,
                                    "(SELECT * FROM log.event e WHERE NOT EXISTS (SELECT FROM log.placed_event p"
                                            + " WHERE p.event_id = e.event_id AND p.position > " + head
                                            + " AND p.stream = 'operations'))"));
                // their positions
                case "log.placement" ->
                    digests.put(
                            table,
                            TableDigests.of(all, "(SELECT * FROM log.placement WHERE first_position <= " + head + ")"));
                // so that it is written once, also by a node that died and comes again
                case "command.idempotency" ->
                    digests.put(
                            table,
                            TableDigests.of(all, "(SELECT * FROM command.idempotency WHERE stream <> 'operations')"));
                case "log.sequencer" -> {
                    // from where its leader looks on, brought up to date now and then
                }
                default -> digests.put(table, TableDigests.of(all, table));
            }
        }
        all.query("SELECT schemaname || '.' || sequencename, coalesce(last_value, 0) FROM pg_sequences", row -> {
            if (!row.getString(1).equals("log.append_number")) { // counts the appends of that record
                digests.put(row.getString(1), row.getString(2));
            }
        });
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = data.relativize(file).toString();
                // the servers' own folders: their contents are what is compared above, and the index that is rebuilt
                if (!name.startsWith("postgres/") && !name.startsWith("opensearch/")) {
                    digests.put(name, DigestUtils.md5DigestAsHex(Files.readAllBytes(file)));
                }
            }
        }
        return digests;
    }
}
