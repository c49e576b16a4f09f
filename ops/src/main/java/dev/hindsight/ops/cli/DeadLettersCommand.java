package dev.hindsight.ops.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Shows what read models of a running server pass over because its fold failed, and has it tried again or left out. */
@Command(
        name = "dead-letters",
        description = "Show tickets that read models of a running server pass over, retry them, or skip an event.",
        footer = {"", "Exit codes: 0 nothing is parked (any more), 3 something is, 1 it failed."})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class DeadLettersCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @ArgGroup
    private @Nullable Order order;

    @Option(names = "--model", paramLabel = "MODEL", description = "Show those of one model")
    private @Nullable String model;

    @Option(names = "--cause", paramLabel = "TEXT", description = "Show those whose cause holds this text")
    private @Nullable String cause;

    @Option(names = "--reason", paramLabel = "TEXT", description = "With an order: is recorded; --skip wants one")
    private @Nullable String reason;

    @Option(names = "--json", description = "Print the answers as JSON")
    private boolean json;

    /** At most one. */
    static final class Order {

        @Option(names = "--retry", paramLabel = "ID", description = "Fold it anew from the log")
        private @Nullable String retry;

        @Option(names = "--retry-all", description = "The same for all")
        private boolean all;

        @Option(names = "--retry-cause", paramLabel = "TEXT", description = "The same for those of a cause")
        private @Nullable String cause;

        @Option(
                names = "--skip",
                paramLabel = "ID",
                description = "Go on without the event, now and in every later fold")
        private @Nullable String skip;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (order != null && order.skip != null && reason == null) {
            throw new ParameterException(spec.commandLine(), "Why? A skip wants a --reason, which is recorded");
        }
        if (order != null && (model != null || cause != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--model and --cause choose what is shown. Orders: --retry ID, --retry-cause TEXT, --retry-all,"
                            + " --skip ID");
        }
        try (ServerClient client = server.client("letters", "Letters")) {
            return order == null ? list(client) : give(client, order);
        }
    }

    private int give(ServerClient client, Order its) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        ObjectNode body = JsonMapper.shared().createObjectNode();
        if (reason != null) {
            body.put("reason", reason);
        }
        String one = its.retry != null ? its.retry : its.skip;
        if (one != null) {
            String path = "/ops/v1/dead-letters/" + ServerClient.segment(one);
            return RepairCommand.show(client.post(path + (its.retry != null ? "/retry" : "/skip"), body), out, json);
        }
        if (its.all) {
            body.put("all", true);
        } else {
            body.put("cause", its.cause);
        }
        JsonNode jobs = client.post("/ops/v1/dead-letters/retry", body).path("items");
        if (jobs.isEmpty() && !json) {
            out.println("Nothing is parked so.");
            out.flush();
        }
        return new JobWatch(client, out, json).show(jobs.values(), true);
    }

    private int list(ServerClient client) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        boolean any = false;
        String cursor = "";
        do {
            JsonNode page = client.get("/ops/v1/dead-letters?limit=200" + parameter("model", model)
                    + parameter("cause", cause) + (cursor.isEmpty() ? "" : parameter("cursor", cursor)));
            for (JsonNode letter : page.path("items").values()) {
                any = true;
                out.println(json ? letter.toString() : line(letter));
            }
            cursor = page.path("nextCursor").asString("");
        } while (!cursor.isEmpty());
        if (!any && !json) {
            out.println("Nothing is parked.");
        }
        out.flush();
        return any ? JobWatch.WAITS : CommandLine.ExitCode.OK;
    }

    private static String parameter(String name, @Nullable String value) {
        return value == null ? "" : "&" + name + "=" + UriUtils.encode(value, StandardCharsets.UTF_8);
    }

    private static String line(JsonNode letter) {
        return String.format(
                Locale.ROOT,
                "%s  %-9s %s  position %,d since %s, %,d events wait behind  %s",
                letter.path("id").asString(""),
                letter.path("model").asString(""),
                letter.path("stream").asString(""),
                letter.path("position").asLong(),
                letter.path("since").asString(""),
                letter.path("waiting").asLong(),
                letter.path("cause").asString(""));
    }
}
