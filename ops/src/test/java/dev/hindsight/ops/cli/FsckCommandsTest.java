package dev.hindsight.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ledger.SigningKey;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code hindsight fsck} on an installation that runs, and on one whose owner tampers with it. */
class FsckCommandsTest {

    private record Said(int exit, String out, String err) {}

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private static Said fsck(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] all = new String[arguments.length + 1];
        all[0] = "fsck";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandLine line =
                Hindsight.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Said(line.execute(all), out.toString(), err.toString());
    }

    @Test
    void theLogIsHeldAgainstTheLedgerAndACheckpointFromOutside() throws Exception {
        RunningApplication app = RunningApplication.shared();
        String data = app.data().toString();
        Person auditor = app.as(Role.AUDITOR, "audrey@example.org");
        app.as(Role.AGENT, "ana@example.org").post("/api/v1/tickets", "{\"subject\":\"for fsck\"}");
        JsonNode made = auditor.post("/api/v1/audit/checkpoints", null).body();
        Path kept = Files.writeString(
                folder.resolve("kept"), made.path("checkpoint").asString());
        JsonNode keys = auditor.get("/api/v1/audit/keys").body().path("items");
        String key = keys.path(keys.size() - 1).path("key").asString();

        Said right = fsck("--data", data, "--checkpoint", kept.toString(), "--key", key);
        assertThat(right.exit()).as(right.out() + right.err()).isZero();
        assertThat(right.out()).contains("As it was sealed:", "1 of them from outside");
        Said alone = fsck("--data", data);
        assertThat(alone.exit()).isZero();
        assertThat(alone.out()).contains("No checkpoint from outside was given");

        Said stranger = fsck(
                "--data",
                data,
                "--checkpoint",
                kept.toString(),
                "--json",
                "--key",
                SigningKey.generate("hindsight/other").toString());
        assertThat(stranger.exit()).isEqualTo(3);
        JsonNode report = JsonMapper.shared().readTree(stranger.out());
        assertThat(report.path("findings").size()).isEqualTo(2);

        long position = app.as(Role.AGENT, "ana@example.org")
                .post("/api/v1/tickets", "{\"subject\":\"to be changed\"}")
                .position();
        auditor.post("/api/v1/audit/checkpoints", null);
        String event = "(append_number, append_index) = (SELECT append_number, append_index FROM log.placed_event"
                + " WHERE position = " + position + ")";
        change(app, "UPDATE log.event SET occurred_at = occurred_at + interval '1 second' WHERE " + event);
        try {
            Said changed = fsck("--data", data, "--checkpoint", kept.toString());
            assertThat(changed.exit()).isEqualTo(3);
            assertThat(changed.out()).contains("Position " + position + ": Its header", "NOT as it was sealed");
        } finally {
            change(app, "UPDATE log.event SET occurred_at = occurred_at - interval '1 second' WHERE " + event);
        }
        assertThat(fsck("--data", data).exit()).isZero();
    }

    private static void change(RunningApplication app, String sql) throws SQLException {
        try (Connection connection =
                        app.installation().postgres().dataSource("hindsight").getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }

    @Test
    void whatCannotBeCheckedIsSaidInASentence() throws Exception {
        Said nowhere = fsck("--data", folder.resolve("nothing").toString());
        assertThat(nowhere.exit()).isEqualTo(1);
        assertThat(nowhere.err()).contains("There is no installation under");
        Path none = Files.writeString(folder.resolve("none"), "no checkpoint\n");
        Said empty = fsck("--data", folder.toString(), "--checkpoint", none.toString());
        assertThat(empty.exit()).isEqualTo(1);
        assertThat(empty.err()).contains("There is no checkpoint in");
        Said missing = fsck("--checkpoint", folder.resolve("gone").toString());
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.err()).contains("can't be used");
        Said key = fsck("--key", "nonsense", "--data", folder.toString());
        assertThat(key.exit()).isEqualTo(1);
        assertThat(key.err()).contains("--key is no public key");
    }
}
