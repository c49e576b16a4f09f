package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Shows and puts the retention rules of a running server, and has them carried out. */
@Command(
        name = "retention",
        description = {
            "Show when the content of ended tickets is erased, put these rules, or carry them out.",
            "Wants an admin's token."
        },
        footer = {
            "",
            "A rule file: {\"rules\": [{\"key\": \"all\", \"after\": \"P5Y\"},",
            "                        {\"key\": \"hr\", \"after\": \"P1Y\", \"queue\": \"hr\"}]}"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class RetentionCommand implements Callable<Integer> {

    private static final String RULES = "/api/v1/retention-rules";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @ArgGroup
    private @Nullable What what;

    @Option(names = "--json", description = "Print the answer as JSON")
    private boolean json;

    /** At most one. */
    static final class What {
        @Option(
                names = "--put",
                paramLabel = "FILE",
                description = "Put these rules; those it does not name are withdrawn")
        private @Nullable Path put;

        @Option(names = "--dry-run", description = "List the tickets that would be erased now, and what holds some")
        private boolean dryRun;

        @Option(names = "--run", description = "Erase them now, not only once a day")
        private boolean run;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (ServerClient client = server.client(Role.ADMIN, "retention", "Retention")) {
            if (what != null && what.put != null) {
                client.call("PUT", RULES, file(what.put));
            }
            if (what != null && (what.dryRun || what.run)) {
                show(client.post(
                        RULES + "/run", JsonMapper.shared().createObjectNode().put("dryRun", what.dryRun)));
            } else {
                rules(client.get(RULES));
            }
        }
        return 0;
    }

    private static JsonNode file(Path path) {
        try {
            return JsonMapper.shared().readTree(Files.readString(path));
        } catch (JacksonException malformed) {
            throw new CommandFailure(path + " is no JSON.");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void rules(JsonNode answer) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.toPrettyString());
            return;
        }
        answer.path("rules")
                .forEach(rule -> out.printf(
                        "%-20s %s after the end%s%s%n",
                        rule.path("key").asString(),
                        rule.path("after").asString(),
                        only(rule, "queue"),
                        only(rule, "category")));
        if (answer.path("rules").isEmpty()) {
            out.println("There are no rules: content stays.");
        }
        JsonNode last = answer.path("lastRun");
        if (!last.isNull()) {
            pass(last);
        }
    }

    private static String only(JsonNode rule, String field) {
        return rule.path(field).isNull()
                ? ""
                : ", " + field + " " + rule.path(field).asString();
    }

    private void show(JsonNode run) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(run.toPrettyString());
            return;
        }
        run.path("due").forEach(due -> {
            out.printf(
                    "%-12s %s  ended %s%n",
                    due.path("number").asString(),
                    due.path("rule").asString(),
                    due.path("endedAt").asString());
            due.path("waitsFor")
                    .forEach(hold -> out.printf(
                            "             held: %s %s: %s%n",
                            hold.path("kind").asString(),
                            hold.path("id").asString(),
                            hold.path("reason").asString()));
        });
        if (run.path("dryRun").asBoolean()) {
            out.printf(
                    "%d tickets, %d of them held.%n",
                    run.path("due").size(), run.path("held").asLong());
        } else {
            pass(run);
        }
    }

    private void pass(JsonNode run) {
        spec.commandLine()
                .getOut()
                .printf(
                        "Pass %s: %s, %d erased, %d held%n",
                        run.path("id").asString(),
                        run.path("finishedAt").isNull() ? "under way" : "finished",
                        run.path("erased").asLong(),
                        run.path("held").asLong());
        if (!run.path("fault").isNull()) {
            spec.commandLine().getOut().println("  " + run.path("fault").asString());
        }
    }
}
