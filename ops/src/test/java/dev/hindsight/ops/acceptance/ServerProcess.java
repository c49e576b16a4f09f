package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.ops.cli.Hindsight;
import dev.hindsight.ops.installation.Installation;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/** A server in a process of its own, with everything embedded, to be killed. */
public final class ServerProcess implements AutoCloseable {

    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts {@code serve --dev} and waits until it is ready.
     *
     * @param maxHeap such as {@code 512m}
     * @param environment what is set beside the port
     */
    public static ServerProcess start(Path data, String maxHeap, Map<String, String> environment) throws IOException {
        return start(data, maxHeap, environment, "serve", "--dev");
    }

    /** The environment of a node that uses servers which the test holds. */
    static Map<String, String> on(Installation installation) {
        Map<String, Object> properties = installation.properties();
        return Map.of(
                "SPRING_APPLICATION_JSON",
                JsonMapper.shared().writeValueAsString(properties),
                "HINDSIGHT_DATABASE_URL",
                String.valueOf(properties.get("hindsight.database.url")));
    }

    /** The same with another command that serves. */
    static ServerProcess start(Path data, String maxHeap, Map<String, String> environment, String... arguments)
            throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + maxHeap,
                "-XX:+UseG1GC",
                "-XX:TieredStopAtLevel=1", // most of its life it starts
                "--enable-native-access=ALL-UNNAMED",
                "-Dhindsight.search-node.home=" + System.getProperty("hindsight.search-node.home"),
                "-cp",
                System.getProperty("java.class.path"),
                Hindsight.class.getName()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", data.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.environment().put("SERVER_PORT", Integer.toString(port));
        Path log = Files.createTempFile("hindsight-serve", ".log");
        log.toFile().deleteOnExit();
        ServerProcess server = new ServerProcess(
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start(), port);
        try {
            server.awaitReady();
        } catch (AssertionError | RuntimeException e) {
            server.process.destroyForcibly();
            throw e;
        }
        return server;
    }

    private void awaitReady() {
        try (HttpClient http = HttpClient.newHttpClient()) {
            Journey.eventually(Duration.ofMinutes(3), () -> {
                assertThat(process.isAlive()).as("the server runs").isTrue();
                try {
                    return http.send(
                                            HttpRequest.newBuilder(URI.create(url() + "/actuator/health/readiness"))
                                                    .build(),
                                            HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200;
                } catch (IOException e) {
                    return false; // not yet listening
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    public int port() {
        return port;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** As {@code kill -9} does; returns when it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("killed").isTrue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
