package dev.hindsight.ops.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Has a running server fill new generations of read models beside those that answer, verify and switch. */
@Command(
        name = "rebuild",
        description = "Rebuild read models of a running server while people work.",
        footer = {
            "",
            "Exit codes: 0 done (or begun, without --watch), 3 a verified generation waits for your order or differences"
                    + " were found, 1 it failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class RebuildCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..*",
            completionCandidates = ModelNames.All.class,
            description = "${COMPLETION-CANDIDATES}; none for all")
    private @Nullable List<String> models;

    @Option(names = "--watch", description = "Show how far it is, to the end")
    private boolean watch;

    @Option(names = "--manual", description = "Wait for the order to switch: hindsight jobs ID --switch")
    private boolean manual;

    @Option(names = "--gentle", description = "Rest four times as long as it works")
    private boolean gentle;

    @Option(names = "--max-rate", paramLabel = "N", description = "At most so many events a second")
    private @Nullable Integer maxRate;

    @Option(names = "--one-pass", description = "Fill the models that are made from the log from one reading of it")
    private boolean onePass;

    @Option(names = "--json", description = "Print nothing but the jobs, as JSON")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        var body = JsonMapper.shared().createObjectNode();
        if (models != null && !models.isEmpty()) {
            models.forEach(body.putArray("models")::add);
        }
        body.put("switch", manual ? "manual" : "auto").put("gentle", gentle);
        if (onePass) {
            body.put("onePass", true);
        }
        if (maxRate != null) {
            body.put("maxRate", maxRate);
        }
        try (ServerClient client = server.client("rebuild", "Rebuild")) {
            JsonNode begun = client.post("/ops/v1/rebuilds", body).path("items");
            return new JobWatch(client, spec.commandLine().getOut(), json).show(begun.values(), watch);
        }
    }
}
