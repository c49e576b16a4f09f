package dev.hindsight.ops.cli;

import dev.hindsight.ops.attachments.AttachmentConfiguration;
import dev.hindsight.ops.attachments.StoredContents;
import dev.hindsight.ops.embedded.EmbeddedServerException;
import dev.hindsight.ops.installation.Installation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * An installation's configuration and database for commands that work on them without a server: those that
 * {@code HINDSIGHT_DATABASE_URL} names, else the embedded ones under a folder, running or started for this.
 */
final class Site implements AutoCloseable {

    private final ConfigurableApplicationContext context;
    private final Installation.@Nullable Database started;

    private Site(Map<String, Object> properties, Installation.@Nullable Database started) {
        this.started = started;
        this.context = new SpringApplicationBuilder(NoBeans.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .properties(Map.of("logging.level.dev.hindsight", "warn"))
                .initializers(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("site", properties)))
                .run();
    }

    /** Configuration is read, nothing is made of it. */
    static final class NoBeans {}

    /** Configuration alone, for what needs no installation. */
    static Site withoutDatabase(Path data) {
        return new Site(Map.of("hindsight.data", data.toString()), null);
    }

    /**
     * @param start whether to start an embedded database that does not run
     * @throws CommandFailure where it does not run and is not to be started, or does not come up
     */
    static Site of(Path data, boolean start) {
        if (System.getenv("HINDSIGHT_DATABASE_URL") != null) {
            return withoutDatabase(data);
        }
        Optional<Map<String, Object>> running = Installation.running(data);
        if (running.isPresent()) {
            return new Site(new HashMap<>(running.get()), null);
        }
        if (!start) {
            throw new CommandFailure(
                    "No installation runs under " + data + ": start it, or say where it is with --data.");
        }
        return started(data);
    }

    /** As {@link #of} with an embedded database that nobody else runs. */
    static Site alone(Path data) {
        if (System.getenv("HINDSIGHT_DATABASE_URL") != null) {
            return withoutDatabase(data);
        }
        if (Installation.running(data).isPresent()) {
            throw new CommandFailure("An installation runs under " + data + ": give another --data folder.");
        }
        return started(data);
    }

    private static Site started(Path data) {
        try {
            Installation.Database database = Installation.startDatabase(data);
            return new Site(new HashMap<>(database.properties()), database);
        } catch (EmbeddedServerException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    ConfigurableEnvironment environment() {
        return context.getEnvironment();
    }

    /** As the application's role, or whichever is configured. */
    PGSimpleDataSource database() {
        return database("hindsight.database.username", "hindsight.database.password");
    }

    /** As the role that owns the schemas. */
    PGSimpleDataSource owner() {
        return environment()
                        .getProperty("hindsight.database.owner-username", "")
                        .isEmpty()
                ? database()
                : database("hindsight.database.owner-username", "hindsight.database.owner-password");
    }

    /** The role that the application works under. */
    String applicationRole() {
        return environment().getRequiredProperty("hindsight.database.username");
    }

    private PGSimpleDataSource database(String username, String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(environment().getRequiredProperty("hindsight.database.url"));
        source.setUser(environment().getRequiredProperty(username));
        source.setPassword(environment().getRequiredProperty(password));
        source.setTcpKeepAlive(true);
        source.setApplicationName("hindsight");
        return source;
    }

    StoredContents contents() throws IOException {
        return AttachmentConfiguration.contents(
                environment(), Path.of(environment().getRequiredProperty("hindsight.attachments.folder")));
    }

    @Override
    public void close() {
        context.close();
        if (started != null) {
            started.close();
        }
    }
}
