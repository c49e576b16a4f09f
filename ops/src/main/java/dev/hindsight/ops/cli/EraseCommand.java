package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Has a running server forget a person, or shows how far that is. */
@Command(
        name = "erase",
        description = {
            "Forget a person and all tickets whose requester they are; without a reason, show how far that is.",
            "Wants an admin's token. Without a person or an approval it lists what waits for a second person, mass",
            "reversions included, which are approved and declined here, too."
        },
        footer = {"", "Exit codes: 0 done, 3 it waits or is not finished, 1 it failed."})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class EraseCommand implements Callable<Integer> {

    private static final int NOT_ALL = 3;
    private static final Duration PACE = Duration.ofSeconds(1);

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "PERSON", arity = "0..1", description = "Id of the person")
    private @Nullable String person;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Forget them; is kept for ever, so name nobody")
    private @Nullable String reason;

    @ArgGroup
    private @Nullable Decision decision;

    @Option(names = "--watch", description = "Wait until the receipt is written")
    private boolean watch;

    @Option(names = "--json", description = "Print the answer as JSON")
    private boolean json;

    /** A second person's. */
    static final class Decision {
        @Option(names = "--approve", paramLabel = "ID", description = "Agree to what somebody else has asked")
        private @Nullable String approve;

        @Option(names = "--decline", paramLabel = "ID", description = "Do not agree")
        private @Nullable String decline;
    }

    @Override
    public Integer call() throws InterruptedException {
        if ((person == null && (reason != null || (watch && decision == null)))
                || (person != null && decision != null)) {
            throw new ParameterException(spec.commandLine(), "Name one person, or one approval");
        }
        try (ServerClient client = server.client(Role.ADMIN, "erase", "Erase")) {
            if (person == null && decision == null) {
                return list(client.get("/api/v1/approvals"));
            }
            JsonNode erasure = asked(client);
            if (isReversion(erasure)) {
                showReversion(erasure);
                return 0;
            }
            boolean declined = decision != null && decision.decline != null;
            while (watch && !declined && !done(erasure)) {
                Thread.sleep(PACE);
                erasure = client.get(path(erasure.path("person").asString()));
            }
            show(erasure);
            return declined || done(erasure) ? 0 : NOT_ALL;
        }
    }

    private JsonNode asked(ServerClient client) throws InterruptedException {
        var body = JsonMapper.shared().createObjectNode();
        if (decision != null) {
            String id = decision.approve == null ? decision.decline : decision.approve;
            return client.post(
                    "/api/v1/approvals/" + ServerClient.segment(String.valueOf(id)),
                    body.put("approve", decision.approve != null));
        }
        String path = path(String.valueOf(person));
        return reason == null ? client.get(path) : client.post(path, body.put("reason", reason));
    }

    private static String path(String person) {
        return "/api/v1/people/" + ServerClient.segment(person) + "/erasure";
    }

    private static boolean isReversion(JsonNode of) {
        return of.path("kind").asString("").equals("REVERSION");
    }

    private void showReversion(JsonNode reversion) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(reversion.toPrettyString());
            return;
        }
        String id = reversion.path("id").asString();
        out.printf(
                "reversion %s  %s; hindsight jobs %s tells how far it is%n",
                id, reversion.path("state").asString(), id);
    }

    private static boolean done(JsonNode erasure) {
        return erasure.path("state").asString().equals("DONE");
    }

    private int list(JsonNode approvals) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(approvals.toPrettyString());
            return 0;
        }
        approvals
                .path("items")
                .forEach(one -> out.printf(
                        "%s  %s, asked by %s: %s%n",
                        one.path("id").asString(),
                        isReversion(one)
                                ? "mass reversion"
                                : "erasure of person " + one.path("person").asString(),
                        one.path("askedBy").asString("nobody known"),
                        one.path("reason").asString()));
        if (approvals.path("items").isEmpty()) {
            out.println("Nothing waits for an approval.");
        }
        return 0;
    }

    private void show(JsonNode erasure) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(erasure.toPrettyString());
            return;
        }
        out.printf(
                "%s  %s%n", erasure.path("id").asString(), erasure.path("state").asString());
        erasure.path("waitsFor")
                .forEach(each -> out.printf(
                        "  waits for %s %s: %s%n",
                        each.path("kind").asString(),
                        each.path("id").asString(),
                        each.path("reason").asString()));
        erasure.path("done")
                .properties()
                .forEach(each -> out.printf(
                        "  done         %s: %s%n",
                        each.getKey(), each.getValue().asString()));
        erasure.path("notPossible")
                .properties()
                .forEach(each -> out.printf(
                        "  not possible %s: %s%n",
                        each.getKey(), each.getValue().asString()));
        if (!erasure.path("fault").isNull()) {
            out.printf(
                    "  tried again after %s; the server's log says more%n",
                    erasure.path("fault").asString());
        }
    }
}
