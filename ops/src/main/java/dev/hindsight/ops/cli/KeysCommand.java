package dev.hindsight.ops.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prints the public keys of a running server's ledger, or has another key sign from now on. */
@Command(
        name = "keys",
        description = "Show the public keys that checkpoints of the ledger are signed with; the current one is last.",
        footer = {"", "Exit codes: 0 done, 1 it failed."})
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class KeysCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Option(names = "--rotate", description = "Make a new key that signs from now on; the old one signs the hand-over")
    private boolean rotate;

    @Option(names = "--reason", paramLabel = "TEXT", description = "With --rotate: is recorded")
    private @Nullable String reason;

    @Option(names = "--json", description = "Print the keys as JSON")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        try (ServerClient client = server.client("keys", "Keys")) {
            if (rotate) {
                var body = JsonMapper.shared().createObjectNode();
                if (reason != null) {
                    body.put("reason", reason);
                }
                client.post("/ops/v1/ledger/keys", body.isEmpty() ? null : body);
            }
            JsonNode keys = client.get("/api/v1/audit/keys");
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(keys);
            } else {
                for (JsonNode key : keys.path("items").values()) {
                    if (!key.path("toSize").isNull()) {
                        out.println("Checkpoints over " + key.path("fromSize").asLong() + " to "
                                + key.path("toSize").asLong() + " events:");
                    }
                    out.println(key.path("key").asString());
                }
            }
            out.flush();
        }
        return 0;
    }
}
