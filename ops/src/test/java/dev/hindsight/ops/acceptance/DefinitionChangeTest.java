package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.demo.DemoFill;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** A version of the software whose models hold more than those of the version before is rolled out. */
class DefinitionChangeTest {

    @TempDir
    Path data;

    @Test
    void theOldGenerationAnswersUntilTheNewOneIsMade() throws Exception {
        JsonNode before;
        String one;
        // It must not begin to make the new definition itself.
        try (RunningApplication old = RunningApplication.in(data, Map.of("hindsight.rebuild.at-once", 0))) {
            DemoFill.of(old.context()).fill(data, 200, (done, all) -> {});
            Person agent = old.as(Role.AGENT, "ana@example.org");
            Answer opened = agent.post(
                    "/api/v1/tickets", "{\"subject\":\"Before\",\"requester\":{\"email\":\"lee@example.org\"}}");
            one = opened.id();
            Journey.eventually(
                    Duration.ofSeconds(30),
                    () -> agent.get("/api/v1/tickets/" + one).status() == 200);
            assertThat(agent.put("/api/v1/tickets/" + one + "/watchers/me", null)
                            .status())
                    .isEqualTo(200);
            before = agent.get("/api/v1/tickets?limit=100&minPosition="
                            + opened.body().path("position").asLong())
                    .body();
            assertThat(before.path("total").asInt()).isGreaterThan(100);
            Journey.eventually(
                    Duration.ofSeconds(30),
                    () -> agent.get("/api/v1/search?q=Before").raw().body().contains(one));
            beOlder(new JdbcTemplate(old.context().getBean(DataSource.class)));
        }

        try (RunningApplication busy =
                RunningApplication.in(data, Map.of("hindsight.rebuild.at-once", 0, "hindsight.rebuild.fill-from", 1))) {
            Person agent = busy.as(Role.AGENT, "ana@example.org");
            assertThatAllAnswers(agent, before, one);
            JsonNode job = job(busy, "tickets");
            assertThat(job.path("state").asString()).isEqualTo("WAITING");
            JsonNode shown = projection(busy, "tickets");
            assertThat(shown.path("generation").asInt()).isEqualTo(1);
            Answer past = agent.get("/api/v1/tickets?asOf=" + Instant.now());
            assertThat(past.status()).isEqualTo(503);
            assertThat(past.body().path("code").asString()).isEqualTo("PAST_NOT_READY");
        }

        try (RunningApplication now = RunningApplication.in(data)) {
            Person agent = now.as(Role.AGENT, "ana@example.org");
            for (String model : List.of("tickets", "directory", "ticket-search", "ticket-past")) {
                Journey.eventually(Duration.ofSeconds(60), () -> {
                    assertThatAllAnswers(agent, before, one);
                    return !job(now, model).path("endedAt").isNull();
                });
                JsonNode done = job(now, model);
                assertThat(done.path("state").asString()).as(done.toString()).isEqualTo("DONE");
                assertThat(done.path("report").path("differing").asInt()).isZero();
                assertThat(projection(now, model).path("generation").asInt())
                        .isEqualTo(done.path("generation").asInt())
                        .isGreaterThan(1);
            }
            assertThat(job(now, "tickets").path("report").path("changed").values())
                    .extracting(JsonNode::asString)
                    .contains("ticket.watchers", "ticket_attachment");
            assertThatAllAnswers(agent, before, one);
            assertThat(agent.get("/api/v1/tickets?asOf=" + Instant.now())
                            .body()
                            .path("total")
                            .asInt())
                    .isGreaterThanOrEqualTo(100);
            assertThat(agent.get("/api/v1/tickets/" + one)
                            .body()
                            .path("watchers")
                            .size())
                    .isEqualTo(1);
            JdbcTemplate jdbc = new JdbcTemplate(now.context().getBean(DataSource.class));
            assertThat(jdbc.queryForList(
                            "SELECT definition_version || ':' || generation FROM readmodel.active_generation"
                                    + " WHERE model = 'tickets' ORDER BY definition_version",
                            String.class))
                    .as("nodes of the version before go on reading theirs")
                    .containsExactly("1:1", "3:2");
            assertThat(jdbc.queryForList(
                            "SELECT convert_from(metadata, 'UTF8') FROM log.event WHERE name = 'projection.rebuild-started'",
                            String.class))
                    .isNotEmpty()
                    .allSatisfy(metadata -> assertThat(metadata).contains("SYSTEM"));
        }
    }

    /** As an older version of the software would have left it: a version lower, with a table and columns less. */
    private static void beOlder(JdbcTemplate jdbc) {
        for (String table : List.of("generation", "active_generation")) {
            jdbc.update("UPDATE readmodel." + table
                    + " SET definition_version = 1 WHERE model IN ('tickets', 'directory', 'ticket-search')");
        }
        jdbc.update("DELETE FROM readmodel.active_generation WHERE model = 'ticket-past'");
        jdbc.update("DELETE FROM readmodel.generation WHERE model = 'ticket-past'");
        jdbc.execute("DROP TABLE readmodel.ticket_past_g1, readmodel.ticket_past_words_g1");
        jdbc.execute("DROP TABLE readmodel.ticket_attachment_g1");
        jdbc.execute("ALTER TABLE readmodel.ticket_g1 DROP COLUMN watchers");
        jdbc.execute("ALTER TABLE readmodel.person_g1 DROP COLUMN names, DROP COLUMN names_since");
        jdbc.execute("DROP TABLE readmodel.team_g1");
    }

    private static void assertThatAllAnswers(Person agent, JsonNode before, String one) {
        JsonNode page = agent.get("/api/v1/tickets?limit=100").body();
        assertThat(page.path("total").asInt())
                .isGreaterThanOrEqualTo(before.path("total").asInt());
        assertThat(page.path("items").size()).isEqualTo(100);
        for (String of : List.of("", "/conversation", "/timeline", "/attachments", "/links")) {
            Answer answer = agent.get("/api/v1/tickets/" + one + of);
            assertThat(answer.status()).as(of + " " + answer.raw().body()).isEqualTo(200);
        }
        assertThat(agent.get("/api/v1/search?q=Before").body().path("items").values())
                .extracting(hit -> hit.path("ticket").path("id").asString())
                .contains(one);
        for (String path :
                List.of("/api/v1/people/me", "/api/v1/teams", "/api/v1/queues", "/api/v1/queues/summaries")) {
            Answer answer = agent.get(path);
            assertThat(answer.status()).as(path + " " + answer.raw().body()).isEqualTo(200);
        }
    }

    private static JsonNode job(RunningApplication app, String model) {
        Person operator = app.as(Role.OPERATOR, "olga@example.org");
        Journey.eventually(
                Duration.ofSeconds(30),
                () -> operator.get("/ops/v1/jobs")
                        .body()
                        .path("items")
                        .valueStream()
                        .anyMatch(job -> job.path("model").asString().equals(model)));
        return operator.get("/ops/v1/jobs")
                .body()
                .path("items")
                .valueStream()
                .filter(job -> job.path("model").asString().equals(model))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode projection(RunningApplication app, String model) {
        return app.as(Role.OPERATOR, "olga@example.org")
                .get("/ops/v1/projections")
                .body()
                .path("items")
                .valueStream()
                .filter(its -> its.path("name").asString().equals(model))
                .findFirst()
                .orElseThrow();
    }
}
