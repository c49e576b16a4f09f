package dev.hindsight.ops.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Imports a foreign log into a running server and waits for the end. */
@Command(
        name = "import",
        description = "Import a foreign log (CSV) into a running server.",
        footer = {
            "",
            "HINDSIGHT_URL names the server (default http://localhost:8080), HINDSIGHT_TOKEN an operator's token;",
            "a development installation under --data needs none. Exit codes: 0 all rows are in, 3 some were left out"
                    + " (each is named), 1 it failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ImportCommand implements Callable<Integer> {

    private static final int SOME_LEFT_OUT = 3;
    private static final int SHOWN = 50;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "FILE", description = "CSV with a header line, UTF-8")
    private Path file;

    @Option(names = "--mapping", required = true, paramLabel = "MAPPING", description = "YAML; see ops/mappings")
    private Path mapping;

    @Option(names = "--json", description = "Print nothing but the finished job, as JSON")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        for (Path input : new Path[] {file, mapping}) {
            if (!Files.isReadable(input) || Files.isDirectory(input)) {
                throw new ParameterException(spec.commandLine(), "There is no file to read at " + input);
            }
        }
        try (ImportClient client = new ImportClient(server.client("import", "Import"))) {
            JsonNode job = follow(client, client.start(file, mapping));
            if (json) {
                out().println(job.toString());
            } else {
                tell(job);
            }
            out().flush();
            if (!job.path("state").asString("").equals("DONE")) {
                return CommandLine.ExitCode.SOFTWARE;
            }
            return job.path("rejected").asLong() > 0 ? SOME_LEFT_OUT : CommandLine.ExitCode.OK;
        }
    }

    private JsonNode follow(ImportClient client, JsonNode started) throws InterruptedException {
        return new Progress(out(), json)
                .follow(
                        started,
                        job -> job.path("state").asString("").equals("RUNNING"),
                        job -> client.read(job.path("id").asString("")),
                        new Rows());
    }

    /** With the rate and the time left. */
    private static final class Rows implements Progress.Shown {

        @Override
        public ProgressBarBuilder named(ProgressBarBuilder bar, JsonNode job) {
            return bar.setTaskName("Import")
                    .setUnit(" rows", 1)
                    .setInitialMax(job.path("total").asLong())
                    .showSpeed();
        }

        @Override
        public void step(ProgressBar bar, JsonNode job) {
            bar.stepTo(job.path("done").asLong());
        }

        @Override
        public String line(JsonNode job) {
            return "%d of %d rows, %.0f a second"
                    .formatted(
                            job.path("done").asLong(),
                            job.path("total").asLong(),
                            job.path("rate").asDouble());
        }
    }

    private void tell(JsonNode job) {
        out().println("%s: %d rows of source %s, %.0f a second"
                .formatted(
                        job.path("state").asString("").equals("DONE") ? "Done" : "Failed",
                        job.path("done").asLong(),
                        job.path("source").asString(""),
                        job.path("rate").asDouble()));
        out().println("%d events on %d tickets, %d rows were in before, %d irregular moves, %d rows left out"
                .formatted(
                        job.path("events").asLong(),
                        job.path("tickets").asLong(),
                        job.path("unchanged").asLong(),
                        job.path("irregular").asLong(),
                        job.path("rejected").asLong()));
        JsonNode problems = job.path("problems");
        problems.valueStream()
                .limit(SHOWN)
                .forEach(problem -> out().println((problem.path("line").isNull()
                                ? ""
                                : "line " + problem.path("line").asLong() + ": ")
                        + problem.path("message").asString("")));
        if (problems.size() > SHOWN) {
            out().println("... and more; --json shows the first thousand");
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
