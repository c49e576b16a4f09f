package dev.hindsight.ops.installation;

import dev.hindsight.ops.embedded.EmbeddedOpenSearch;
import dev.hindsight.ops.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The servers of an installation under one folder: {@code postgres}, {@code opensearch}, {@code keys},
 * {@code secrets.properties}. Starting finds what an earlier start left, also one that was killed. Closing stops both
 * servers.
 *
 * <p>Three database roles: the server's own superuser, {@code hindsight_owner} for migrations, {@code hindsight_app} for
 * the application.
 */
public final class Installation implements AutoCloseable {

    private static final String KEYS = "keys";
    static final String DATABASE = "hindsight";
    private static final String OWNER = "hindsight_owner";
    static final String APPLICATION = "hindsight_app";

    private final Path data;
    private final Secrets secrets;
    private final EmbeddedPostgres postgres;
    private final EmbeddedOpenSearch search;

    private Installation(Path data, Secrets secrets, EmbeddedPostgres postgres, EmbeddedOpenSearch search) {
        this.data = data;
        this.secrets = secrets;
        this.postgres = postgres;
        this.search = search;
    }

    /**
     * Starts both servers side by side.
     *
     * @throws dev.hindsight.ops.embedded.EmbeddedServerException when one does not come up, with the reason it gives
     */
    public static Installation start(Path data) {
        try {
            Files.createDirectories(data);
            // also where an earlier version made it open to others
            Files.setPosixFilePermissions(
                    Files.createDirectories(data.resolve(KEYS)), PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Secrets secrets = Secrets.of(data);
        CompletableFuture<EmbeddedOpenSearch> search = CompletableFuture.supplyAsync(
                () -> EmbeddedOpenSearch.start(EmbeddedOpenSearch.Options.in(data.resolve("opensearch"))));
        EmbeddedPostgres postgres = null;
        try {
            postgres = EmbeddedPostgres.start(options(data));
            prepare(postgres, secrets);
            return new Installation(data, secrets, postgres, search.join());
        } catch (RuntimeException e) {
            RuntimeException failure =
                    e instanceof CompletionException && e.getCause() instanceof RuntimeException cause ? cause : e;
            if (postgres != null) {
                closeAfter(failure, postgres);
            }
            try {
                closeAfter(failure, search.join());
            } catch (CompletionException alsoNotUp) {
                // said already, or less telling than what is
            }
            throw failure;
        }
    }

    /** Old segments of the write-ahead log go, whoever starts it: used again they would keep pages of what is erased. */
    private static EmbeddedPostgres.Options options(Path data) {
        return EmbeddedPostgres.Options.in(data.resolve("postgres")).withSetting("wal_recycle", "off");
    }

    /**
     * The PostgreSQL of an installation alone, for who works on its data while nothing serves.
     *
     * @param postgres to be closed by whoever started it
     * @param properties where it is and what the keys are, as of {@link Installation#properties}
     */
    public record Database(EmbeddedPostgres postgres, Map<String, Object> properties) implements AutoCloseable {

        @Override
        public void close() {
            postgres.close();
        }
    }

    /**
     * Starts PostgreSQL and nothing else.
     *
     * @throws dev.hindsight.ops.embedded.EmbeddedServerException when it does not come up, or somebody else runs it
     */
    public static Database startDatabase(Path data) {
        try {
            Files.createDirectories(data);
            Files.setPosixFilePermissions(
                    Files.createDirectories(data.resolve(KEYS)), PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Secrets secrets = Secrets.of(data);
        EmbeddedPostgres postgres = EmbeddedPostgres.start(options(data));
        try {
            prepare(postgres, secrets);
        } catch (RuntimeException e) {
            closeAfter(e, postgres);
            throw e;
        }
        return new Database(postgres, properties(data, secrets, postgres.url(DATABASE)));
    }

    /** Where the database of an installation is that runs at this moment, whoever started it; empty where none does. */
    public static Optional<Map<String, Object>> running(Path data) {
        OptionalInt port = EmbeddedPostgres.runningIn(data.resolve("postgres"));
        return port.isEmpty()
                ? Optional.empty()
                : Optional.of(properties(
                        data, Secrets.of(data), "jdbc:postgresql://127.0.0.1:" + port.getAsInt() + "/" + DATABASE));
    }

    private static void closeAfter(RuntimeException failure, AutoCloseable server) {
        try {
            server.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private static void prepare(EmbeddedPostgres postgres, Secrets secrets) {
        postgres.createDatabaseIfAbsent(DATABASE);
        try (Connection connection = postgres.dataSource(DATABASE).getConnection();
                Statement statement = connection.createStatement()) {
            role(statement, OWNER, secrets.get(OWNER));
            role(statement, APPLICATION, secrets.get(APPLICATION));
            statement.execute("ALTER DATABASE " + DATABASE + " OWNER TO " + OWNER);
            statement.execute("REVOKE ALL ON DATABASE " + DATABASE + " FROM PUBLIC");
            statement.execute("GRANT CONNECT ON DATABASE " + DATABASE + " TO " + APPLICATION);
            statement.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
            // so that what was erased leaves the write-ahead log, too
            statement.execute("GRANT pg_checkpoint TO " + OWNER);
            statement.execute("GRANT EXECUTE ON FUNCTION pg_switch_wal() TO " + OWNER);
        } catch (SQLException e) {
            throw new IllegalStateException("The database of the installation could not be prepared", e);
        }
    }

    /** DDL takes no parameters; names are constants and the password is base64url of our own making. */
    private static void role(Statement statement, String name, String password) throws SQLException {
        statement.execute("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" + name
                + "') THEN CREATE ROLE " + name + " LOGIN; END IF; END $$");
        statement.execute("ALTER ROLE " + name + " LOGIN PASSWORD '" + password + "'");
    }

    /** Where the application finds the servers, as configuration properties. */
    public Map<String, Object> properties() {
        Map<String, Object> properties = properties(data, secrets, postgres.url(DATABASE));
        properties.put("hindsight.opensearch.uri", search.uri().toString());
        return properties;
    }

    private static Map<String, Object> properties(Path data, Secrets secrets, String url) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("hindsight.data", data.toString());
        properties.put("hindsight.database.url", url);
        properties.put("hindsight.database.username", APPLICATION);
        properties.put("hindsight.database.password", secrets.get(APPLICATION));
        properties.put("hindsight.database.owner-username", OWNER);
        properties.put("hindsight.database.owner-password", secrets.get(OWNER));
        properties.put(
                "hindsight.keys.master-key-file",
                data.resolve(KEYS).resolve("master.key").toString());
        properties.put("hindsight.keys.create-master-key", "true");
        return properties;
    }

    public EmbeddedPostgres postgres() {
        return postgres;
    }

    public EmbeddedOpenSearch search() {
        return search;
    }

    public URI searchUri() {
        return search.uri();
    }

    @Override
    public void close() {
        @Nullable RuntimeException failure = null;
        try {
            search.close();
        } catch (RuntimeException e) {
            failure = e;
        }
        postgres.close();
        if (failure != null) {
            throw failure;
        }
    }
}
