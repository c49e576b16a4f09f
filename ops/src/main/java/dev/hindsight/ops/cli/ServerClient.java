package dev.hindsight.ops.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to a running server; every failure is a {@link CommandFailure} that says what to do. */
final class ServerClient implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration ANSWER = Duration.ofMinutes(10);

    private final URI server;
    private final String token;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    ServerClient(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    /** A part of a path that somebody typed. */
    static String segment(String typed) {
        return UriUtils.encodePathSegment(typed, StandardCharsets.UTF_8);
    }

    JsonNode get(String path) throws InterruptedException {
        return send(request(path).GET());
    }

    /** @param body JSON, null for none */
    JsonNode post(String path, @Nullable JsonNode body) throws InterruptedException {
        return send(
                body == null
                        ? request(path).POST(BodyPublishers.noBody())
                        : request(path)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body.toString())));
    }

    /** Any method with a JSON body. */
    JsonNode call(String method, String path, JsonNode body) throws InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body.toString())));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path))
                .timeout(ANSWER)
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + token);
    }

    /**
     * Fetches what a path holds into a file that its owner alone may read. Where that fails, the target is as it was and
     * nothing is left of what had come.
     *
     * @param type that is accepted
     * @param target is replaced
     */
    void download(String path, String type, Path target) throws InterruptedException {
        try {
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                throw new CommandFailure(target + " is no file: name one with --out.");
            }
            Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent());
            Path coming = Files.createTempFile(folder, ".hindsight-", ".part"); // its owner's alone
            try {
                download(path, type, coming, target);
            } finally {
                Files.deleteIfExists(coming);
            }
        } catch (IOException e) {
            throw new CommandFailure(target + " can't be written: " + e);
        }
    }

    private void download(String path, String type, Path coming, Path target) throws IOException, InterruptedException {
        coming.toFile().deleteOnExit();
        HttpResponse<Path> response = exchange(
                request(path).setHeader("Accept", type).GET(),
                info -> info.statusCode() == 200
                        ? BodySubscribers.ofFile(coming, StandardOpenOption.WRITE)
                        : BodySubscribers.replacing(coming));
        if (response.statusCode() != 200) {
            get(path); // says why
            throw new CommandFailure("HTTP " + response.statusCode() + " instead of the file. Try it again.");
        }
        Files.move(coming, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Hands over each line of JSON as it comes. */
    void lines(String path, Consumer<String> each) throws InterruptedException {
        HttpResponse<Stream<String>> response = exchange(
                request(path)
                        .setHeader("Accept", "application/x-ndjson, application/problem+json")
                        .GET(),
                BodyHandlers.ofLines());
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() == 200) {
                lines.forEach(each);
                return;
            }
        } catch (UncheckedIOException e) {
            throw new CommandFailure("The connection to " + server + " broke: " + e.getMessage() + ". Try it again.");
        }
        get(path); // says why
        throw new CommandFailure("HTTP " + response.statusCode() + " instead of lines. Try it again.");
    }

    JsonNode send(HttpRequest.Builder request) throws InterruptedException {
        HttpResponse<String> response = exchange(request, BodyHandlers.ofString());
        return switch (response.statusCode()) {
            case 200, 201, 202 -> json(response.body());
            case 204 -> JSON.missingNode();
            case 401 ->
                throw new CommandFailure("The server at " + server
                        + " does not accept the token. Set HINDSIGHT_TOKEN to another, or --data to its installation.");
            case 403 -> throw new CommandFailure("The token's roles do not allow it. " + refusal(response));
            default -> throw new CommandFailure(refusal(response));
        };
    }

    private <T> HttpResponse<T> exchange(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body)
            throws InterruptedException {
        try {
            return http.send(request.build(), body);
        } catch (ConnectException e) {
            throw new CommandFailure("No server answers at " + server
                    + ". Start one (./hindsight serve), or set HINDSIGHT_URL to where it runs.");
        } catch (IOException e) {
            throw new CommandFailure("The connection to " + server + " broke: " + e.getMessage()
                    + ". Try it again: what is done stays done.");
        }
    }

    private static String refusal(HttpResponse<String> response) {
        try {
            JsonNode problem = JSON.readTree(response.body());
            return problem.path("code").asString("HTTP " + response.statusCode()) + ": "
                    + problem.path("detail").asString("the server says no more");
        } catch (JacksonException noProblem) {
            return "HTTP " + response.statusCode() + ": is this the address of a Hindsight server?";
        }
    }

    private JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            throw new CommandFailure(server + " does not answer like a Hindsight server.");
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
