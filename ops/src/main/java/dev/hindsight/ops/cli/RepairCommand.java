package dev.hindsight.ops.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Has a running server fold some streams of a read model anew and replace their rows in place. */
@Command(
        name = "repair",
        description = "Repair a ticket, a queue's tickets, or those of a time in a read model of a running server.",
        footer = {
            "",
            "Exit codes: 0 the rows are right now, 3 something stays parked (or, with --dry-run, rows are not right),"
                    + " 1 it failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class RepairCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(
            paramLabel = "MODEL",
            completionCandidates = ModelNames.OfTheLog.class,
            description = "One of ${COMPLETION-CANDIDATES}")
    private String model;

    @ArgGroup(multiplicity = "1")
    private Which which;

    @Option(names = "--dry-run", description = "Show what is not right and change nothing")
    private boolean dryRun;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Is recorded")
    private @Nullable String reason;

    @Option(names = "--json", description = "Print nothing but the result or the finished job, as JSON")
    private boolean json;

    /** Exactly one. */
    static final class Which {

        @Option(names = "--ticket", paramLabel = "T", description = "One ticket, by id or number")
        private @Nullable String ticket;

        @Option(names = "--stream", paramLabel = "S", description = "One stream, such as person-ID")
        private @Nullable String stream;

        @Option(
                names = "--queue",
                paramLabel = "Q",
                description = "Tickets that answer as lying in this queue, or that the log ever put there")
        private @Nullable String queue;

        @ArgGroup(exclusive = false)
        private @Nullable Time time;
    }

    /** Both. */
    static final class Time {

        @Option(
                names = "--from",
                required = true,
                paramLabel = "A",
                description = "With events recorded since, such as 2026-03-03T14:30:00Z")
        private String from;

        @Option(names = "--to", required = true, paramLabel = "B", description = "and before")
        private String to;

        String from() {
            return from;
        }

        String to() {
            return to;
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        try (ServerClient client = server.client("repair", "Repair")) {
            JsonNode answer = client.post("/ops/v1/projections/" + ServerClient.segment(model) + "/repairs", body());
            if (answer.has("kind")) {
                return new JobWatch(client, out, json).show(List.of(answer), true);
            }
            return show(answer, out, json);
        }
    }

    private ObjectNode body() {
        ObjectNode body = JsonMapper.shared().createObjectNode().put("dryRun", dryRun);
        put(body, "ticketId", which.ticket);
        put(body, "stream", which.stream);
        put(body, "queue", which.queue);
        Time time = which.time;
        if (time != null) {
            body.put("from", time.from).put("to", time.to);
        }
        put(body, "reason", reason);
        return body;
    }

    private static void put(ObjectNode body, String member, @Nullable String value) {
        if (value != null) {
            body.put(member, value);
        }
    }

    /** Shows what came of a repair or a retry, and answers what the command ends with. */
    static int show(JsonNode report, PrintWriter out, boolean json) {
        out.println(json ? report.toString() : text(report));
        out.flush();
        return exitCode(report);
    }

    /** What the command ends with. */
    static int exitCode(JsonNode report) {
        boolean wrong =
                report.path("dryRun").asBoolean() && report.path("differing").asLong() > 0;
        return wrong || report.path("parked").asLong() > 0 ? JobWatch.WAITS : CommandLine.ExitCode.OK;
    }

    /** Lines without an end of the last one. */
    static String text(JsonNode report) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s at position %,d: %,d streams, %,d rows, %,d of them in %,d streams %s; %,d streams parked",
                report.path("scope").asString(""),
                report.path("position").asLong(),
                report.path("streams").asLong(),
                report.path("rows").asLong(),
                report.path("differing").asLong(),
                report.path("differingStreams").asLong(),
                report.path("dryRun").asBoolean() ? "are not right" : "were mended",
                report.path("parked").asLong()));
        JobWatch.samples(report)
                .forEach(sample ->
                        text.append(System.lineSeparator()).append("  ").append(sample));
        report.path("causes")
                .values()
                .forEach(cause -> text.append(System.lineSeparator())
                        .append("  parked ")
                        .append(cause.path("stream").asString(""))
                        .append(": ")
                        .append(cause.path("cause").asString("")));
        return text.toString();
    }
}
