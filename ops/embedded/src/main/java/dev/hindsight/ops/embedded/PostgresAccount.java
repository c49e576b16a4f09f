package dev.hindsight.ops.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL refuses to run as root. An ordinary user runs it as himself; root puts it into a user namespace without
 * privileges, which needs no change of owners and works under any folder, or, where the kernel or the container forbids
 * namespaces, gives it to an account without privileges that must be able to reach the folder.
 *
 * @param prefix what goes before every PostgreSQL command
 * @param owner the account to whom the data folder has to belong, null: whoever starts it
 */
record PostgresAccount(List<String> prefix, @Nullable String owner) {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    static PostgresAccount choose() {
        if (new UnixSystem().getUid() != 0) {
            return new PostgresAccount(List.of(), null);
        }
        return namespaceWorks() ? new PostgresAccount(List.of("unshare", "--user"), "root") : unprivileged();
    }

    static PostgresAccount unprivileged() {
        String account = Stream.of("postgres", "nobody")
                .filter(PostgresAccount::exists)
                .findFirst()
                .orElseThrow(() -> new EmbeddedServerException(
                        "PostgreSQL does not run as root, user namespaces are forbidden here, and there is neither an"
                                + " account postgres nor nobody: start Hindsight as an ordinary user"));
        return new PostgresAccount(
                List.of("setpriv", "--reuid=" + account, "--regid=" + gid(account), "--clear-groups"), account);
    }

    private static boolean namespaceWorks() {
        try {
            return Processes.run(List.of("unshare", "--user", "true"), DEADLINE).succeeded();
        } catch (EmbeddedServerException noSuchTool) {
            return false;
        }
    }

    private static boolean exists(String account) {
        return principal(account) != null;
    }

    private static String gid(String account) {
        return Processes.run(List.of("id", "-g", account), DEADLINE).output();
    }

    private static @Nullable UserPrincipal principal(String account) {
        try {
            return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(account);
        } catch (UserPrincipalNotFoundException unknown) {
            return null;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Gives a tree to the account that has to own it, unless it is its already. */
    void own(Path tree) {
        if (owner == null) {
            return;
        }
        try {
            UserPrincipal principal = principal(owner);
            if (!Files.getOwner(tree).equals(principal)) {
                Processes.Result result =
                        Processes.run(List.of("chown", "-R", owner, tree.toString()), Duration.ofMinutes(5));
                if (!result.succeeded()) {
                    throw new EmbeddedServerException("Cannot give " + tree + " to " + owner + ": " + result.output());
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot read the owner of " + tree, failure);
        }
    }
}
