package dev.hindsight.ops.cli;

import java.util.Locale;
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

/** Has a running server make what tickets and directory were at a point, beside what answers; lists and drops such. */
@Command(
        name = "recover",
        description = "Make what tickets were at a point beside what is there now, to compare before deciding;"
                + " without options: list what was made.",
        footer = {
            "",
            "Read it with generation=NAME: GET /api/v1/tickets?generation=NAME. It changes nothing else.",
            "Exit codes: 0 done (or begun, without --watch), 1 it failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class RecoverCommand implements Callable<Integer> {

    private static final String PATH = "/ops/v1/recoveries";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @ArgGroup
    private @Nullable What what;

    @Option(names = "--name", paramLabel = "NAME", description = "How to ask it: a to z, 0 to 9 and -")
    private @Nullable String name;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Is recorded; should name nobody")
    private @Nullable String reason;

    @Option(names = "--watch", description = "Show how far it is, to the end")
    private boolean watch;

    @Option(names = "--json", description = "Print nothing but what was made, as JSON")
    private boolean json;

    /** At most one. */
    static final class What {

        @Option(names = "--to", paramLabel = "T", description = "All that was recorded by then: 2026-03-03T14:30:00Z")
        private @Nullable String to;

        @Option(names = "--position", paramLabel = "N", description = "All up to this position of the log")
        private @Nullable Long position;

        @Option(names = "--drop", paramLabel = "NAME", description = "Drop what was made")
        private @Nullable String drop;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (ServerClient client = server.client("recover", "Recover")) {
            if (what == null) {
                client.get(PATH).path("items").forEach(this::print);
                return CommandLine.ExitCode.OK;
            } else if (what.drop != null) {
                JsonNode left = client.send(client.request(PATH + "/" + ServerClient.segment(what.drop))
                        .DELETE());
                if (!left.isMissingNode()) { // it was still being made
                    print(left);
                }
                return CommandLine.ExitCode.OK;
            }
            return begin(client, what);
        }
    }

    private int begin(ServerClient client, What what) throws InterruptedException {
        var body = JsonMapper.shared().createObjectNode();
        if (what.to != null) {
            body.put("to", what.to);
        }
        if (what.position != null) {
            body.put("position", what.position);
        }
        if (name != null) {
            body.put("name", name);
        }
        if (reason != null) {
            body.put("reason", reason);
        }
        JsonNode begun = client.post(PATH, body);
        int code = CommandLine.ExitCode.OK;
        if (watch) {
            code = new JobWatch(client, spec.commandLine().getOut(), json).end(begun.path("job"));
        }
        if (code == CommandLine.ExitCode.OK) {
            print(watch ? client.get(PATH + "/" + begun.path("name").asString()) : begun);
        }
        return code;
    }

    private void print(JsonNode recovery) {
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(recovery);
            return;
        }
        boolean ready = recovery.path("state").asString().equals("READY");
        out.println(String.format(
                Locale.ROOT,
                "%-20s %-9s position %,d%s  %s  %s",
                recovery.path("name").asString(),
                recovery.path("state").asString(),
                recovery.path("position").asLong(),
                recovery.path("to").isNull() ? "" : " (" + recovery.path("to").asString() + ")",
                ready
                        ? String.format(
                                Locale.ROOT,
                                "%,d rows, %,d MB",
                                recovery.path("rows").asLong(),
                                recovery.path("bytes").asLong() >> 20)
                        : String.format(
                                Locale.ROOT,
                                "%.1f %%, job %s",
                                recovery.at("/job/percent").asDouble(),
                                recovery.at("/job/id").asString()),
                recovery.path("keptUntil").isNull()
                        ? "kept until it is dropped"
                        : "kept until " + recovery.path("keptUntil").asString()));
    }
}
