package dev.hindsight.ops.cli;

import dev.hindsight.domain.ledger.CheckpointFile;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.ops.codec.keys.MissingKeyException;
import dev.hindsight.ops.codec.keys.SigningKeys;
import dev.hindsight.ops.wiring.StoredRawLog;
import dev.hindsight.projections.ledger.LedgerCheck;
import dev.hindsight.projections.ledger.LedgerCheck.Finding;
import dev.hindsight.projections.ledger.LedgerCheck.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/**
 * Derives the ledger's whole tree from the stored events and says where the store is not as it was sealed. Asks the
 * database itself, no server: of {@code HINDSIGHT_DATABASE_URL}, else of the installation under {@code --data}, whether
 * that runs or not.
 */
@Command(
        name = "fsck",
        description = "Check the stored log against the ledger, and against checkpoints that were kept outside.",
        footer = {
            "",
            "Exit codes: 0 everything is as it was sealed, 3 it is not (the first place is shown), 1 it failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class FsckCommand implements Callable<Integer> {

    private static final int DIFFERS = 3;

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOption data;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "One or more checkpoints that were kept outside the database")
    private @Nullable List<Path> checkpoints;

    @Option(names = "--key", paramLabel = "VKEY", description = "A public key of the log that was kept outside")
    private @Nullable String key;

    @Option(names = "--json", description = "Print the report as JSON")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        List<SignedNote> outside = new ArrayList<>();
        int unreadable = 0;
        for (Path file : checkpoints == null ? List.<Path>of() : checkpoints) {
            CheckpointFile read = read(file);
            outside.addAll(read.notes());
            unreadable += read.unreadable();
            if (read.notes().isEmpty()) {
                throw new CommandFailure("There is no checkpoint in " + file + ".");
            }
        }
        VerifierKey trusted = key == null ? null : key(key);
        Report report;
        try (Site site = site()) {
            report = check(site.database(), outside, trusted);
        }
        print(report, unreadable);
        return report.findings().isEmpty() && unreadable == 0 ? 0 : DIFFERS;
    }

    private static Report check(DataSource database, List<SignedNote> outside, @Nullable VerifierKey trusted)
            throws InterruptedException {
        KeyHistory published;
        try {
            published = SigningKeys.published(database).history();
        } catch (MissingKeyException | MalformedLedgerException e) {
            throw new CommandFailure("The ledger's keys in the database are no keys: " + e.getMessage());
        }
        KeyHistory believed = trusted == null
                        || published.terms().stream()
                                .anyMatch(term -> term.key().equals(trusted))
                ? published
                : KeyHistory.of(trusted.name(), trusted, List.of());
        Report report = new LedgerCheck(
                        new StoredRawLog(database, database), database, published, believed, outside, 0, done -> {})
                .run();
        if (believed == published) {
            return report;
        }
        List<Finding> findings = new ArrayList<>(report.findings());
        findings.add(new Finding(
                null,
                LedgerCheck.Kind.CHECKPOINT,
                "The key that was kept outside is not among those of the database: its keys were exchanged."));
        return new Report(
                report.events(), report.sealed(), report.root(), report.checkpoints(), report.outside(), findings);
    }

    private void print(Report report, int unreadable) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            var node = JsonMapper.shared().createObjectNode();
            node.put("events", report.events())
                    .put("sealed", report.sealed())
                    .put("root", report.root().base64())
                    .put("checkpoints", report.checkpoints())
                    .put("outside", report.outside())
                    .put("unreadable", unreadable);
            var findings = node.putArray("findings");
            for (Finding finding : report.findings()) {
                findings.addObject()
                        .put("position", finding.position())
                        .put("kind", finding.kind().name())
                        .put("what", finding.what());
            }
            out.println(node);
        } else {
            for (Finding finding : report.findings()) {
                out.println(
                        (finding.position() == null ? "" : "Position " + finding.position() + ": ") + finding.what());
            }
            if (unreadable > 0) {
                out.println(unreadable + " part(s) of what was given with --checkpoint are no checkpoints.");
            }
            out.println(String.format(
                    Locale.ROOT,
                    "%s %,d events, %,d of them sealed, %,d checkpoints, %,d of them from outside; root %s",
                    report.findings().isEmpty() ? "As it was sealed:" : "NOT as it was sealed:",
                    report.events(),
                    report.sealed(),
                    report.checkpoints(),
                    report.outside(),
                    report.root().base64()));
            if (report.outside() == 0) {
                out.println("No checkpoint from outside was given: who owns the database could have remade all of it.");
            }
        }
        out.flush();
    }

    private static CheckpointFile read(Path file) {
        try {
            return CheckpointFile.parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static VerifierKey key(String text) {
        try {
            return VerifierKey.parse(text.strip());
        } catch (MalformedLedgerException e) {
            throw new CommandFailure("--key is no public key of a ledger: " + e.getMessage());
        }
    }

    private Site site() {
        if (System.getenv("HINDSIGHT_DATABASE_URL") == null
                && Files.notExists(data.directory().resolve("postgres"))) {
            throw new CommandFailure(
                    "There is no installation under " + data.directory() + ": set --data, or HINDSIGHT_DATABASE_URL.");
        }
        return Site.of(data.directory(), true);
    }
}
