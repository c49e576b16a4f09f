package dev.hindsight.ops.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** Follows jobs to their ends: a bar on a terminal, lines elsewhere. */
final class JobWatch {

    /** A job that waits for an operator: not a failure, not the whole of what was asked for. */
    static final int WAITS = 3;

    private static final Set<String> GOES_ON = Set.of("WAITING", "RUNNING", "CANCELLING", "FAILING");
    private static final int WHOLE = 1_000;

    private final ServerClient server;
    private final PrintWriter out;
    private final boolean json;

    /** @param json for scripts: nothing is printed but the jobs as JSON */
    JobWatch(ServerClient server, PrintWriter out, boolean json) {
        this.server = server;
        this.out = out;
        this.json = json;
    }

    /**
     * Shows jobs.
     *
     * @param toTheEnd until they end or wait for an operator
     * @return what the command ends with
     */
    int show(Iterable<JsonNode> jobs, boolean toTheEnd) throws InterruptedException {
        List<JsonNode> shown = new ArrayList<>();
        for (JsonNode job : jobs) {
            JsonNode now = toTheEnd ? follow(job) : job;
            shown.add(now);
            out.println(json ? now.toString() : line(now));
            out.flush();
        }
        return toTheEnd ? exitCode(shown) : CommandLine.ExitCode.OK;
    }

    /**
     * Shows one to its end, and nothing of it but that.
     *
     * @return what the command ends with
     */
    int end(JsonNode job) throws InterruptedException {
        JsonNode ended = follow(job);
        if (!text(ended, "state").equals("DONE") || !text(ended, "error").isEmpty()) {
            out.println(json ? ended.toString() : line(ended));
            out.flush();
        }
        return exitCode(List.of(ended));
    }

    private JsonNode follow(JsonNode started) throws InterruptedException {
        return new Progress(out, json)
                .follow(
                        started,
                        job -> GOES_ON.contains(text(job, "state")),
                        job -> server.get("/ops/v1/jobs/" + text(job, "id")),
                        new Percent());
    }

    private static final class Percent implements Progress.Shown {

        @Override
        public ProgressBarBuilder named(ProgressBarBuilder bar, JsonNode job) {
            return bar.setTaskName(text(job, "model")).setInitialMax(WHOLE);
        }

        @Override
        public void step(ProgressBar bar, JsonNode job) {
            bar.stepTo(Math.round(job.path("percent").asDouble() * WHOLE / 100));
            bar.setExtraMessage(" " + what(job));
        }

        @Override
        public String line(JsonNode job) {
            return JobWatch.line(job);
        }
    }

    private static String what(JsonNode job) {
        String phase = text(job, "phase").toLowerCase(Locale.ROOT).replace('_', ' ');
        return phase.equals("copying")
                ? String.format(
                        Locale.ROOT,
                        "%s, %,.0f %s/s",
                        phase,
                        job.path("rate").asDouble(),
                        text(job, "model").equals("ticket-search") ? "documents" : "events")
                : phase;
    }

    /** What there is to say of a job, in one line; what has to be done comes after it. */
    private static String line(JsonNode job) {
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
            samples(report).forEach(sample -> line.append("%n    ".formatted()).append(sample));
        }
        JsonNode repair = job.path("repair");
        if (repair.isObject()) {
            line.append("%n  ".formatted()).append(RepairCommand.text(repair));
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

    /** Rows that a report names, a line each. */
    static Stream<String> samples(JsonNode report) {
        return report.path("samples")
                .valueStream()
                .map(sample -> "%s %s of %s %s"
                        .formatted(
                                text(sample, "kind"),
                                text(sample, "table"),
                                text(sample, "stream"),
                                sample.path("columns").isEmpty()
                                        ? ""
                                        : sample.path("columns").toString())
                        .strip());
    }

    /** What the command ends with. */
    private static int exitCode(List<JsonNode> jobs) {
        int code = CommandLine.ExitCode.OK;
        for (JsonNode job : jobs) {
            String state = text(job, "state");
            if (state.equals("FAILED") || state.equals("CANCELLED")) {
                return CommandLine.ExitCode.SOFTWARE;
            }
            boolean waits = !state.equals("DONE") && !GOES_ON.contains(state);
            boolean differs = job.path("kind").asString("").equals("VERIFICATION")
                    && job.path("report").path("differing").asLong() > 0;
            boolean parked = RepairCommand.exitCode(job.path("repair")) != CommandLine.ExitCode.OK;
            boolean gaveUp =
                    state.equals("DONE") && !job.path("error").asString("").isEmpty();
            if (waits || differs || parked || gaveUp) {
                code = WAITS;
            }
        }
        return code;
    }

    private static String text(JsonNode job, String member) {
        return job.path(member).asString("");
    }
}
