package dev.hindsight.ops.cli;

import java.util.List;
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

/** Shows rebuilds, verifications, repairs and recoveries of a running server, and gives them orders. */
@Command(
        name = "jobs",
        description = "Show rebuilds, verifications, repairs and recoveries of a running server, or give one an order.",
        footer = {
            "",
            "Exit codes: 0 done, 3 (with --watch) it waits for an order, found differences or gave up switching back,"
                    + " 1 it failed."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class JobsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "One job; none for all")
    private @Nullable String id;

    @ArgGroup
    private @Nullable Order order;

    @Option(names = "--force", description = "With --switch: in spite of differences; wants a reason")
    private boolean force;

    @Option(names = "--now", description = "With --switch-back: as it stands, however far it is behind")
    private boolean now;

    @Option(names = "--reason", paramLabel = "TEXT", description = "With --switch or --switch-back: is recorded")
    private @Nullable String reason;

    @Option(names = "--watch", description = "Show how far it is, to the end")
    private boolean watch;

    @Option(names = "--json", description = "Print the jobs as JSON")
    private boolean json;

    /** At most one. */
    static final class Order {

        @Option(names = "--pause", description = "Pause it")
        private boolean pause;

        @Option(names = "--resume", description = "Go on with it")
        private boolean resume;

        @Option(names = "--cancel", description = "End it and drop what it has made")
        private boolean cancel;

        @Option(names = "--switch", description = "Let its generation answer")
        private boolean switchOver;

        @Option(names = "--switch-back", description = "Let the generation before answer again")
        private boolean switchBack;

        String path() {
            if (pause) {
                return "/pause";
            } else if (resume) {
                return "/resume";
            } else if (cancel) {
                return "/cancel";
            }
            return switchOver ? "/switch" : "/switch-back";
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (id == null && (order != null || watch)) {
            throw new ParameterException(spec.commandLine(), "Which job? Give its id: hindsight jobs lists them");
        }
        try (ServerClient client = server.client("jobs", "Jobs")) {
            List<JsonNode> jobs = id == null
                    ? List.copyOf(client.get("/ops/v1/jobs").path("items").values())
                    : List.of(one(client, "/ops/v1/jobs/" + ServerClient.segment(id)));
            return new JobWatch(client, spec.commandLine().getOut(), json).show(jobs, watch);
        }
    }

    private JsonNode one(ServerClient client, String path) throws InterruptedException {
        if (order == null) {
            return client.get(path);
        }
        var body = JsonMapper.shared().createObjectNode();
        if (order.switchOver) {
            body.put("force", force);
        }
        if (order.switchBack && now) {
            body.put("now", true);
        }
        if ((order.switchOver || order.switchBack) && reason != null) {
            body.put("reason", reason);
        }
        return client.post(path + order.path(), body.isEmpty() ? null : body);
    }
}
