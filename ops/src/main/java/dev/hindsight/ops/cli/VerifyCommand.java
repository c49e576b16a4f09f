package dev.hindsight.ops.cli;

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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Checks the bundle of an audit export. Asks no server. */
@Command(
        name = "verify",
        description = "Check the bundle of an audit export, offline: says what it proves, or what is wrong and where.",
        footer = {"", "Exit codes: 0 nothing is wrong, 1 something is."})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class VerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "BUNDLE", description = "The file that the export made")
    private Path bundle;

    @Option(
            names = "--key",
            paramLabel = "K",
            description = "The log's first public key (name+hash+base64) or a file with it, from elsewhere than the bundle")
    private @Nullable String key;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "A checkpoint that somebody kept: proves that the past was not rewritten since")
    private @Nullable Path checkpoint;

    @Option(names = "--json", description = "Print the verdict as JSON")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Verdict verdict;
        try {
            verdict = BundleVerifier.verify(bundle, trusted(), checkpoint == null ? null : Files.readString(checkpoint));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println(json ? json(verdict) : text(verdict));
        out.flush();
        return verdict.good() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private @Nullable String trusted() throws IOException {
        if (key == null || key.contains("+")) {
            return key;
        }
        return Files.readString(Path.of(key)).strip();
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
            text.append(switch (finding.kind()) {
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
                                : first == null ? "Do not rely on it." : "Do not rely on it. First bad position: " + first)
                .toString();
    }
}
