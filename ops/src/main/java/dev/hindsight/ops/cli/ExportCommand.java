package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Has a running server make an audit export, and fetches its bundle. */
@Command(
        name = "export",
        description =
                "Take tickets or a time along as a bundle that proves itself (see verify); needs an auditor's token.")
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ExportCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @ArgGroup(multiplicity = "1")
    private Which which;

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Is recorded, and stands in the bundle")
    private String reason;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where the bundle goes (default: hindsight-export-ID.zip here)")
    private @Nullable Path out;

    @Option(
            names = "--no-complete",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Without the headers of all other events, so that it does not show that nothing was left out")
    private boolean complete;

    @Option(
            names = "--no-personal",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Without personal content in clear")
    private boolean personal;

    @Option(
            names = "--checkpoint-size",
            paramLabel = "N",
            description = "Size of a checkpoint that somebody kept, to be joined to; the last hundred are")
    private @Nullable Long checkpointSize;

    @Option(names = "--json", description = "Print what was exported as JSON")
    private boolean json;

    /** Exactly one. */
    static final class Which {

        @Option(names = "--ticket", paramLabel = "T", split = ",", description = "Tickets, by id or number")
        private @Nullable List<String> tickets;

        @Option(
                names = "--filter",
                paramLabel = "K=V",
                description = "Tickets as lists find them, such as queue=billing; several narrow it")
        private @Nullable Map<String, String> filter;

        @ArgGroup(exclusive = false)
        private RepairCommand.@Nullable Time time;
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter print = spec.commandLine().getOut();
        try (ServerClient client = server.client(Role.AUDITOR, "export", "Export")) {
            JsonNode made = client.post("/api/v1/audit/exports", body());
            Path target =
                    out == null ? Path.of("hindsight-export-" + made.path("id").asString() + ".zip") : out;
            if (out == null && Files.exists(target)) {
                throw new CommandFailure(target + " is there already: name another file with --out.");
            }
            client.download(made.path("bundle").asString(), "application/zip", target);
            print.println(
                    json
                            ? made.toString()
                            : String.format(
                                    Locale.ROOT,
                                    "%s holds the export %s, proved by the checkpoint of %,d events. Check it with:"
                                            + " hindsight verify %s --key KEY",
                                    target,
                                    made.path("id").asString(),
                                    made.path("size").asLong(),
                                    target));
            print.flush();
            return CommandLine.ExitCode.OK;
        }
    }

    private ObjectNode body() {
        ObjectNode body = JsonMapper.shared()
                .createObjectNode()
                .put("complete", complete)
                .put("personal", personal)
                .put("reason", reason);
        if (which.tickets != null) {
            which.tickets.forEach(body.putArray("tickets")::add);
        }
        if (which.filter != null) {
            ObjectNode filter = body.putObject("filter");
            which.filter.forEach(filter::put);
        }
        RepairCommand.Time time = which.time;
        if (time != null) {
            body.put("from", time.from()).put("to", time.to());
        }
        if (checkpointSize != null) {
            body.put("checkpointSize", checkpointSize);
        }
        return body;
    }
}
