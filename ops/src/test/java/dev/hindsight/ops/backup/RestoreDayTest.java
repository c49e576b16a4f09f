package dev.hindsight.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.MultipartFiles;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.acceptance.TableDigests;
import dev.hindsight.projections.readmodel.ReadModel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** An installation is backed up while people work, is lost, and comes back under another folder. */
class RestoreDayTest {

    private static final String TICKETS = "/api/v1/tickets";
    private static final int RPO_SECONDS = 1;

    private @TempDir Path folder;

    /** What must be the same afterwards. */
    private record State(String log, long head, Map<String, String> models, Map<String, String> commands) {}

    @Test
    void everythingIsThereAgainAndReadersBeginAnew() throws Exception {
        Path here = folder.resolve("here");
        Path there = folder.resolve("there");
        Path backup = folder.resolve("backup");
        Path keys = folder.resolve("keys");
        String[] back = {"backup", "--to", backup.toString(), "--keys-to", keys.toString(), "--data", here.toString()};
        State before;
        String ticket;
        String file;
        String logId;
        String number;
        try (RunningApplication app = RunningApplication.in(here)) {
            Person agent = app.as(Role.AGENT, "ana@example.org");
            ticket = work(app, agent);
            file = TICKETS + "/" + ticket + "/attachments/"
                    + MultipartFiles.firstId(MultipartFiles.upload(
                            agent,
                            TICKETS + "/" + ticket,
                            MultipartFiles.parts(MultipartFiles.part("a.txt", "text/plain", "what was attached"))));
            try (CommandProcess once = CommandProcess.start(Map.of(), back)) {
                assertThat(once.ends(0)).contains("Backed up to position");
            }
            follow(agent, back, backup, keys);
            Answer last = agent.post(TICKETS, "{\"subject\":\"The last one\"}");
            number = last.body().path("number").asString();
            logId = app.withToken("").get("/api/version").body().path("logId").asString();
            level(app);
            before = state(app);
        }
        // nothing runs: the command starts the database alone
        try (CommandProcess once = CommandProcess.start(Map.of(), back)) {
            once.ends(0);
        }
        String[] restore = {
            "restore", "--from", backup.toString(), "--keys-from", keys.toString(), "--data", there.toString()
        };
        try (CommandProcess without = CommandProcess.start(Map.of(), restore)) {
            assertThat(without.ends(1)).contains("The master key is needed");
        }
        String[] withKey = new String[restore.length + 2];
        System.arraycopy(restore, 0, withKey, 0, restore.length);
        withKey[restore.length] = "--master-key-file";
        withKey[restore.length + 1] = here.resolve("keys/master.key").toString();
        try (CommandProcess restored = CommandProcess.start(Map.of(), withKey)) {
            assertThat(restored.ends(0)).contains("Restored positions 1 to " + before.head(), "epoch 2 begins");
        }
        try (RunningApplication app = RunningApplication.in(there, Map.of("hindsight.rebuild.fill-from", 1))) {
            Person agent = app.as(Role.AGENT, "ana@example.org");
            level(app);
            State after = state(app);
            assertThat(after.head()).isGreaterThan(before.head());
            assertThat(digest(app, before.head())).isEqualTo(before.log());
            assertThat(after.models()).isEqualTo(before.models());
            assertThat(after.commands()).isEqualTo(before.commands());
            assertThat(new JdbcTemplate(app.context().getBean(DataSource.class))
                            .queryForList("SELECT DISTINCT generation FROM readmodel.active_generation", Integer.class))
                    .containsOnly(1);
            for (String model : List.of("tickets", "directory")) {
                assertThat(verified(app, model)).as(model).isZero();
            }
            assertThat(agent.get(file).raw().body()).isEqualTo("what was attached");
            // the same person, by a fingerprint that was made anew from the log
            assertThat(agent.get("/api/v1/people/me").body().path("id").asString())
                    .isEqualTo(agent.get(TICKETS + "/" + ticket)
                            .body()
                            .path("assignee")
                            .path("id")
                            .asString());
            Answer next = agent.post(TICKETS, "{\"subject\":\"After the restore\"}");
            assertThat(Long.parseLong(next.body().path("number").asString().substring(3)))
                    .isGreaterThan(Long.parseLong(number.substring(3)) + 900);
            assertThat(agent.get("/api/v1/feed?after=" + (next.position() + 1_000))
                            .code())
                    .isEqualTo("POSITION_AHEAD");
            assertThat(agent.call(
                                    "GET",
                                    "/api/v1/feed",
                                    null,
                                    "Accept",
                                    "text/event-stream",
                                    "Last-Event-ID",
                                    logId + ":1:" + (before.head() - 1))
                            .code())
                    .isEqualTo("OTHER_LOG");
            eventually(
                    Duration.ofSeconds(60),
                    () -> agent.get("/api/v1/search?q=jammed")
                                    .body()
                                    .path("total")
                                    .asInt()
                            > 0);
        }
    }

