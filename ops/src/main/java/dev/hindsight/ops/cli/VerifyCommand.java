package dev.hindsight.ops.cli;

import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.ops.backup.BackupStore;
import dev.hindsight.ops.backup.BackupStores;
import dev.hindsight.ops.backup.BackupVerdict;
import dev.hindsight.ops.bundle.BundleVerifier;
import dev.hindsight.ops.bundle.Verdict;
import dev.hindsight.ops.bundle.Verdict.Finding;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Checks what left the house: the bundle of an audit export, or a backup. Asks no server. */
@Command(
        name = "verify",
        description = {
            "Check the bundle of an audit export, or a backup, offline: says what it proves, or what is wrong and where."
        },
        footer = {
            "",
            "Exit codes: 0 nothing is wrong, 1 something is, 3 the backup ends before what somebody outside has seen."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class VerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOption data;

    @Parameters(
            paramLabel = "WHAT",
            description = "The file of an export; a folder or s3://bucket/prefix with a backup")
    private String what;

    @Option(
            names = "--key",
            paramLabel = "K",
            description =
                    "The log's first public key (name+hash+base64) or a file with it, from elsewhere than from what is"
                            + " checked")
    private @Nullable String key;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "A checkpoint that somebody kept: proves that the past was not rewritten since")
    private @Nullable Path checkpoint;

    @Option(
            names = "--keys-from",
            paramLabel = "PLACE",
            description = "Of a backup: where its wrapped keys lie (default: the same place, folder keys/)")
    private @Nullable String keysFrom;

    @Option(names = "--json", description = "Print the verdict as JSON")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            return BackupCheck.isPlace(what) ? backup(out) : bundle(out);
        } catch (MalformedLedgerException e) {
            throw new CommandFailure("--key is no public key: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int bundle(PrintWriter out) throws IOException {
        Verdict verdict = BundleVerifier.verify(
                Path.of(what), trusted(), checkpoint == null ? null : Files.readString(checkpoint));
        out.println(json ? json(verdict) : text(verdict));
        out.flush();
        return verdict.good() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private int backup(PrintWriter out) throws IOException {
        try (Site site = Site.withoutDatabase(data.directory());
                BackupStore store = BackupStores.open(what, site.environment());
                BackupStore keys = keysFrom == null ? null : BackupStores.open(keysFrom, site.environment())) {
            BackupVerdict verdict = BackupCheck.check(store, keys == null ? store : keys, key, checkpoint, 0);
            out.println(json ? BackupCheck.json(verdict) : BackupCheck.text(verdict));
            out.flush();
            return BackupCheck.exitCode(verdict);
        }
    }

    private @Nullable String trusted() throws IOException {
        if (key == null) {
            return null;
        }
        return VerifierKey.parse(
                        key.contains("+") ? key : Files.readString(Path.of(key)).strip())
                .toString();
    }

    private static String json(Verdict verdict) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("good", verdict.good());
        node.put("firstWrong", verdict.firstWrong());
        node.set("findings", JsonMapper.shared().valueToTree(verdict.findings()));
        return node.toString();
    }

    private static String text(Verdict verdict) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : verdict.findings()) {
            text.append(
                            switch (finding.kind()) {
                                case PROVED -> "proved      ";
                                case NOT_PROVED -> "not proved  ";
                                case WRONG -> "WRONG       ";
                            })
                    .append(finding.text())
                    .append(System.lineSeparator());
        }
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
