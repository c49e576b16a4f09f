package dev.hindsight.ops.cli;

import dev.hindsight.ops.HindsightApplication;
import dev.hindsight.ops.embedded.EmbeddedServerException;
import dev.hindsight.ops.installation.Installation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Runs the application until it is told to end (SIGTERM, Ctrl-C), then stops it and the servers it started. Uses the
 * PostgreSQL that {@code HINDSIGHT_DATABASE_URL} names, else an embedded installation under {@code --data}.
 */
@SuppressWarnings("NullAway.Init") // picocli sets the options
abstract class RunCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOption data;

    @Override
    public Integer call() throws InterruptedException {
        if (!development() && environment("HINDSIGHT_ISSUER") == null) {
            throw new CommandFailure(
                    "Who issues your tokens? Set HINDSIGHT_ISSUER to your OpenID provider, or use --dev for own tokens.");
        }
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("hindsight.data", data.directory().toString());
        properties.put("hindsight.dev", development());
        if (development() && environment("SERVER_ADDRESS") == null) {
            properties.put("server.address", "127.0.0.1");
        }
        refuseTakenPort();
        say("Starting under " + data.directory() + " ...");
        long started = System.nanoTime();
        Installation installation = environment("HINDSIGHT_DATABASE_URL") == null ? startServers() : null;
        if (installation != null) {
            properties.putAll(installation.properties());
        }
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        ConfigurableApplicationContext application = null;
        try {
            Thread hook = new Thread(
                    () -> {
                        ended.countDown();
                        awaitQuietly(stopped);
                    },
                    "shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
            application = HindsightApplication.start(properties);
            int port = application.getEnvironment().getProperty("local.server.port", Integer.class, 8080);
            say("Ready after %.1f s at http://localhost:%d".formatted((System.nanoTime() - started) / 1e9, port));
            if (ready(application, port)) {
                ended.await();
            }
        } finally {
            if (application != null) {
                application.close();
            }
            if (installation != null) {
                installation.close();
            }
            stopped.countDown();
        }
        return CommandLine.ExitCode.OK;
    }

    /** Whether own tokens are accepted. */
    abstract boolean development();

    /**
     * The application answers; what is left to do or to say.
     *
     * @return whether it goes on until it is told to end
     */
    abstract boolean ready(ConfigurableApplicationContext application, int port) throws InterruptedException;

    final CommandSpec spec() {
        return spec;
    }

    final DataOption data() {
        return data;
    }

    final void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    /**
     * Says in one sentence, before anything is started, that the port is taken. A port or address set in another way
     * than by environment is the web server's to judge.
     */
    private static void refuseTakenPort() {
        if (System.getProperty("server.port") != null) {
            return;
        }
        String given = environment("SERVER_PORT");
        String address = environment("SERVER_ADDRESS");
        try (ServerSocket probe = new ServerSocket()) {
            int port = given == null ? 8080 : Integer.parseInt(given.strip());
            probe.setReuseAddress(true); // connections that have just ended do not hold it
            probe.bind(
                    address == null
                            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                            : new InetSocketAddress(address, port));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("SERVER_PORT is no port: " + given);
        } catch (IOException e) {
            throw new CommandFailure("Port %s can't be listened on (%s): end what listens there, or set SERVER_PORT."
                    .formatted(given == null ? "8080" : given, e.getMessage()));
        }
    }

    private Installation startServers() {
        try {
            return Installation.start(data.directory());
        } catch (EmbeddedServerException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String environment(String name) {
        String value = System.getenv(name);
        return value == null || value.isBlank() ? null : value;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
