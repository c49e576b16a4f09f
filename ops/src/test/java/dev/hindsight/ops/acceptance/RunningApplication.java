package dev.hindsight.ops.acceptance;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.HindsightApplication;
import dev.hindsight.ops.installation.Installation;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An installation with the application on a free port, and a client that knows its tokens. */
public final class RunningApplication implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static @Nullable RunningApplication shared;

    private final Path data;
    private final boolean temporary;
    private final Installation installation;
    private final ConfigurableApplicationContext context;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final Map<String, String> tokens = new ConcurrentHashMap<>();
    private final int port;

    /** One answer of the server. */
    public record Answer(int status, JsonNode body, HttpResponse<String> raw) {
        public String code() {
            return body.path("code").asString("");
        }

        public @Nullable String header(String name) {
            return raw.headers().firstValue(name).orElse(null);
        }

        public String etag() {
            return raw.headers().firstValue("ETag").orElse("");
        }

        public String id() {
            return body.path("id").asString("");
        }

        public long position() {
            return body.path("position").asLong(-1);
        }
    }

    private RunningApplication(Path data, boolean temporary, Map<String, Object> more) {
        this.data = data;
        this.temporary = temporary;
        this.installation = Installation.start(data);
        Map<String, Object> properties = new HashMap<>(installation.properties());
        properties.put("hindsight.dev", true);
        properties.put("server.port", 0);
        properties.put("server.address", "127.0.0.1");
        properties.putAll(more);
        this.context = HindsightApplication.start(properties);
        this.port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /** Of one's own, in a folder of one's own. */
    public static RunningApplication in(Path data) {
        return in(data, Map.of());
    }

    /** The same with other properties. */
    public static RunningApplication in(Path data, Map<String, Object> properties) {
        return new RunningApplication(data, false, properties);
    }

    /** The same in a folder that goes when it is closed. */
    public static RunningApplication temporary(Map<String, Object> properties) {
        try {
            return new RunningApplication(Files.createTempDirectory("hindsight-acceptance"), true, properties);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One for all tests of this JVM that do not stop its servers. */
    public static synchronized RunningApplication shared() {
        if (shared == null) {
            RunningApplication started = temporary(Map.of());
            Runtime.getRuntime().addShutdownHook(new Thread(started::close));
            shared = started;
        }
        return shared;
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    public Installation installation() {
        return installation;
    }

    public Path data() {
        return data;
    }

    public String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    /** What a read must include to show what this answer told; an event store that tells no positions is all asked for. */
    public long after(Answer answer) {
        return answer.position() > 0
                ? answer.position()
                : as(Role.OPERATOR, "olga@example.org")
                        .get("/ops/v1/projections")
                        .body()
                        .path("items")
                        .path(0)
                        .path("head")
                        .asLong();
    }

    /** Somebody's way to call: role and user name, a verified address where it holds an at sign. */
    public Person as(Role role, String user) {
        return withToken(tokens.computeIfAbsent(
                role + "/" + user,
                key -> DevelopmentIssuer.of(data)
                        .issue(EnumSet.of(role), user, null, Instant.now(), Duration.ofHours(1))));
    }

    public Person withToken(String token) {
        return new Person(http, () -> url(""), token);
    }

    /** One caller. */
    public static final class Person {
        private final HttpClient http;
        private final Supplier<String> url;
        private final String token;

        /** @param url where the server is, asked for each call */
        Person(HttpClient http, Supplier<String> url, String token) {
            this.http = http;
            this.url = url;
            this.token = token;
        }

        public String token() {
            return token;
        }

        public Answer get(String path) {
            return send("GET", path, null, Map.of());
        }

        public Answer post(String path, @Nullable String body, String... headers) {
            return send("POST", path, body, pairs(headers));
        }

        public Answer put(String path, @Nullable String body, String... headers) {
            return send("PUT", path, body, pairs(headers));
        }

        public Answer patch(String path, @Nullable String body, String... headers) {
            return send("PATCH", path, body, pairs(headers));
        }

        public Answer delete(String path, String... headers) {
            return send("DELETE", path, null, pairs(headers));
        }

        /** Any method. */
        public Answer call(String method, String path, @Nullable String body, String... headers) {
            return send(method, path, body, pairs(headers));
        }

        private Answer send(String method, String path, @Nullable String body, Map<String, String> headers) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url.get() + path))
                    .timeout(Duration.ofSeconds(60))
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(body));
            if (!token.isEmpty()) {
                request.header("Authorization", "Bearer " + token);
            }
            if (body != null) {
                request.header("Content-Type", "application/json");
            }
            headers.forEach(request::setHeader);
            try {
                HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
                String text = response.body();
                boolean json = response.headers()
                        .firstValue("Content-Type")
                        .map(type -> type.contains("json") && !type.contains("ndjson"))
                        .orElse(false);
                return new Answer(
                        response.statusCode(),
                        json && !text.isEmpty() ? JSON.readTree(text) : JSON.createObjectNode(),
                        response);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        private Map<String, String> pairs(String[] headers) {
            Map<String, String> map = new HashMap<>();
            for (int i = 0; i < headers.length; i += 2) {
                map.put(headers[i], headers[i + 1]);
            }
            return map;
        }
    }

    @Override
    public void close() {
        try {
            context.close();
        } finally {
            installation.close();
            if (temporary) {
                FileSystemUtils.deleteRecursively(data.toFile());
            }
        }
    }
}
