package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** Which server a command talks to, and as whom: of the environment, or a development installation's own. */
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class ServerOption {

    @Mixin
    private DataOption data;

    /**
     * As an operator.
     *
     * @param user subject of the token that a development installation issues itself
     * @param name the same person's
     */
    ServerClient client(String user, String name) {
        return client(Role.OPERATOR, user, name);
    }

    /** The same as somebody else; the role is that of a token that a development installation issues itself. */
    ServerClient client(Role role, String user, String name) {
        return new ServerClient(server(), token(role, user, name));
    }

    private static URI server() {
        String url = environment("HINDSIGHT_URL");
        String port = environment("SERVER_PORT");
        try {
            URI server = URI.create(url == null ? "http://localhost:" + (port == null ? "8080" : port) : url);
            if (server.getHost() != null) {
                return server;
            }
        } catch (IllegalArgumentException noAddress) {
            // said below
        }
        throw new CommandFailure("HINDSIGHT_URL is no address such as http://localhost:8080");
    }

    private String token(Role role, String user, String name) {
        String given = environment("HINDSIGHT_TOKEN");
        if (given != null) {
            return given;
        }
        if (DevelopmentIssuer.isIn(data.directory())) {
            return DevelopmentIssuer.of(data.directory())
                    .issue(EnumSet.of(role), user, name, Instant.now(), Duration.ofHours(12));
        }
        throw new CommandFailure("Who are you? Set HINDSIGHT_TOKEN to a token of role "
                + role.name().toLowerCase(Locale.ROOT)
                + ", or --data to the folder of"
                + " a development installation.");
    }

    private static @Nullable String environment(String name) {
        String value = System.getenv(name);
        return value == null || value.isBlank() ? null : value;
    }
}
