package dev.hindsight.ops.cli;

import dev.hindsight.domain.ledger.CheckpointFile;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.ops.backup.BackupStore;
import dev.hindsight.ops.backup.BackupStores;
import dev.hindsight.ops.backup.BackupVerdict;
import dev.hindsight.ops.backup.BackupVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** The check of a backup as commands ask for it and tell it. */
final class BackupCheck {

    private BackupCheck() {}

    /** Whether what was named is the place of a backup and no file. */
    static boolean isPlace(String named) {
        return BackupStores.isS3(named) || Files.isDirectory(Path.of(named));
    }

    /**
     * @param key vkey of the log's first key, or a file with it; null for the backup's own
     * @param checkpoint a file with signed notes that somebody kept, checkpoints and hand-overs; null for none
     * @param seen the highest position that a reader has seen; 0 where none is known
     * @throws CommandFailure where key, file or place can't be read
     */
    static BackupVerdict check(
            BackupStore store, BackupStore keys, @Nullable String key, @Nullable Path checkpoint, long seen) {
        try {
            return new BackupVerifier(store, keys)
                    .verify(trusted(key), checkpoint == null ? List.of() : notes(Files.readString(checkpoint)), seen);
        } catch (IOException e) {
            throw new CommandFailure("The backup can't be read: " + e.getMessage());
        }
    }

    /** One after the other; all of it as one, which is then told, where a part is no note. */
    private static List<String> notes(String file) {
        CheckpointFile read = CheckpointFile.parse(file);
        return read.unreadable() > 0 || read.notes().isEmpty()
                ? List.of(file)
                : read.notes().stream().map(SignedNote::toString).toList();
    }

    private static @Nullable VerifierKey trusted(@Nullable String key) throws IOException {
        if (key == null) {
            return null;
        }
        try {
            return VerifierKey.parse(
                    key.contains("+") ? key : Files.readString(Path.of(key)).strip());
        } catch (MalformedLedgerException e) {
            throw new CommandFailure("--key is no public key: " + e.getMessage());
        }
    }

    /** 0 where all is well, 1 where something is wrong, 3 where the backup ends before what was seen outside. */
    static int exitCode(BackupVerdict verdict) {
        return !verdict.good() ? CommandLine.ExitCode.SOFTWARE : verdict.older() ? 3 : CommandLine.ExitCode.OK;
    }

    static String json(BackupVerdict verdict) {
        return JsonMapper.shared().writeValueAsString(verdict);
    }

    static String text(BackupVerdict verdict) {
        StringBuilder text = new StringBuilder();
        if (verdict.last() > 0) {
            text.append("Log ")
                    .append(verdict.logId())
                    .append(": positions 1 to ")
                    .append(verdict.last());
            text.append(", recorded ")
                    .append(verdict.recordedFrom())
                    .append(" to ")
                    .append(verdict.recordedTo());
            text.append(", ").append(verdict.segments()).append(" segments\n");
            text.append("Checkpoints that agree: up to position ").append(verdict.provedUpTo());
            text.append(" (").append(verdict.checkpoints()).append(")\n");
            text.append("Keys of sealed content: ").append(verdict.sealedKeys() - verdict.missingKeys());
            text.append(" of ").append(verdict.sealedKeys()).append(" there, ");
            text.append(verdict.destroyedKeys()).append(" of them destroyed\n");
        }
        verdict.notes().forEach(note -> text.append("note   ").append(note).append('\n'));
        verdict.wrong().forEach(wrong -> text.append("WRONG  ").append(wrong).append('\n'));
        Long first = verdict.firstWrong();
        return text.append(
                        verdict.good()
                                ? "Nothing is wrong."
                                : first == null
                                        ? "Do not rely on it."
                                        : "Do not rely on it. First bad position: " + first)
                .toString();
    }
}