    private static String work(RunningApplication app, Person agent) {
        String ticket = "";
        for (int i = 0; i < 8; i++) {
            ticket = ok(agent.post(
                            TICKETS,
                            "{\"subject\":\"Printer " + i + " is jammed\",\"requester\":{\"email\":\"lee" + i % 3
                                    + "@example.org\"},\"tags\":[\"floor\"]}"))
                    .id();
            ok(agent.post(TICKETS + "/" + ticket + "/replies", "{\"body\":\"We look at it\"}"));
            ok(agent.post(TICKETS + "/" + ticket + "/notes", "{\"body\":\"Toner?\"}"));
            ok(agent.put(TICKETS + "/" + ticket + "/assignment", "{\"assignee\":\"me\"}", "If-Match", "*"));
        }
        Person admin = app.as(Role.ADMIN, "ada@example.org");
        ok(admin.put("/api/v1/queues/hr", "{\"name\":\"HR\",\"access\":\"RESTRICTED\"}"));
        ok(admin.put("/api/v1/teams/people-team", "{\"name\":\"People\"}"));
        ok(admin.put("/api/v1/queues/hr/grants/people-team", "{\"read\":true,\"work\":true}"));
        return ticket;
    }

    /** What is acknowledged is in the backup a second or so later; the one who follows is killed in the middle. */
    private static void follow(Person agent, String[] back, Path backup, Path keys) throws Exception {
        String[] following = new String[back.length + 3];
        System.arraycopy(back, 0, following, 0, back.length);
        following[back.length] = "--follow";
        following[back.length + 1] = "--every";
        following[back.length + 2] = Integer.toString(RPO_SECONDS);
        FolderStore store = new FolderStore(backup);
        try (CommandProcess process = CommandProcess.start(Map.of(), following)) {
            eventually(
                    Duration.ofSeconds(60),
                    () -> process.said().contains("Backed up")
                            || !process.process().isAlive()
                            || LogChain.of(store).last() > 0);
            long longest = 0;
            for (int i = 0; i < 5; i++) {
                Answer written = ok(agent.post(TICKETS, "{\"subject\":\"Followed\"}"));
                Instant at = Instant.now();
                eventually(Duration.ofSeconds(60), () -> LogChain.of(store).last() >= written.position());
                if (i > 0) { // the process may have begun with the first
                    longest = Math.max(
                            longest, Duration.between(at, Instant.now()).toMillis());
                }
            }
            System.out.printf(
                    "with --every %d, an event was in the backup after %d ms at most%n", RPO_SECONDS, longest);
            assertThat(longest).isLessThan(10_000);
            ok(agent.post(TICKETS, "{\"subject\":\"At the moment of the kill\"}"));
            process.kill();
        }
        BackupVerdict verdict = new BackupVerifier(store, new FolderStore(keys)).verify(null, List.of(), 0);
        assertThat(verdict.wrong()).isEmpty();
    }

    private static Answer ok(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isBetween(200, 299);
        return answer;
    }

    private static void level(RunningApplication app) throws Exception {
        Person operator = app.as(Role.OPERATOR, "olga@example.org");
        eventually(
                Duration.ofSeconds(60),
                () -> operator.get("/ops/v1/projections")
                        .body()
                        .path("items")
                        .valueStream()
                        .allMatch(model -> model.path("lagEvents").asLong() == 0));
    }

    private static int verified(RunningApplication app, String model) throws Exception {
        Person operator = app.as(Role.OPERATOR, "olga@example.org");
        Answer started = operator.post("/ops/v1/projections/" + model + "/verifications", null);
        assertThat(started.status()).as(started.raw().body()).isEqualTo(202);
        eventually(
                Duration.ofSeconds(60),
                () -> !operator.get("/ops/v1/jobs/" + started.id())
                        .body()
                        .path("endedAt")
                        .isNull());
        return operator.get("/ops/v1/jobs/" + started.id())
                .body()
                .path("report")
                .path("differing")
                .asInt(-1);
    }

    private static String digest(RunningApplication app, long upTo) throws Exception {
        return HandmadeLog.digest(app.context().getBean(DataSource.class), upTo);
    }

    private static State state(RunningApplication app) throws Exception {
        DataSource source = app.context().getBean(DataSource.class);
        JdbcTemplate jdbc = new JdbcTemplate(source);
        long head = Long.parseLong(HandmadeLog.text(source, "SELECT max(position) FROM log.placed_event"));
        Map<String, String> models = new TreeMap<>();
        for (ReadModel model : List.of(ReadModel.TICKETS, ReadModel.DIRECTORY)) {
            Integer generation = jdbc.queryForObject(
                    "SELECT generation FROM readmodel.active_generation WHERE model = ?", Integer.class, model.id());
            models.putAll(TableDigests.of(jdbc, model, Objects.requireNonNull(generation)));
        }
        Map<String, String> commands = new TreeMap<>();
        for (String table : List.of(
                "ticket_number",
                "person_email",
                "person_identity",
                "imported_person",
                "restricted_queue",
                "queue_grant",
                "team_member",
                "organization_member",
                "sharing_organization")) {
            commands.put(table, TableDigests.of(jdbc, "command." + table));
        }
        commands.put(
                "attachment_content",
                TableDigests.of(jdbc, "(SELECT content, ticket_id FROM command.attachment_content)"));
        return new State(HandmadeLog.digest(source, head), head, models, commands);
    }

    private static void eventually(Duration within, Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(within);
        while (!condition.call()) {
            assertThat(Instant.now()).as("in time").isBefore(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
