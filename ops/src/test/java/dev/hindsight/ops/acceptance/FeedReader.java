package dev.hindsight.ops.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A live reader of the feed, as a browser's EventSource is one: remembers the last id, tells what came. */
final class FeedReader implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpResponse<InputStream> answer;
    private final Thread thread;
    private final List<JsonNode> lines = new CopyOnWriteArrayList<>();
    private final List<String> comments = new CopyOnWriteArrayList<>();
    private volatile String lastId = "";
    private volatile boolean ended;

    private FeedReader(HttpResponse<InputStream> answer) {
        this.answer = answer;
        this.thread = Thread.ofVirtual().start(this::read);
    }

    /** @param lastEventId null for none */
    static FeedReader open(RunningApplication app, String token, String query, @Nullable String lastEventId) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(app.url("/api/v1/feed" + query)))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + token)
                .header("Accept", "text/event-stream");
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        try {
            HttpClient http = HttpClient.newHttpClient();
            return new FeedReader(http.send(request.build(), BodyHandlers.ofInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int status() {
        return answer.statusCode();
    }

    HttpResponse<?> answer() {
        return answer;
    }

    List<JsonNode> lines() {
        return List.copyOf(lines);
    }

    List<Long> positions() {
        return lines.stream().map(line -> line.path("position").asLong()).toList();
    }

    List<String> comments() {
        return List.copyOf(comments);
    }

    String lastId() {
        return lastId;
    }

    /** Whether the server ended it, as answers end. */
    boolean ended() {
        return ended;
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String line = in.readLine();
            while (line != null) {
                if (line.startsWith("data: ")) {
                    lines.add(JSON.readTree(line.substring("data: ".length())));
                } else if (line.startsWith("id: ")) {
                    lastId = line.substring("id: ".length());
                } else if (line.startsWith(":")) {
                    comments.add(line);
                }
                line = in.readLine();
            }
            ended = true;
        } catch (IOException closed) {
            comments.add("closed");
        }
    }

    @Override
    public void close() {
        try {
            answer.body().close();
            thread.join(Duration.ofSeconds(5));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
