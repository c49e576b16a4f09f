package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.demo.DemoFill;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** Operators rebuild, verify, switch and go back over HTTP, with the real log, its keys and its folds. */
class RebuildsTest {

    private static final int TICKETS = 300;
    private static final List<String> TABLES =
            List.of("ticket", "ticket_words", "ticket_message", "ticket_timeline", "ticket_link", "ticket_attachment");

    @TempDir
    static Path data;

    private static RunningApplication app;
    private static Person operator;
    private static JdbcTemplate jdbc;

    @BeforeAll
    static void start() throws InterruptedException {
        app = RunningApplication.in(data, Map.of("hindsight.rebuild.threads", 2));
        operator = app.as(Role.OPERATOR, "olga@example.org");
        jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
        assertThat(DemoFill.of(app.context()).fill(data, TICKETS, (done, all) -> {}))
                .isTrue();
        Journey.eventually(
                Duration.ofSeconds(60),
                () -> projections()
                        .valueStream()
                        .allMatch(model -> model.path("lagEvents").asLong() == 0));
    }

    @AfterAll
    static void end() {
        app.close();
    }

    private static JsonNode projections() {
        return operator.get("/ops/v1/projections").body().path("items");
    }

    private static int generation(String model) {
        return projections()
                .valueStream()
                .filter(one -> one.path("name").asString("").equals(model))
                .findFirst()
                .orElseThrow()
                .path("generation")
                .asInt();
    }

    private static JsonNode await(String id, Predicate<JsonNode> until) {
        var last = new AtomicReference<JsonNode>();
        Journey.eventually(Duration.ofSeconds(60), () -> {
            last.set(operator.get("/ops/v1/jobs/" + id).body());
            return until.test(last.get());
        });
        return Objects.requireNonNull(last.get());
    }

    private static JsonNode over(Answer started) {
        assertThat(started.status()).as(started.raw().body()).isEqualTo(202);
        return await(started.id(), job -> !job.path("endedAt").isNull());
    }

    private static String digest(String table, int generation) {
        return Objects.requireNonNull(jdbc.queryForObject(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM readmodel."
                        + table + "_g" + generation + " t",
                String.class));
    }

    @Test
    void allModelsAreRebuiltSwitchedAndTakenBack() {
        int before = generation("tickets");
        Answer begun = operator.post("/ops/v1/rebuilds", null);
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        assertThat(begun.body().path("items").size()).isEqualTo(3);
        String tickets = "";
        for (JsonNode started : begun.body().path("items").values()) {
            JsonNode job = await(
                    started.path("id").asString(), one -> !one.path("endedAt").isNull());
            assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("DONE");
            assertThat(job.path("percent").asDouble()).isEqualTo(100);
            assertThat(job.path("report").path("differing").asLong()).isZero();
            assertThat(job.path("report").path("rows").asLong()).isPositive();
            assertThat(job.path("switchMillis").asDouble()).isPositive();
            if (job.path("model").asString().equals("tickets")) {
                tickets = job.path("id").asString();
            }
        }
        int now = generation("tickets");
        assertThat(now).isGreaterThan(before);
        for (String table : TABLES) {
            assertThat(digest(table, now)).as(table).isEqualTo(digest(table, before));
        }

        Answer opened =
                app.as(Role.AGENT, "ana@example.org").post("/api/v1/tickets", "{\"subject\":\"after the switch\"}");
        Answer read = app.as(Role.AGENT, "ana@example.org")
                .get("/api/v1/tickets/" + opened.id() + "?minPosition=" + opened.position());
        assertThat(read.status()).isEqualTo(200);
        Answer back = operator.post("/ops/v1/jobs/" + tickets + "/switch-back", "{\"reason\":\"as a drill\"}");
        over(back);
        assertThat(generation("tickets")).isEqualTo(before);
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
        JsonNode verified = over(operator.post("/ops/v1/projections/ticket-search/verifications", null));
        assertThat(verified.path("state").asString()).as(verified.toString()).isEqualTo("DONE");
        assertThat(verified.path("report").path("differing").asLong()).isZero();
        assertThat(verified.path("report").path("rows").asLong()).isGreaterThanOrEqualTo(TICKETS);

        int before = generation("ticket-search");
        JsonNode rebuilt = over(operator.post("/ops/v1/projections/ticket-search/rebuilds", null));
        assertThat(rebuilt.path("state").asString()).as(rebuilt.toString()).isEqualTo("DONE");
        assertThat(generation("ticket-search")).isGreaterThan(before);
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
        int live = generation("tickets");
        String id = jdbc.queryForObject(
                "SELECT id::text FROM readmodel.ticket_g" + live + " ORDER BY number LIMIT 1", String.class);
        jdbc.update("UPDATE readmodel.ticket_g" + live + " SET subject = 'quite a secret' WHERE id = ?::uuid", id);
        JsonNode verified = over(operator.post("/ops/v1/projections/tickets/verifications", null));
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
        await(begun.id(), job -> job.path("state").asString().equals("VERIFICATION_FAILED"));
        String job = "/ops/v1/jobs/" + begun.id();
        Answer refused = operator.post(job + "/switch", null);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("VERIFICATION_FAILED");
        assertThat(operator.post(job + "/switch", "{\"force\":true}").status()).isEqualTo(400);
        over(operator.post(job + "/switch", "{\"force\":true,\"reason\":\"a row was changed by hand\"}"));
        assertThat(generation("tickets")).isGreaterThan(live);
        JsonNode again = over(operator.post("/ops/v1/projections/tickets/verifications", null));
        assertThat(again.path("report").path("differing").asLong()).isZero();
        assertThat(operator.delete("/ops/v1/projections/tickets/generations/" + generation("tickets"))
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
        await(begun.id(), one -> one.path("state").asString().equals("READY"));
        assertThat(operator.post(job + "/cancel", null).status()).isEqualTo(202);
        JsonNode cancelled = await(begun.id(), one -> !one.path("endedAt").isNull());
        assertThat(cancelled.path("state").asString()).isEqualTo("CANCELLED");
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM pg_tables WHERE schemaname = 'readmodel' AND tablename = 'ticket_g'"
                                + " || ?",
                        Integer.class,
                        cancelled.path("generation").asInt()))
                .isZero();
        assertThat(operator.post("/ops/v1/rebuilds", "{\"models\":[]}").status())
                .isEqualTo(400);
        assertThat(operator.post("/ops/v1/rebuilds", "{\"onePass\":true}").status())
                .isEqualTo(400);
    }
}
