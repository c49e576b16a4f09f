package dev.hindsight.ops.cli;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Talks to a running server about imports; every failure is a {@link CommandFailure} that says what to do. */
final class ImportClient implements AutoCloseable {

    private final ServerClient server;

    ImportClient(ServerClient server) {
        this.server = server;
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
            return server.send(server.request("/ops/v1/imports")
                    .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                    .POST(body));
        } catch (FileNotFoundException e) {
            throw new CommandFailure("Can't read the file: " + e.getMessage());
        }
    }

    JsonNode read(String importId) throws InterruptedException {
        return server.get("/ops/v1/imports/" + importId);
    }

    private static String part(String boundary, String name, Path file) {
        String shown = String.valueOf(file.getFileName()).replaceAll("[\"\\r\\n\\\\]", "_");
        return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + shown
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    }

    @Override
    public void close() {
        server.close();
    }
}
