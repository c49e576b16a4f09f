package dev.hindsight.ops.cli;

import dev.hindsight.ops.attachments.StoredContents;
import dev.hindsight.ops.backup.BackupRefused;
import dev.hindsight.ops.backup.BackupStore;
import dev.hindsight.ops.backup.BackupStores;
import dev.hindsight.ops.backup.BackupVerdict;
import dev.hindsight.ops.backup.Restore;
import dev.hindsight.ops.codec.keys.MasterKey;
import dev.hindsight.ops.wiring.Migrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Brings a backup back into an empty installation. */
@Command(
        name = "restore",
        description = "Bring a backup back into an empty installation, all of it or up to a position or a time.",
        footer = {
            "",
            "Checks the backup first, as hindsight verify does. Erasures are done again before anything is read. Read",
            "models and the search index are made by the next serve. Exit codes: 0 done, 1 refused or failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class RestoreCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOption data;

    @Option(names = "--from", required = true, paramLabel = "PLACE", description = "A folder, or s3://bucket/prefix")
    private String from;

    @Option(names = "--keys-from", paramLabel = "PLACE", description = "Where the keys are (default: the same place)")
    private @Nullable String keysFrom;

    @Option(
            names = "--to",
            paramLabel = "POSITION|INSTANT",
            description = "The last position, or a time such as 2026-11-21T09:30:00Z; default: everything")
    private @Nullable String to;

    @Option(
            names = "--master-key-file",
            paramLabel = "FILE",
            description =
                    "The master key, copied into the installation (else HINDSIGHT_MASTER_KEY, or keys/master.key there)")
    private @Nullable Path masterKeyFile;

    @Option(names = "--key", paramLabel = "K", description = "The log's first public key, or a file with it")
    private @Nullable String key;

    @Option(names = "--checkpoint", paramLabel = "FILE", description = "A checkpoint that somebody kept")
    private @Nullable Path checkpoint;

    @Option(
            names = "--seen",
            defaultValue = "0",
            paramLabel = "POSITION",
            description = "The highest position that readers of the feed have seen")
    private long seen;

    @Option(
            names = "--nothing-lost",
            description =
                    "The backup was made after the last command: readers go on where they were, no new epoch begins")
    private boolean nothingLost;

    @Override
    public Integer call() {
        Restore.Until until = until();
        bringMasterKey();
        long begun = System.nanoTime();
        try (Site site = Site.alone(data.directory());
                BackupStore store = BackupStores.open(from, site.environment());
                BackupStore keyStore = keysFrom == null ? null : BackupStores.open(keysFrom, site.environment());
                StoredContents contents = site.contents()) {
            BackupStore keys = keyStore == null ? store : keyStore;
            MasterKey master = masterKey(site.environment());
            say("Checking the backup in " + store + " ...");
            BackupVerdict verdict = BackupCheck.check(store, keys, key, checkpoint, seen);
            say(BackupCheck.text(verdict));
            if (!verdict.good()) {
                return CommandLine.ExitCode.SOFTWARE;
            }
            Migrations.run(site.owner(), site.applicationRole());
            Restore.Done done = new Restore(
                            store, keys, site.owner(), master, contents, BuildVersion.writer(), this::progress)
                    .restore(verdict, until, nothingLost);
            say("Restored positions 1 to %d and %d attachments in %.1f s%s%s. Now: ./hindsight serve"
                            .formatted(
                                    done.last(),
                                    done.contents(),
                                    (System.nanoTime() - begun) / 1e9,
                                    done.erasures() == 0
                                            ? ""
                                            : "; %d keys of erased people and tickets were destroyed again"
                                                    .formatted(done.erasures()),
                                    done.epoch() == null
                                            ? ""
                                            : "; epoch %d begins: readers of the feed begin anew"
                                                    .formatted(done.epoch()))
                    + data.asTyped());
            return CommandLine.ExitCode.OK;
        } catch (BackupRefused refused) {
            throw new CommandFailure(String.valueOf(refused.getMessage()));
        } catch (IOException | SQLException e) {
            throw new CommandFailure("The backup could not be restored: " + e.getMessage()
                    + " Nothing of the log is in the installation: do it again.");
        }
    }

    private Restore.Until until() {
        if (to == null) {
            return new Restore.Until(null, null);
        }
        try {
            return to.matches("[0-9]+")
                    ? new Restore.Until(Long.valueOf(to), null)
                    : new Restore.Until(null, Instant.parse(to));
        } catch (NumberFormatException | DateTimeParseException e) {
            throw new ParameterException(
                    spec.commandLine(), "--to is a position, or a time such as 2026-11-21T09:30:00Z");
        }
    }

    /** Where an installation looks for its own. */
    private void bringMasterKey() {
        if (masterKeyFile == null) {
            return;
        }
        try {
            MasterKey.copy(masterKeyFile, data.directory().resolve("keys").resolve("master.key"));
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw new CommandFailure("The master key can't be used: " + e.getMessage());
        }
    }

    /** Never made here: a new one opens nothing. */
    private static MasterKey masterKey(Environment environment) {
        String text = environment.getProperty("hindsight.keys.master-key", "");
        String file = environment.getProperty("hindsight.keys.master-key-file", "");
        try {
            if (!text.isBlank()) {
                return MasterKey.ofBase64(text);
            }
            if (!file.isBlank() && Files.exists(Path.of(file))) {
                return MasterKey.read(Path.of(file));
            }
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw new CommandFailure("The master key can't be used: " + e.getMessage());
        }
        throw new CommandFailure("The master key is needed, which is in no backup: give --master-key-file FILE, or set "
                + MasterKey.ENVIRONMENT + ".");
    }

    private void progress(String line) {
        say(line);
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
