package dev.hindsight.ops.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** Follows jobs to their ends: a bar on a terminal, lines elsewhere. */
final class JobWatch {

    /** A job that waits for an operator: not a failure, not the whole of what was asked for. */
    static final int WAITS = 3;

    private static final Set<String> GOES_ON = Set.of("WAITING", "RUNNING", "CANCELLING", "FAILING");
    private static final long POLL_MILLIS = 250;
    private static final Duration LINE_EVERY = Duration.ofSeconds(5);
    private static final int WHOLE = 1_000;

    private final ServerClient server;
    private final PrintWriter out;
    private final boolean silent;

    /** @param silent for scripts: nothing is printed */
    JobWatch(ServerClient server, PrintWriter out, boolean silent) {
        this.server = server;
        this.out = out;
        this.silent = silent;
    }

    /** The jobs as they ended, or as they wait for an operator. */
    List<JsonNode> toTheEnd(Iterable<JsonNode> jobs) throws InterruptedException {
        List<JsonNode> ended = new ArrayList<>();
        for (JsonNode job : jobs) {
            JsonNode end = follow(job);
            if (!silent) {
                out.println(line(end));
                out.flush();
            }
            ended.add(end);
        }
        return ended;
    }

    private JsonNode follow(JsonNode started) throws InterruptedException {
        JsonNode job = started;
        boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        try (ProgressBar bar = silent || !terminal ? null : bar(job)) {
            Instant told = Instant.now();
            while (GOES_ON.contains(text(job, "state"))) {
                Thread.sleep(POLL_MILLIS); // between two questions to the server
                job = server.get("/ops/v1/jobs/" + text(job, "id"));
                if (bar != null) {
                    bar.stepTo(Math.round(job.path("percent").asDouble() * WHOLE / 100));
                    bar.setExtraMessage(" " + what(job));
                } else if (!silent && Duration.between(told, Instant.now()).compareTo(LINE_EVERY) >= 0) {
                    told = Instant.now();
                    out.println(line(job));
                    out.flush();
                }
            }
        }
        return job;
    }

    private static ProgressBar bar(JsonNode job) {
        return new ProgressBarBuilder()
                .setTaskName(text(job, "model"))
                .setInitialMax(WHOLE)
                .setStyle(ProgressBarStyle.ASCII)
                .build();
    }

    private static String what(JsonNode job) {
        String phase = text(job, "phase").toLowerCase(Locale.ROOT).replace('_', ' ');
        return phase.equals("copying")
                ? String.format(
                        Locale.ROOT,
                        "%s, %,.0f events/s",
                        phase,
                        job.path("rate").asDouble())
                : phase;
    }

    /** What there is to say of a job, in one line; what has to be done comes after it. */
    static String line(JsonNode job) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%s  %-12s %-13s %-19s %5.1f %%  %s",
                text(job, "id"),
                text(job, "kind").toLowerCase(Locale.ROOT),
                text(job, "model"),
                text(job, "state"),
                job.path("percent").asDouble(),
                what(job)));
        if (!job.path("error").isNull()) {
            line.append("  ").append(text(job, "error"));
        }
        JsonNode report = job.path("report");
        if (report.isObject()) {
            line.append(String.format(
                    Locale.ROOT,
                    "%n  %,d rows compared at position %,d, %,d differ; %,d streams folded once more, %,d of them otherwise",
                    report.path("rows").asLong(),
                    report.path("position").asLong(),
                    report.path("differing").asLong(),
                    report.path("refolded").asLong(),
                    report.path("refoldedOtherwise").asLong()));
            report.path("samples")
                    .values()
                    .forEach(sample -> line.append(String.format(
                            "%n    %s %s of %s %s",
                            text(sample, "kind"),
                            text(sample, "table"),
                            text(sample, "stream"),
                            sample.path("columns").isEmpty()
                                    ? ""
                                    : sample.path("columns").toString())));
        }
        switch (text(job, "state")) {
            case "READY" -> line.append("%n  hindsight jobs %s --switch".formatted(text(job, "id")));
            case "VERIFICATION_FAILED" ->
                line.append(
                        "%n  hindsight jobs %s --cancel, or --switch --force --reason TEXT".formatted(text(job, "id")));
            default -> {}
        }
        return line.toString();
    }

    /** What the command ends with. */
    static int exitCode(List<JsonNode> jobs) {
        int code = CommandLine.ExitCode.OK;
        for (JsonNode job : jobs) {
            String state = text(job, "state");
            if (state.equals("FAILED") || state.equals("CANCELLED")) {
                return CommandLine.ExitCode.SOFTWARE;
            }
            boolean waits = !state.equals("DONE") && !GOES_ON.contains(state);
            boolean differs = job.path("kind").asString("").equals("VERIFICATION")
                    && job.path("report").path("differing").asLong() > 0;
            if (waits || differs) {
                code = WAITS;
            }
        }
        return code;
    }

    private static String text(JsonNode job, String member) {
        return job.path(member).asString("");
    }
}
