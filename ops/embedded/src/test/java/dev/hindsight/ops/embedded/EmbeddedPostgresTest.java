package dev.hindsight.ops.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
    @TempDir
    Path folder;

    @Test
    void the_data_of_a_folder_are_found_again_at_the_next_start() throws Exception {
        try (EmbeddedPostgres first = EmbeddedPostgres.start(options())) {
            execute(first, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (42)");
        }
        try (EmbeddedPostgres second = EmbeddedPostgres.start(options())) {
            assertThat(query(second, "SELECT n FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void it_is_always_durable_and_listens_on_the_loopback_interface_only() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options())) {
            for (String setting : List.of("fsync", "full_page_writes", "synchronous_commit", "data_checksums")) {
                assertThat(query(postgres, "SHOW " + setting)).as(setting).isEqualTo("on");
            }
            assertThat(query(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(query(postgres, "SHOW unix_socket_directories")).isEmpty();
            assertThat(query(postgres, "SHOW server_version")).startsWith("18.");
            execute(postgres, "CREATE EXTENSION pg_stat_statements", "CREATE EXTENSION pg_trgm");
        }
        assertThatThrownBy(() -> options().withSetting("fsync", "off")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nobody_gets_in_without_the_password_which_only_its_owner_can_read() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options())) {
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.url("postgres"), "postgres", "postgres"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            assertThat(Files.getPosixFilePermissions(folder.resolve("pg").resolve("password")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void what_was_committed_survives_an_immediate_stop_and_a_kill() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options())) {
            int port = postgres.port();
            execute(postgres, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)");
            postgres.stopImmediate();
            assertThat(postgres.isRunning()).isFalse();
            postgres.restart();
            execute(postgres, "INSERT INTO kept VALUES (2)");
            postgres.killNine();
            assertThat(postgres.isRunning()).isFalse();
            postgres.restart();
            assertThat(postgres.port()).isEqualTo(port);
            assertThat(query(postgres, "SELECT string_agg(n::text, ',' ORDER BY n) FROM kept"))
                    .isEqualTo("1,2");
        }
    }

    @Test
    void a_frozen_server_goes_on_where_it_was_and_can_be_closed_while_frozen() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.start(options());
        try (postgres) {
            postgres.suspend();
            postgres.resume();
            assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
            postgres.suspend();
        }
        assertThat(postgres.isRunning()).isFalse();
    }

    @Test
    void two_live_holders_of_one_folder_are_refused() {
        try (EmbeddedPostgres first = EmbeddedPostgres.start(options())) {
            assertThat(first.isRunning()).isTrue();
            assertThatThrownBy(() -> EmbeddedPostgres.start(options()))
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid());
        }
    }

    @Test
    void a_failed_start_shows_the_servers_own_words_and_the_next_start_works() throws Exception {
        assertThatThrownBy(() -> EmbeddedPostgres.start(options().withSetting("work_mem", "a lot")))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("invalid value for parameter \"work_mem\"");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options())) {
            assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void a_server_orphaned_by_a_killed_jvm_is_stopped_and_its_data_are_there() throws Exception {
        Process parent = Child.start(ServerParent.class, "postgres", folder.resolve("pg"));
        ProcessHandle orphan =
                ProcessHandle.of(Long.parseLong(Child.awaitLine(parent))).orElseThrow();
        Processes.killAll(List.of(parent.toHandle()), Duration.ofSeconds(10));
        assertThat(Processes.isAlive(orphan)).as("orphaned server").isTrue();

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options())) {
            assertThat(Processes.isAlive(orphan)).as("orphaned server").isFalse();
            assertThat(query(postgres, "SELECT n FROM orphaned")).isEqualTo("7");
        }
    }

    @Test
    void a_frozen_orphan_and_an_unfinished_initialization_do_not_prevent_the_next_start() throws Exception {
        Process parent = Child.start(ServerParent.class, "postgres", folder.resolve("pg"));
        ProcessHandle orphan =
                ProcessHandle.of(Long.parseLong(Child.awaitLine(parent))).orElseThrow();
        Processes.killAll(List.of(parent.toHandle()), Duration.ofSeconds(10));
        Processes.signal("STOP", Processes.tree(orphan));
        Files.createDirectories(folder.resolve("pg").resolve("data.unfinished").resolve("base"));

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options())) {
            assertThat(Processes.isAlive(orphan)).as("orphaned server").isFalse();
            assertThat(query(postgres, "SELECT n FROM orphaned")).isEqualTo("7");
            assertThat(folder.resolve("pg").resolve("data.unfinished")).doesNotExist();
        }
    }

    @Test
    void an_initialization_that_a_killed_jvm_left_running_is_ended_and_done_again() throws Exception {
        Path home = folder.resolve("pg");
        Process parent = Child.start(ServerParent.class, "postgres", home);
        Path unfinished = home.resolve("data.unfinished");
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (Files.notExists(unfinished.resolve("PG_VERSION")) && Files.notExists(home.resolve("data"))) {
            assertThat(System.nanoTime()).as("initdb has begun").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        Processes.killAll(List.of(parent.toHandle()), Duration.ofSeconds(10));

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options())) {
            assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
            assertThat(unfinished).doesNotExist();
        }
    }

    @Test
    void a_postmaster_file_that_names_somebody_elses_process_is_no_obstacle() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options())) {
            execute(postgres, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (3)");
            postgres.killNine();
        }
        Path pidFile = folder.resolve("pg").resolve("data").resolve("postmaster.pid");
        List<String> lines = Files.readAllLines(pidFile);
        lines.set(0, Long.toString(ProcessHandle.current().pid()));
        Files.write(pidFile, lines);

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options())) {
            assertThat(query(postgres, "SELECT n FROM kept")).isEqualTo("3");
        }
    }

    @Test
    void a_temporary_server_leaves_nothing_behind() {
        EmbeddedPostgres postgres = EmbeddedPostgres.start(EmbeddedPostgres.Options.temporary());
        Path temporary = postgres.folder();
        assertThat(temporary).exists();
        postgres.close();
        assertThat(temporary).doesNotExist();
    }

    @Test
    void what_a_killed_jvm_left_of_a_temporary_server_is_cleared_by_the_next_one() throws Exception {
        Process parent = Child.start(ServerParent.class, "postgres", null);
        ProcessHandle orphan =
                ProcessHandle.of(Long.parseLong(Child.awaitLine(parent))).orElseThrow();
        Path abandoned = Path.of(Child.awaitLine(parent));
        Processes.killAll(List.of(parent.toHandle()), Duration.ofSeconds(10));
        assertThat(abandoned).exists();

        EmbeddedPostgres.start(EmbeddedPostgres.Options.temporary()).close();

        assertThat(Processes.isAlive(orphan)).as("orphaned server").isFalse();
        assertThat(abandoned).doesNotExist();
    }

    @Test
    void every_test_gets_a_database_of_its_own() throws Exception {
        try (SharedPostgres.Database one = SharedPostgres.database();
                SharedPostgres.Database other = SharedPostgres.database()) {
            assertThat(one.server()).isSameAs(other.server());
            try (Connection connection = one.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE mine (n int)");
            }
            try (Connection connection = DriverManager.getConnection(other.url(), other.user(), other.password());
                    ResultSet tables = connection.createStatement().executeQuery("SELECT to_regclass('mine')")) {
                tables.next();
                assertThat(tables.getString(1)).isNull();
            }
        }
    }

    private EmbeddedPostgres.Options options() {
        return EmbeddedPostgres.Options.in(folder.resolve("pg")).withSharedBuffers(32);
    }

    private static void execute(EmbeddedPostgres postgres, String... statements) throws SQLException {
        try (Connection connection = postgres.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static @Nullable String query(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.superuserUrl("postgres"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).as(sql).isTrue();
            return rows.getString(1);
        }
    }
}
