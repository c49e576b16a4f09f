package dev.hindsight.ops.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Has a running server compare a read model with what the log makes of it, and change nothing. */
@Command(
        name = "verify-projection",
        description = "Compare a read model of a running server with what the log makes of it.",
        footer = {"", "Exit codes: 0 the rows are right, 3 some are not (samples are shown), 1 it failed."})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class VerifyProjectionCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(
            paramLabel = "MODEL",
            completionCandidates = ModelNames.All.class,
            description = "One of ${COMPLETION-CANDIDATES}")
    private String model;

    @Option(names = "--json", description = "Print nothing but the finished job, as JSON")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        try (ServerClient client = server.client("verify", "Verify")) {
            var begun = client.post("/ops/v1/projections/" + ServerClient.segment(model) + "/verifications", null);
            return new JobWatch(client, spec.commandLine().getOut(), json).show(List.of(begun), true);
        }
    }
}
