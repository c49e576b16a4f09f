package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Issues a token of an installation in development mode; prints it alone on the last line. */
@Command(name = "token", description = "Print a token of a development or demo installation.")
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class TokenCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOption data;

    @Option(
            names = "--role",
            required = true,
            split = ",",
            description = "requester, agent, supervisor, auditor, operator, admin, client; several with commas")
    private String[] roles;

    @Option(names = "--user", required = true, description = "Who; an e-mail address is also the verified e-mail claim")
    private String user;

    @Option(names = "--name", description = "Name shown to people")
    private @Nullable String name;

    @Option(names = "--days", defaultValue = "30", description = "How long it is good for (default: ${DEFAULT-VALUE})")
    private int days;

    @Override
    public Integer call() {
        Set<Role> wanted = EnumSet.noneOf(Role.class);
        for (String word : roles) {
            try {
                wanted.add(Role.valueOf(word.strip().toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "Unknown role: " + word, e);
            }
        }
        if (user.isBlank() || days < 1) {
            throw new ParameterException(spec.commandLine(), "--user must not be empty and --days at least 1");
        }
        if (!DevelopmentIssuer.isIn(data.directory())) {
            throw new CommandFailure("There is no development installation under " + data.directory()
                    + ": start one (./hindsight demo, or serve --dev), or name its folder with --data.");
        }
        spec.commandLine()
                .getOut()
                .println(DevelopmentIssuer.of(data.directory())
                        .issue(wanted, user, name, Instant.now(), Duration.ofDays(days)));
        return CommandLine.ExitCode.OK;
    }
}
