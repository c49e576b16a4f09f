package dev.hindsight.ops.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresAccountTest {
    private Path folder = Path.of("never");

    @BeforeEach
    void make() throws Exception {
        // JUnit's own folders are closed to other accounts.
        folder = Files.createTempDirectory("hindsight-account");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }

    @AfterEach
    void delete() throws Exception {
        ServerFolder.delete(folder);
    }

    @Test
    void where_namespaces_are_forbidden_root_hands_the_server_to_an_account_without_privileges() throws Exception {
        assumeTrue(new UnixSystem().getUid() == 0, "only root has to");
        PostgresAccount account = PostgresAccount.unprivileged();
        Path home = Files.createDirectory(folder.resolve("pg"));
        PostgresCluster cluster = PostgresCluster.in(home, home.resolve("binaries"), account);
        cluster.initialize("postgres");
        cluster.start(Processes.freePort(), EmbeddedPostgres.Options.temporary().withSharedBuffers(32));
        try {
            assertThat(cluster.postmaster().info().user()).hasValue(account.owner());
            assertThat(Files.getOwner(home.resolve("data")).getName()).isEqualTo(account.owner());
        } finally {
            cluster.kill();
        }
        assertThat(cluster.isRunning()).isFalse();
    }
}
