package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prints a ticket of a running server change by change, with who and why. */
@Command(
        name = "replay",
        description = "Print a ticket of a running server change by change, with who did it and why.",
        footer = {"", "Needs the role auditor. Exit codes: 0 done, 1 it failed or broke off."})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ReplayCommand implements Callable<Integer> {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String INDENT = "    ";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "TICKET", description = "Its id or number, such as HD-1042")
    private String ticket;

    @Option(names = "--json", description = "Print the lines as they are: the ticket after each event")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        try (ServerClient client = server.client(Role.AUDITOR, "replay", "Replay")) {
            var last = new ArrayList<JsonNode>(1);
            client.lines("/api/v1/audit/tickets/" + ServerClient.segment(ticket) + "/replay", line -> {
                JsonNode event = MAPPER.readTree(line);
                last.clear();
                last.add(event);
                if (json) {
                    out.println(line);
                } else if (event.has("version")) {
                    print(event, out);
                }
                out.flush();
            });
            if (last.isEmpty() || !last.getFirst().has("complete")) {
                throw new CommandFailure("The answer broke off before its end. Try it again.");
            }
            return CommandLine.ExitCode.OK;
        }
    }

    private static void print(JsonNode event, PrintWriter out) {
        if (event.path("version").asLong() == 1) {
            out.println(plain(event.at("/ticket/number").asString("")));
        }
        out.println();
        out.printf(
                Locale.ROOT,
                "%d  %s  %s  %s%n",
                event.path("version").asLong(),
                event.path("occurredAt").asString(""),
                event.path("event").asString(""),
                who(event));
        event.path("changes").values().forEach(change -> {
            if (!change.path("field").asString("").equals("message")) {
                out.println(INDENT + plain(change.path("field").asString("")) + ": "
                        + shown(change.path("before"), change.path("beforeName")) + " -> "
                        + shown(change.path("after"), change.path("afterName")));
            }
        });
        JsonNode message = event.path("message");
        if (message.isObject()) {
            message.path("body").asString("").lines().forEach(line -> out.println(INDENT + "| " + plain(line)));
        }
        out.println(INDENT + "why: " + why(event));
    }

    private static String who(JsonNode event) {
        String actor =
                name(event.path("actor")) + " (" + event.at("/actor/kind").asString("") + ")";
        JsonNode other = event.path("onBehalfOf");
        return other.isObject() ? actor + " for " + name(other) : actor;
    }

    private static String name(JsonNode person) {
        String id = person.path("id").asString("nobody");
        return plain(person.path("name").asString(id));
    }

    private static String why(JsonNode event) {
        JsonNode cause = event.path("cause");
        String command = cause.path("command").asString("");
        var parts = new ArrayList<String>();
        parts.add("command " + command + " by " + cause.path("channel").asString(""));
        JsonNode rule = cause.path("rule");
        if (rule.isObject()) {
            parts.add("rule " + rule.path("id").asString("") + " version "
                    + rule.path("version").asInt());
        }
        JsonNode imported = cause.path("imported");
        if (imported.isObject()) {
            parts.add("imported from " + imported.path("source").asString("") + ", line "
                    + imported.path("line").asLong() + ", recorded "
                    + event.path("recordedAt").asString(""));
        }
        other("caused by", cause.path("causation"), command, parts);
        other("together with", cause.path("correlation"), command, parts);
        return plain(String.join("; ", parts));
    }

    private static void other(String what, JsonNode id, String command, List<String> parts) {
        if (!id.asString(command).equals(command)) {
            parts.add(what + " " + id.asString());
        }
    }

    private static String shown(JsonNode value, JsonNode name) {
        if (value.isNull()) {
            return "nothing";
        } else if (value.isArray()) {
            return value.values().stream()
                    .map(one -> shown(one, MAPPER.nullNode()))
                    .collect(Collectors.joining(", ", "[", "]"));
        } else if (value.isObject()) {
            return name(value);
        }
        @Nullable String called = name.asString(null);
        String text = plain(value.asString());
        return called == null ? text : text + " (" + plain(called) + ")";
    }

    /** What people wrote must not steer the terminal. */
    private static String plain(String text) {
        return text.codePoints()
                .map(sign -> Character.isISOControl(sign) || Character.getType(sign) == Character.FORMAT ? ' ' : sign)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
