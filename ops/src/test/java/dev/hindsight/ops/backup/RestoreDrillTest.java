package dev.hindsight.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.benchmarks.RebuildBenchmark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long it takes from a lost installation of a million events until people work again, models and search included. */
@Tag("drill")
class RestoreDrillTest {

    private static final Duration ALLOWED = Duration.ofMinutes(5);

    @Test
    void aMillionEventsAreBackWithinFiveMinutes(@TempDir Path folder) throws Exception {
        int events = Integer.getInteger("hindsight.drill.events", 1_000_000);
        Path here = folder.resolve("here");
        Path there = folder.resolve("there");
        String digest;
        long head;
        long begun = System.nanoTime();
        try (RunningApplication app = RunningApplication.in(here)) {
            RebuildBenchmark.fill(app, events);
            DataSource source = app.context().getBean(DataSource.class);
            head = Long.parseLong(HandmadeLog.text(
                    source,
                    "SELECT first_position + events - 1 FROM log.placement ORDER BY first_position DESC LIMIT 1"));
            digest = HandmadeLog.root(source, head).toString();
        }
        say(String.format(Locale.ROOT, "%,d events appended in %.1f s", head, seconds(begun)));
        begun = System.nanoTime();
        try (CommandProcess backup = CommandProcess.start(
                Map.of(), "backup", "--to", folder.resolve("backup").toString(), "--data", here.toString())) {
            backup.process().waitFor();
            assertThat(backup.process().exitValue()).as(backup.said()).isZero();
        }
        say(String.format(Locale.ROOT, "backed up in %.1f s", seconds(begun)));
        begun = System.nanoTime();
        BackupVerdict verdict = new BackupVerifier(
                        new FolderStore(folder.resolve("backup")), new FolderStore(folder.resolve("backup")))
                .verify(null, List.of(), 0);
        assertThat(verdict.wrong()).isEmpty();
        say(String.format(Locale.ROOT, "verified in %.1f s", seconds(begun)));

        long lost = System.nanoTime();
        try (CommandProcess restore = CommandProcess.start(
                Map.of(),
                "restore",
                "--from",
                folder.resolve("backup").toString(),
                "--data",
                there.toString(),
                "--master-key-file",
                here.resolve("keys/master.key").toString())) {
            restore.process().waitFor();
            assertThat(restore.process().exitValue()).as(restore.said()).isZero();
        }
        say(String.format(Locale.ROOT, "restored after %.1f s", seconds(lost)));
        try (RunningApplication app = RunningApplication.in(there)) {
            say(String.format(Locale.ROOT, "answers, models included, after %.1f s", seconds(lost)));
            Person agent = app.as(Role.AGENT, "ana@example.org");
            assertThat(agent.get("/api/v1/tickets?limit=1").body().path("total").asInt())
                    .isPositive();
            Person operator = app.as(Role.OPERATOR, "olga@example.org");
            while (!operator.get("/ops/v1/projections")
                    .body()
                    .path("items")
                    .valueStream()
                    .allMatch(model -> model.path("lagEvents").asLong() == 0)) {
                Thread.sleep(200); // between two questions
            }
            Duration whole = Duration.ofNanos(System.nanoTime() - lost);
            say(String.format(Locale.ROOT, "search included after %.1f s", whole.toMillis() / 1e3));
            DataSource source = app.context().getBean(DataSource.class);
            assertThat(HandmadeLog.root(source, head).toString()).isEqualTo(digest);
            assertThat(whole).isLessThan(ALLOWED);
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
