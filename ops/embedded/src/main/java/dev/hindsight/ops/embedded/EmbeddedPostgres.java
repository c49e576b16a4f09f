package dev.hindsight.ops.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server on the loopback interface, with scram authentication, in a folder of its own. Always durable:
 * fsync, full_page_writes and synchronous_commit are on and cannot be switched off here, in tests neither.
 *
 * <p>A start deals with what a killed JVM left: a server still running in the folder is stopped, an unfinished
 * {@code initdb} is thrown away. Two live JVMs cannot use one folder. Failures are {@link EmbeddedServerException}s that
 * carry the end of the server's log. Safe for use by several threads, except that starting and stopping belong to one.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Duration FAST_STOP = Duration.ofSeconds(60);
    private static final String SUPERUSER = "postgres";

    private final ServerFolder folder;
    private final PostgresCluster cluster;
    private final Options options;
    private final int port;
    private boolean closed;

    /**
     * What to start.
     *
     * @param folder where the data live, null: a temporary folder that is deleted at the end
     * @param port TCP port, 0: a free one
     * @param sharedBuffersMegabytes PostgreSQL's own cache
     * @param maxConnections most clients at once
     * @param settings further server settings by name; those that make it durable are refused
     */
    public record Options(
            @Nullable Path folder,
            int port,
            int sharedBuffersMegabytes,
            int maxConnections,
            Map<String, String> settings) {
        private static final List<String> NOT_FOR_SALE = List.of("fsync", "full_page_writes", "synchronous_commit");

        public Options {
            settings = Map.copyOf(settings);
            for (String name : settings.keySet()) {
                if (NOT_FOR_SALE.contains(name)) {
                    throw new IllegalArgumentException(name + " stays on: acknowledged means stored");
                }
            }
        }

        /** For tests: a fresh server whose data go with it. */
        public static Options temporary() {
            return new Options(null, 0, 128, 200, Map.of());
        }

        /** For an installation: the same data at every start. */
        public static Options in(Path folder) {
            return new Options(folder, 0, 256, 200, Map.of());
        }

        public Options withPort(int newPort) {
            return new Options(folder, newPort, sharedBuffersMegabytes, maxConnections, settings);
        }

        public Options withSharedBuffers(int megabytes) {
            return new Options(folder, port, megabytes, maxConnections, settings);
        }

        public Options withMaxConnections(int connections) {
            return new Options(folder, port, sharedBuffersMegabytes, connections, settings);
        }

        public Options withSetting(String name, String value) {
            Map<String, String> more = new TreeMap<>(settings);
            more.put(name, value);
            return new Options(folder, port, sharedBuffersMegabytes, maxConnections, more);
        }
    }

    private EmbeddedPostgres(ServerFolder folder, PostgresCluster cluster, Options options, int port) {
        this.folder = folder;
        this.cluster = cluster;
        this.options = options;
        this.port = port;
    }

    /** Starts a server and returns when it answers; data of an earlier start in the same folder are recovered first. */
    public static EmbeddedPostgres start(Options options) {
        ServerFolder folder = options.folder() == null
                ? ServerFolder.temporary("postgres", abandoned -> new PostgresProcesses(abandoned).kill())
                : ServerFolder.open(options.folder());
        try {
            PostgresCluster cluster = PostgresCluster.in(folder.path(), folder.cache(), PostgresAccount.choose());
            cluster.stopOrphan();
            cluster.initialize(SUPERUSER);
            int port = startOnSomePort(cluster, options);
            return new EmbeddedPostgres(folder, cluster, options, port);
        } catch (RuntimeException failure) {
            folder.close();
            throw failure;
        }
    }

    /** The port of the server that runs in a folder, whoever started it; empty where none runs. */
    public static OptionalInt runningIn(Path folder) {
        return new PostgresProcesses(folder.toAbsolutePath().normalize()).port();
    }

    private static int startOnSomePort(PostgresCluster cluster, Options options) {
        for (int attempt = 1; ; attempt++) {
            int port = options.port() == 0 ? Processes.freePort() : options.port();
            try {
                cluster.start(port, options);
                return port;
            } catch (EmbeddedServerException failure) {
                // Between our look and the server's start somebody else may have taken the port.
                boolean portTaken = String.valueOf(failure.getMessage()).contains("Address already in use");
                if (options.port() != 0 || attempt == 3 || !portTaken) {
                    throw failure;
                }
            }
        }
    }

    public int port() {
        return port;
    }

    public String superuser() {
        return SUPERUSER;
    }

    /** Random, made at the first start and kept in a file that only the owner can read. */
    public String password() {
        return cluster.password();
    }

    /** JDBC address of a database, without credentials. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** JDBC address of a database with the superuser's name and password in it. */
    public String superuserUrl(String database) {
        return url(database) + "?user=" + SUPERUSER + "&password=" + password();
    }

    /** The superuser's connections to a database, not pooled. */
    public DataSource dataSource(String database) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setURL(url(database));
        dataSource.setUser(SUPERUSER);
        dataSource.setPassword(password());
        return dataSource;
    }

    /** Process id of the server, for whoever wants to watch or to hurt it. */
    public long pid() {
        return cluster.postmaster().pid();
    }

    /** The server's log. */
    public Path log() {
        return cluster.log();
    }

    /** The folder that holds data, log and password. */
    public Path folder() {
        return folder.path();
    }

    public void createDatabase(String name) {
        execute("CREATE DATABASE " + quoted(name));
    }

    /** Makes a database that begins as another one is, to which nobody may be connected meanwhile. */
    public void createDatabase(String name, String template) {
        execute("CREATE DATABASE " + quoted(name) + " TEMPLATE " + quoted(template));
    }

    /** Makes a database unless it exists. */
    public void createDatabaseIfAbsent(String name) {
        try (Connection connection = dataSource("postgres").getConnection();
                var query = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
            query.setString(1, name);
            try (var found = query.executeQuery()) {
                if (found.next()) {
                    return;
                }
            }
        } catch (SQLException failure) {
            throw new EmbeddedServerException("Cannot look for database " + name, failure);
        }
        createDatabase(name);
    }

    /** Drops a database if it exists, and with it the sessions that are still connected. */
    public void dropDatabase(String name) {
        execute("DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)");
    }

    private void execute(String sql) {
        try (Connection connection = dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new EmbeddedServerException(sql + " failed: " + failure.getMessage(), failure);
        }
    }

    private static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    /** Disconnects everybody, writes everything down, ends; {@link #restart} starts it again. */
    public void stop() {
        cluster.stop("fast", FAST_STOP);
    }

    /** Ends at once without a checkpoint, as {@code pg_ctl stop -m immediate}: the next start recovers. */
    public void stopImmediate() {
        cluster.stop("immediate", FAST_STOP);
    }

    /** {@code kill -9} for the server and all its processes. */
    public void killNine() {
        cluster.kill();
    }

    /** Freezes the server with its connections open, until {@link #resume}. */
    public void suspend() {
        Processes.signal("STOP", Processes.tree(cluster.postmaster()));
    }

    public void resume() {
        Processes.signal("CONT", Processes.tree(cluster.postmaster()));
    }

    /** Starts again on the same port what was stopped or killed; stops it first where it still runs. */
    public void restart() {
        cluster.stopOrphan();
        cluster.start(port, options);
    }

    public boolean isRunning() {
        return cluster.isRunning();
    }

    /** Stops the server, whatever state a drill left it in, and deletes a temporary folder. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (folder) {
            if (folder.temporary()) {
                cluster.kill();
            } else {
                cluster.stopOrphan();
            }
        }
    }
}
