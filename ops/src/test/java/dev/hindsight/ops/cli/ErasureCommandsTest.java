package dev.hindsight.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** People are forgotten, held and kept by rules from the command line. */
class ErasureCommandsTest {

    private final RunningApplication app = RunningApplication.shared();

    private Said say(String... arguments) throws Exception {
        return Said.by(app, app.as(Role.ADMIN, "adele@example.org"), arguments);
    }

    @Test
    void aHeldPersonIsForgottenOnceReleased() throws Exception {
        var agent = app.as(Role.AGENT, "ana@example.org");
        Answer opened = agent.post(
                "/api/v1/tickets",
                "{\"subject\":\"of somebody\",\"requester\":{\"email\":\"" + UUID.randomUUID() + "@example.org\"}}");
        String ticket = "/api/v1/tickets/" + opened.id();
        String person = agent.get(ticket + "?minPosition=" + opened.position())
                .body()
                .at("/requester/id")
                .asString();

        Said held = say("hold", "--ticket", opened.body().path("number").asString(), "--reason", "Case 7");
        assertThat(held.exit()).as(held.out()).isZero();
        Said asked = say("erase", person, "--reason", "Asked in writing");
        assertThat(asked.exit()).as(asked.out()).isEqualTo(3);
        assertThat(asked.out()).contains("WAITING", "waits for TICKET " + opened.id() + ": Case 7");
        Said released = say("hold", "--ticket", opened.id(), "--reason", "Case 7 is closed", "--release");
        assertThat(released.exit()).as(released.out()).isZero();
        Said done = say("erase", person, "--watch", "--json");
        assertThat(done.exit()).as(done.out()).isZero();
        var receipt = JsonMapper.shared().readTree(done.out());
        assertThat(receipt.path("state").asString()).isEqualTo("DONE");
        assertThat(receipt.at("/done/tickets").asString()).isEqualTo("1 erased");
        assertThat(agent.get(ticket).body().path("subject").asString()).isEqualTo("[erased]");

        assertThat(say("erase").out()).contains("Nothing waits for an approval.");
        Said nobody = say("erase", UUID.randomUUID().toString());
        assertThat(nobody.exit()).isEqualTo(1);
        assertThat(nobody.out()).contains("NOT_FOUND");
        Said wrong = say("erase", "--reason", "of whom?");
        assertThat(wrong.exit()).isEqualTo(2);
    }

    @Test
    void rulesArePutAndTriedDry(@TempDir Path folder) throws Exception {
        Path rules = Files.writeString(
                folder.resolve("rules.json"), "{\"rules\":[{\"key\":\"ancient\",\"after\":\"P99Y\"}]}");
        Said put = say("retention", "--put", rules.toString());
        assertThat(put.exit()).as(put.out()).isZero();
        assertThat(put.out()).contains("ancient", "P99Y after the end");
        assertThat(say("retention", "--dry-run").out()).contains("0 tickets, 0 of them held.");
        Said operator = Said.by(app, app.as(Role.OPERATOR, "olga@example.org"), "retention");
        assertThat(operator.exit()).isEqualTo(1);
        assertThat(operator.out()).contains("The token's roles do not allow it.", "Only admins");
    }
}
