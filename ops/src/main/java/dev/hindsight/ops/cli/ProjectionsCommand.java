package dev.hindsight.ops.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the read models of a running server. */
@Command(name = "projections", description = "Show the read models of a running server: generation, position, lag.")
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ProjectionsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Option(names = "--json", description = "Print the answer as it is")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        var out = spec.commandLine().getOut();
        try (ServerClient client = server.client("projections", "Projections")) {
            var answer = client.get("/ops/v1/projections");
            if (json) {
                out.println(answer.toString());
            } else {
                answer.path("items")
                        .values()
                        .forEach(model -> out.println(String.format(
                                Locale.ROOT,
                                "%-14s generation %d  %-13s position %,d of %,d  %,d behind  %d parked  %s",
                                model.path("name").asString(""),
                                model.path("generation").asInt(),
                                model.path("state").asString(""),
                                model.path("position").asLong(),
                                model.path("head").asLong(),
                                model.path("lagEvents").asLong(),
                                model.path("parked").asInt(),
                                model.path("error").asString(""))));
            }
            out.flush();
            return CommandLine.ExitCode.OK;
        }
    }
}
