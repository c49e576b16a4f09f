package dev.hindsight.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line about read models, each call in a process of its own against a running server. */
class RebuildCommandsTest {

    private final RunningApplication app = RunningApplication.shared();

    @Test
    void modelsAreShownVerifiedAndRebuiltAndJobsTakeOrders() throws Exception {
        Said models = say("projections");
        assertThat(models.exit()).as(models.out()).isZero();
        assertThat(models.out()).contains("tickets", "directory", "ticket-search", "generation");

        Said verified = say("verify-projection", "directory");
        assertThat(verified.exit()).as(verified.out()).isZero();
        assertThat(verified.out()).contains("DONE", "0 differ");

        Said rebuilt = say("rebuild", "directory", "--manual", "--watch", "--json");
        assertThat(rebuilt.exit()).as(rebuilt.out()).isEqualTo(3);
        JsonNode job = JsonMapper.shared().readTree(rebuilt.out());
        assertThat(job.path("state").asString()).isEqualTo("READY");
        String id = job.path("id").asString();
        Said again = say("rebuild", "directory");
        assertThat(again.exit()).as(again.out()).isEqualTo(1);
        assertThat(again.out()).contains("REBUILD_RUNNING");
        assertThat(say("jobs").out()).contains(id, "jobs " + id + " --switch");
        Said switched = say("jobs", id, "--switch", "--watch");
        assertThat(switched.exit()).as(switched.out()).isZero();
        assertThat(switched.out()).contains("DONE");
        Said back = say("jobs", id, "--switch-back", "--reason", "as a drill", "--watch");
        assertThat(back.exit()).as(back.out()).isZero();
        JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
        jdbc.update("UPDATE readmodel.job SET error = 'gave up' WHERE id = ?::uuid", id);
        Said gaveUp = say("jobs", id, "--watch");
        assertThat(gaveUp.exit()).as(gaveUp.out()).isEqualTo(3);
        assertThat(gaveUp.out()).contains("DONE", "gave up");
        jdbc.update("UPDATE readmodel.job SET error = NULL WHERE id = ?::uuid", id);
        Said together = say("rebuild", "tickets", "directory", "--one-pass", "--watch", "--json");
        assertThat(together.exit()).as(together.out()).isZero();
        List<String> passes = together.out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line).path("pass").asString(""))
                .toList();
        assertThat(passes).hasSize(2).doesNotContain("");
        assertThat(passes.getFirst()).isEqualTo(passes.getLast());
        assertThat(say("jobs", "--pause").exit()).isEqualTo(2);
        assertThat(say("verify-projection", "nothing").exit()).isEqualTo(1);
        assertThat(say("rebuild", "--help").out()).contains("access", "ticket-search", "ticket-past");
        assertThat(say("repair", "--help").out())
                .contains("access", "ticket-past")
                .doesNotContain("ticket-search");
    }

    @Test
    void whatWasThereIsRecoveredListedAndDropped() throws Exception {
        Answer opened = app.as(Role.AGENT, "ana@example.org").post("/api/v1/tickets", "{\"subject\":\"recovered\"}");
        String name = "by-hand-" + opened.id().substring(0, 8);
        Said made = say(
                "recover",
                "--position",
                Long.toString(opened.position()),
                "--name",
                name,
                "--reason",
                "as a drill",
                "--watch",
                "--json");
        assertThat(made.exit()).as(made.out()).isZero();
        JsonNode recovery = JsonMapper.shared().readTree(made.out());
        assertThat(recovery.path("state").asString()).isEqualTo("READY");
        assertThat(app.as(Role.AUDITOR, "audrey@example.org")
                        .get("/api/v1/tickets/" + opened.id() + "?generation=" + name)
                        .status())
                .isEqualTo(200);
        assertThat(say("recover").out()).contains(name, "READY", "rows", "kept until");
        Said again = say("recover", "--to", "2020-01-01", "--name", name);
        assertThat(again.exit()).as(again.out()).isEqualTo(1);
        assertThat(again.out()).contains("INVALID_REQUEST");
        assertThat(say("recover", "--to", "2020-01-01", "--position", "1").exit())
                .isEqualTo(2);
        assertThat(say("recover", "--drop", name).exit()).isZero();
        assertThat(say("recover").out()).doesNotContain(name);
    }

    @Test
    void aTicketIsRepairedAndWhatIsParkedIsShownRetriedAndSkipped() throws Exception {
        Answer opened = app.as(Role.AGENT, "ana@example.org").post("/api/v1/tickets", "{\"subject\":\"by hand\"}");
        JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
        String table = "readmodel.ticket_g"
                + jdbc.queryForObject(
                        "SELECT generation FROM readmodel.active_generation WHERE model = 'tickets'", Integer.class);
        app.as(Role.AGENT, "ana@example.org")
                .get("/api/v1/tickets/" + opened.id() + "?minPosition=" + opened.position());
        assertThat(jdbc.update("UPDATE " + table + " SET subject = 'nonsense' WHERE id = ?::uuid", opened.id()))
                .isEqualTo(1);
        Said dry = say("repair", "tickets", "--ticket", opened.id(), "--dry-run");
        assertThat(dry.exit()).as(dry.out()).isEqualTo(3);
        assertThat(dry.out()).contains("are not right", "DIFFERENT ticket of ticket-" + opened.id() + " [\"subject\"]");
        Said repaired = say("repair", "tickets", "--ticket", opened.id(), "--reason", "as a drill");
        assertThat(repaired.exit()).as(repaired.out()).isZero();
        assertThat(repaired.out()).contains("were mended");
        Said queue = say("repair", "tickets", "--queue", "no-such", "--json");
        assertThat(queue.exit()).as(queue.out()).isZero();
        assertThat(JsonMapper.shared()
                        .readTree(queue.out())
                        .path("repair")
                        .path("streams")
                        .asInt(-1))
                .isZero();
        assertThat(say("jobs").out()).contains("repair");
        assertThat(say("repair", "tickets").exit()).isEqualTo(2);
        assertThat(say("repair", "tickets", "--from", "2026-01-01").exit()).isEqualTo(2);

        jdbc.update(
                "INSERT INTO readmodel.parked (model, generation, stream, ticket_id, first_position, cause)"
                        + " SELECT 'tickets', generation, 'ticket-' || ?, ?::uuid, ?, 'CliTest: made it up'"
                        + " FROM readmodel.active_generation WHERE model = 'tickets'",
                opened.id(),
                opened.id(),
                opened.position());
        Said parked = say("dead-letters", "--cause", "clitest: made", "--json");
        assertThat(parked.exit()).as(parked.out()).isEqualTo(3);
        String id = JsonMapper.shared().readTree(parked.out()).path("id").asString();
        assertThat(say("dead-letters", "--model", "tickets").out()).contains(id, "0 events wait behind", "CliTest");
        assertThat(say("dead-letters", "--skip", id).exit()).isEqualTo(2);
        assertThat(say("dead-letters", "--model", "directory", "--retry-all").exit())
                .isEqualTo(2);
        assertThat(say("dead-letters", "--cause", "other", "--retry-all").exit())
                .isEqualTo(2);
        assertThat(say("dead-letters", "--retry", UUID.randomUUID().toString()).exit())
                .isEqualTo(1);
        Said retried = say("dead-letters", "--retry-cause", "CliTest");
        assertThat(retried.exit()).as(retried.out()).isZero();
        assertThat(retried.out()).contains("DONE");
        Said none = say("dead-letters", "--cause", "CliTest");
        assertThat(none.exit()).as(none.out()).isZero();
        assertThat(none.out()).contains("Nothing is parked");
    }

    private Said say(String... arguments) throws IOException, InterruptedException {
        return Said.by(app, app.as(Role.OPERATOR, "olga@example.org"), arguments);
    }
}
