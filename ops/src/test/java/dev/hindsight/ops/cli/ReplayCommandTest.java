package dev.hindsight.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** A ticket is told change by change on the command line. */
class ReplayCommandTest {

    private final RunningApplication app = RunningApplication.shared();
    private final Person auditor = app.as(Role.AUDITOR, "audrey@example.org");

    @Test
    void everyChangeIsToldWithWhoAndWhy() throws Exception {
        Person agent = app.as(Role.AGENT, "ana@example.org");
        Answer opened = agent.post(
                "/api/v1/tickets", "{\"subject\":\"Jam\",\"description\":\"It eats paper.\\nA lot.\\u001b[31m\"}");
        String ticket = "/api/v1/tickets/" + opened.id();
        Answer tagged = agent.put(ticket + "/tags/vip", null);
        auditor.get(ticket + "?minPosition=" + app.after(tagged));
        String number = opened.body().path("number").asString();

        Said told = Said.by(app, auditor, "replay", number);
        assertThat(told.exit()).as(told.out()).isZero();
        assertThat(told.out())
                .contains(number, "1  ", "TicketOpened", "subject: nothing -> Jam", "| It eats paper.", "| A lot.")
                .contains("2  ", "TagAdded", "tags: ", "[vip]", "(AGENT)", "why: command ", "by API")
                .doesNotContain("\u001b");

        Said lines = Said.by(app, auditor, "replay", opened.id(), "--json");
        assertThat(lines.exit()).as(lines.out()).isZero();
        var all = lines.out().lines().map(JsonMapper.shared()::readTree).toList();
        assertThat(all).hasSize(3);
        assertThat(all.get(1).at("/ticket/tags/0").asString()).isEqualTo("vip");
        assertThat(all.getLast().path("complete").asLong()).isEqualTo(2);
    }

    @Test
    void whoMayNotAndWhatIsNotThereIsSaid() throws Exception {
        Said nothing = Said.by(app, auditor, "replay", "HD-999999999");
        assertThat(nothing.exit()).isEqualTo(1);
        assertThat(nothing.out()).contains("NOT_FOUND");
        Said forbidden = Said.by(app, app.as(Role.AGENT, "ana@example.org"), "replay", "HD-1");
        assertThat(forbidden.exit()).isEqualTo(1);
        assertThat(forbidden.out()).contains("The token's roles do not allow it.", "auditor");
        assertThat(Said.by(app, auditor, "replay").exit()).isEqualTo(2);
    }
}
