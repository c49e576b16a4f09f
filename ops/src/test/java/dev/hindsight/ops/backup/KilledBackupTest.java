package dev.hindsight.ops.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.ops.embedded.SharedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} in the middle of a backup and of a restore, each in a process of its own. */
class KilledBackupTest {

    private static final int EVENTS = 60_000;

    @Test
    void whatWasKilledIsBegunAgainAndNothingIsHalfDone(@TempDir Path folder) throws Exception {
        try (SharedPostgres.Database from = HandmadeLog.migrated();
                SharedPostgres.Database into = HandmadeLog.migrated();
                FolderStore store = new FolderStore(folder.resolve("backup"))) {
            HandmadeLog log = new HandmadeLog(from.dataSource());
            log.append(30);
            log.appendMany(EVENTS);
            String[] backup = {
                "backup",
                "--to",
                folder.resolve("backup").toString(),
                "--data",
                folder.resolve("a").toString()
            };
            try (CommandProcess killed = CommandProcess.start(environment(from, folder), backup)) {
                await(() -> store.names("log/").size() >= 3);
                killed.kill();
            }
            long reached = LogChain.of(store).last();
            assertThat(reached).isBetween(1L, EVENTS - 1L);
            try (CommandProcess again = CommandProcess.start(environment(from, folder), backup)) {
                assertThat(again.ends(0)).contains("Backed up to position " + log.head());
            }
            BackupVerdict verdict = new BackupVerifier(store, store).verify(null, List.of(), 0);
            assertThat(verdict.wrong()).isEmpty();
            assertThat(verdict.last()).isEqualTo(log.head());

            String[] restore = {
                "restore",
                "--from",
                folder.resolve("backup").toString(),
                "--data",
                folder.resolve("b").toString()
            };
            try (CommandProcess killed = CommandProcess.start(environment(into, folder), restore)) {
                await(() -> killed.said().contains("Restored up to position"));
                killed.kill();
            }
            assertThat(HandmadeLog.text(into.dataSource(), "SELECT count(*) FROM log.event"))
                    .as("nothing of the log is there")
                    .isEqualTo("0");
            try (CommandProcess again = CommandProcess.start(environment(into, folder), restore)) {
                assertThat(again.ends(0)).contains("Restored positions 1 to " + log.head(), "epoch 2 begins");
            }
            assertThat(HandmadeLog.digest(into.dataSource(), log.head()))
                    .isEqualTo(HandmadeLog.digest(from.dataSource(), log.head()));
            try (CommandProcess third = CommandProcess.start(environment(into, folder), restore)) {
                assertThat(third.ends(1)).contains("This installation has events");
            }
        }
    }

    private static Map<String, String> environment(SharedPostgres.Database database, Path folder) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HINDSIGHT_DATABASE_URL", database.url());
        environment.put("HINDSIGHT_DATABASE_USERNAME", database.user());
        environment.put("HINDSIGHT_DATABASE_PASSWORD", database.password());
        environment.put("HINDSIGHT_MASTER_KEY", HandmadeLog.MASTER_TEXT);
        environment.put(
                "HINDSIGHT_ATTACHMENTS_FOLDER", folder.resolve("attachments").toString());
        return environment;
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofMinutes(2));
        while (!condition.call()) {
            if (Instant.now().isAfter(deadline)) {
                throw new IOException("not in time");
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
