package dev.hindsight.ops.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import tools.jackson.databind.JsonNode;

/** Follows long work of the server to its end: a bar on a terminal, a line every five seconds elsewhere. */
final class Progress {

    private static final long POLL_MILLIS = 250;
    private static final Duration LINE_EVERY = Duration.ofSeconds(5);

    private final PrintWriter out;
    private final boolean silent;

    /** @param silent for scripts: nothing is printed */
    Progress(PrintWriter out, boolean silent) {
        this.out = out;
        this.silent = silent;
    }

    /** How a kind of work is told. */
    interface Shown {

        /** @param bar with a style, to get a name and a size */
        ProgressBarBuilder named(ProgressBarBuilder bar, JsonNode job);

        void step(ProgressBar bar, JsonNode job);

        String line(JsonNode job);
    }

    /** Asks how far it is. */
    @FunctionalInterface
    interface Question {
        JsonNode now(JsonNode before) throws InterruptedException;
    }

    /** The work as it is when it no longer goes on. */
    JsonNode follow(JsonNode started, Predicate<JsonNode> goesOn, Question question, Shown shown)
            throws InterruptedException {
        JsonNode job = started;
        boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        try (ProgressBar bar = silent || !terminal
                ? null
                : shown.named(new ProgressBarBuilder().setStyle(ProgressBarStyle.ASCII), job)
                        .build()) {
            Instant told = Instant.now();
            while (goesOn.test(job)) {
                Thread.sleep(POLL_MILLIS); // between two questions to the server
                job = question.now(job);
                if (bar != null) {
                    shown.step(bar, job);
                } else if (!silent && Duration.between(told, Instant.now()).compareTo(LINE_EVERY) >= 0) {
                    told = Instant.now();
                    out.println(shown.line(job));
                    out.flush();
                }
            }
        }
        return job;
    }
}
