package dev.hindsight.ops.cli;

import dev.hindsight.ops.attachments.StoredContents;
import dev.hindsight.ops.backup.Backup;
import dev.hindsight.ops.backup.BackupRefused;
import dev.hindsight.ops.backup.BackupStore;
import dev.hindsight.ops.backup.BackupStores;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Brings a backup up to date, once or again and again. */
@Command(
        name = "backup",
        description = "Back up the log, the keys and the attachments; a backup that is there is brought up to date.",
        footer = {
            "",
            "The log goes as ciphertext, each part held against the newest signed checkpoint before it is written. The",
            "master key is in no backup. Exit codes: 0 done, 1 it failed or the log is not what was signed, 3 done, but",
            "some attachments are damaged."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class BackupCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOption data;

    @Option(names = "--to", required = true, paramLabel = "PLACE", description = "A folder, or s3://bucket/prefix")
    private String to;

    @Option(
            names = "--keys-to",
            paramLabel = "PLACE",
            description = "Where the wrapped keys go (default: the same place, folder keys/)")
    private @Nullable String keysTo;

    @Option(names = "--once", description = "Bring it up to date and end (default)")
    private boolean once;

    @Option(names = "--follow", description = "Go on until ended: what is in the log is backed up shortly after")
    private boolean follow;

    @Option(
            names = "--every",
            defaultValue = "5",
            paramLabel = "SECONDS",
            description = "With --follow: how often (default: ${DEFAULT-VALUE})")
    private double every;

    @Override
    public Integer call() throws InterruptedException {
        if (once && follow) {
            throw new ParameterException(spec.commandLine(), "--once or --follow, not both");
        }
        if (!(every > 0)) {
            throw new ParameterException(spec.commandLine(), "--every is a number of seconds above 0");
        }
        try {
            if (follow) {
                follow();
                return CommandLine.ExitCode.OK;
            }
            try (Site site = Site.of(data.directory(), true)) {
                return run(site, false);
            }
        } catch (BackupRefused refused) {
            throw new CommandFailure(String.valueOf(refused.getMessage()));
        } catch (IOException | SQLException e) {
            throw new CommandFailure("The backup could not be made: " + e.getMessage());
        }
    }

    /** Where the database or the place does not answer, it is tried again: only a log that was changed ends it. */
    private void follow() throws InterruptedException {
        while (true) {
            try (Site site = Site.of(data.directory(), false)) {
                run(site, true);
            } catch (IOException | SQLException | CommandFailure e) {
                say("%s The backup waits: %s".formatted(Instant.now(), e.getMessage()));
            }
            Thread.sleep(Math.round(every * 1_000)); // before the next try
        }
    }

    private int run(Site site, boolean goOn) throws IOException, SQLException, InterruptedException {
        try (BackupStore store = BackupStores.open(to, site.environment());
                BackupStore keyStore = keysTo == null ? null : BackupStores.open(keysTo, site.environment());
                StoredContents contents = site.contents();
                Backup backup = Backup.open(
                        site.database(), store, keyStore == null ? store : keyStore, contents, BuildVersion.writer())) {
            while (true) {
                Backup.Round round = backup.round();
                if (!goOn || round.events() > 0 || round.contents() > 0) {
                    say(String.format(
                            Locale.ROOT,
                            "%s Backed up to position %d: %d new events, %d files of keys, %d attachments in %.1f s;"
                                    + " checked against %s",
                            Instant.now(),
                            round.position(),
                            round.events(),
                            round.keyFiles(),
                            round.contents(),
                            round.millis() / 1e3,
                            round.checked() == 0 ? "no checkpoint yet" : "checkpoint " + round.checked()));
                }
                round.damaged()
                        .forEach(content -> say("Not backed up, because it was changed where it lies: " + content));
                if (!backup.leftovers().isEmpty()) {
                    say(backup.leftovers());
                }
                if (!goOn) {
                    return round.damaged().isEmpty() ? CommandLine.ExitCode.OK : 3;
                }
                // the keys are looked through at each round: large installations rest longer
                Thread.sleep(Math.max(Math.round(every * 1_000) - round.millis(), round.millis() * 2));
            }
        }
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
