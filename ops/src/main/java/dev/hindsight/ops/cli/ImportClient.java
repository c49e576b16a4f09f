package dev.hindsight.ops.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to a running server about imports; every failure is a {@link CommandFailure} that says what to do. */
final class ImportClient implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration ANSWER = Duration.ofMinutes(10);

    private final URI server;
    private final String token;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    ImportClient(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    /** Sends both files, never held in memory as a whole; answers the job. */
    JsonNode start(Path file, Path mapping) throws InterruptedException {
        String boundary = "hindsight-" + UUID.randomUUID();
        try {
            BodyPublisher body = BodyPublishers.concat(
                    BodyPublishers.ofString(part(boundary, "mapping", mapping)),
                    BodyPublishers.ofFile(mapping),
                    BodyPublishers.ofString("\r\n" + part(boundary, "file", file)),
                    BodyPublishers.ofFile(file),
                    BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
            return send(request("/ops/v1/imports")
                    .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                    .POST(body));
        } catch (FileNotFoundException e) {
            throw new CommandFailure("Can't read the file: " + e.getMessage());
        }
    }

    JsonNode read(String importId) throws InterruptedException {
        return send(request("/ops/v1/imports/" + importId).GET());
    }

    private static String part(String boundary, String name, Path file) {
        String shown = String.valueOf(file.getFileName()).replaceAll("[\"\\r\\n\\\\]", "_");
        return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + shown
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path))
                .timeout(ANSWER)
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + token);
    }

    private JsonNode send(HttpRequest.Builder request) throws InterruptedException {
        HttpResponse<String> response;
        try {
            response = http.send(request.build(), BodyHandlers.ofString());
        } catch (ConnectException e) {
            throw new CommandFailure("No server answers at " + server
                    + ". Start one (./hindsight serve), or set HINDSIGHT_URL to where it runs.");
        } catch (IOException e) {
            throw new CommandFailure("The connection to " + server + " broke: " + e.getMessage()
                    + ". Run the import again: what is in stays in.");
        }
        return switch (response.statusCode()) {
            case 200, 202 -> json(response.body());
            case 401 ->
                throw new CommandFailure(
                        "The server at " + server
                                + " does not accept the token. Set HINDSIGHT_TOKEN to an operator's, or --data to its installation.");
            case 403 -> throw new CommandFailure("Only operators import: the token's roles do not allow it.");
            default -> throw new CommandFailure(refusal(response));
        };
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
