package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Places a legal hold on a running server, or releases one. */
@Command(
        name = "hold",
        description =
                "Keep a ticket, a person or an organization from being erased, or release it. Wants an admin's token.")
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class HoldCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @ArgGroup(multiplicity = "1")
    private Subject subject;

    @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Is kept for ever, so name nobody")
    private String reason;

    @Option(names = "--release", description = "Release it: what waited for it is done")
    private boolean release;

    /** Exactly one. */
    static final class Subject {
        @Option(names = "--ticket", paramLabel = "ID", description = "Id or number of a ticket")
        private @Nullable String ticket;

        @Option(names = "--person", paramLabel = "ID", description = "Id of a person: their tickets are held, too")
        private @Nullable String person;

        @Option(
                names = "--organization",
                paramLabel = "ID",
                description = "Id of an organization: its members and tickets")
        private @Nullable String organization;

        String path() {
            if (ticket != null) {
                return "/api/v1/tickets/" + ServerClient.segment(ticket);
            }
            return person != null
                    ? "/api/v1/people/" + ServerClient.segment(person)
                    : "/api/v1/organizations/" + ServerClient.segment(String.valueOf(organization));
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        try (ServerClient client = server.client(Role.ADMIN, "hold", "Hold")) {
            client.call(
                    release ? "DELETE" : "PUT",
                    subject.path() + "/legal-hold",
                    JsonMapper.shared().createObjectNode().put("reason", reason));
        }
        spec.commandLine().getOut().println(release ? "Released." : "Held.");
        return 0;
    }
}
