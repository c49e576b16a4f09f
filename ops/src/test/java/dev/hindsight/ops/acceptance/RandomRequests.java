package dev.hindsight.ops.acceptance;

import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests that the contract describes, and such as it does not: mostly right ones with one thing or several wrong, so
 * that they come far. The same seed asks the same, as far as the server answers the same. Not for several threads; what
 * is {@link Known} is shared.
 */
final class RandomRequests {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
    private static final List<String> ANY_METHOD =
            List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> NASTY = List.of(
            "",
            " ",
            "null",
            "0",
            "-1",
            "9223372036854775808",
            "1e400",
            "NaN",
            "true",
            "me",
            "none",
            "*",
            "'; DROP TABLE log.event; --",
            "\" OR 1=1",
            "<script>alert(1)</script>",
            "../../etc/passwd",
            "${jndi:ldap://127.0.0.1/x}",
            "\u0000",
            "a\u0000b",
            "\uD800",
            "\uDBFF\uDBFF",
            "\u202E\u2066txt",
            "\uD83D\uDE80\uD83D\uDC69\u200D\uD83D\uDE80",
            "İıſßẞ",
            "\uFEFFbom",
            "line\nbreak\r\n",
            "status:open AND (((",
            "a:b:c:\"",
            "-",
            "\\",
            "%",
            "_%",
            "2026-13-45T99:99:99Z",
            "-999999999-01-01T00:00:00Z",
            "+999999999-12-31T23:59:59Z",
            "1970-01-01",
            "00000000-0000-0000-0000-000000000000",
            "HD-0",
            "HD-99999999999999999999",
            "hd-1");

    private final List<Operation> operations;
    private final JsonNode contract;
    private final Known known;
    private final Random random;
    private final List<Supplier<String>> tokens;

    /**
     * A call of the contract.
     *
     * @param body the schema of its JSON
     * @param files whether it takes files instead
     */
    record Operation(
            String method,
            String path,
            List<JsonNode> parameters,
            @Nullable JsonNode body,
            boolean files) {}

    /** One request; header values and address are fit to be sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Request(String method, String address, String token, Map<String, String> headers, byte @Nullable [] body) {
        @Override
        public String toString() {
            String text = body == null ? "" : new String(body, StandardCharsets.UTF_8);
            return method + " " + address + " " + headers + " " + text.substring(0, Math.min(400, text.length()));
        }
    }

    /** What answers told: ids, versions, cursors. */
    static final class Known {
        final List<String> tickets = new CopyOnWriteArrayList<>();
        final List<String> etags = new CopyOnWriteArrayList<>(List.of("\"1\""));
        final List<String> cursors = new CopyOnWriteArrayList<>();
        final List<String> attachments = new CopyOnWriteArrayList<>();
        final List<String> people = new CopyOnWriteArrayList<>(List.of("me"));
        final List<String> keys = new CopyOnWriteArrayList<>(List.of("first-key"));

        void learn(JsonNode answer, @Nullable String etag) {
            keep(etags, etag, 50);
            keep(cursors, answer.path("nextCursor").asString(null), 50);
            if (answer.has("number")) {
                keep(tickets, answer.path("id").asString(null), 40);
            }
            answer.path("attachments")
                    .values()
                    .forEach(file -> keep(attachments, file.path("id").asString(null), 40));
            keep(people, answer.path("requester").path("id").asString(null), 20);
        }

        private static void keep(List<String> values, @Nullable String value, int most) {
            if (value != null && !value.isEmpty() && !values.contains(value)) {
                if (values.size() >= most) {
                    values.removeFirst();
                }
                values.add(value);
            }
        }
    }

    /** @param tokens good ones and bad ones */
    RandomRequests(JsonNode contract, Known known, long seed, List<Supplier<String>> tokens) {
        this.contract = contract;
        this.known = known;
        this.random = new Random(seed);
        this.tokens = tokens;
        this.operations = operations();
    }

    List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        contract.path("paths").properties().forEach(path -> {
            List<JsonNode> shared = resolved(path.getValue().path("parameters"));
            path.getValue().properties().forEach(call -> {
                if (METHODS.contains(call.getKey())) {
                    List<JsonNode> parameters = new ArrayList<>(shared);
                    parameters.addAll(resolved(call.getValue().path("parameters")));
                    JsonNode content = call.getValue().path("requestBody").path("content");
                    JsonNode body = content.path("application/json").path("schema");
                    all.add(new Operation(
                            call.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            parameters,
                            body.isMissingNode() ? null : body,
                            content.has("multipart/form-data")));
                }
            });
        });
        return all;
    }

    private List<JsonNode> resolved(JsonNode list) {
        return list.values().stream().map(this::resolve).toList();
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref")
                ? resolve(contract.at(node.path("$ref").asString().substring(1)))
                : node;
    }

    Request next() {
        Operation operation = one(operations);
        // What writes tickets matters most.
        if (random.nextInt(3) == 0) {
            operation = one(operations.stream()
                    .filter(o -> !o.method().equals("GET") && o.path().startsWith("/api/v1/tickets"))
                    .toList());
        }
        boolean wrong = random.nextInt(3) > 0;
        String address = operation.path();
        StringBuilder query = new StringBuilder();
        Map<String, String> headers = new LinkedHashMap<>();
        for (JsonNode parameter : operation.parameters()) {
            String name = parameter.path("name").asString();
            boolean needed = parameter.path("required").asBoolean(false);
            String value = parameterValue(name, parameter.path("schema"), wrong && rarely());
            switch (parameter.path("in").asString()) {
                case "path" -> address = address.replace("{" + name + "}", pathPart(value));
                case "query" -> {
                    if (needed ? !rarely() : random.nextInt(4) == 0) {
                        query.append(query.isEmpty() ? '?' : '&')
                                .append(name)
                                .append('=')
                                .append(encoded(value));
                    }
                }
                default -> {
                    if (random.nextInt(3) > 0) {
                        headers.put(name, headerText(value));
                    }
                }
            }
        }
        if (wrong && rarely()) {
            query.append(query.isEmpty() ? '?' : '&')
                    .append(encoded(nasty()))
                    .append('=')
                    .append(encoded(nasty()));
        }
        String method = wrong && rarely() ? one(ANY_METHOD) : operation.method();
        byte[] body =
                operation.files() ? files(wrong) : operation.body() == null ? null : body(operation.body(), wrong);
        if (wrong && rarely()) {
            body = nasty().getBytes(StandardCharsets.UTF_8);
        }
        if (body != null) {
            headers.put(
                    "Content-Type",
                    wrong && rarely()
                            ? one(List.of(
                                    "text/plain",
                                    "application/xml",
                                    "application/json;charset=utf-16",
                                    "application/json;charset=nonsense",
                                    "multipart/form-data",
                                    MultipartFiles.TYPE,
                                    "application/merge-patch+json",
                                    "nonsense",
                                    "*/*"))
                            : operation.files() ? MultipartFiles.TYPE : "application/json");
        }
        if (wrong && rarely()) {
            headers.put(
                    "Accept",
                    one(List.of("application/json", "text/html", "image/png", "nonsense", "*/*;q=0", "a/b;q=x")));
        }
        if (wrong && rarely()) {
            headers.put("X-Request-Id", headerText(nasty()));
            headers.put("X-Correlation-Id", headerText(nasty()));
            headers.put("If-None-Match", headerText(nasty()));
            headers.put("Range", "bytes=" + random.nextInt() + "-");
        }
        return new Request(method, address + query, one(tokens).get(), headers, body);
    }

    private String parameterValue(String name, JsonNode schema, boolean wrong) {
        if (wrong) {
            return nasty();
        }
        return switch (name) {
            case "id", "otherId" -> known.tickets.isEmpty() ? UUID.randomUUID().toString() : one(known.tickets);
            case "attachmentId" -> file();
            case "person", "assignee", "requester" -> one(known.people);
            case "cursor" -> known.cursors.isEmpty() ? "none" : edited(one(known.cursors));
            case "If-Match" -> random.nextInt(3) == 0 ? "*" : one(known.etags);
            case "Idempotency-Key" -> {
                String key = random.nextInt(4) == 0
                        ? one(known.keys)
                        : UUID.randomUUID().toString();
                Known.keep(known.keys, key, 20);
                yield key;
            }
            case "minPosition", "after" -> Integer.toString(random.nextInt(50));
            case "sort" -> one(List.of("createdAt", "-updatedAt", "number", "-priority", "status", "nothing"));
            case "status" -> one(List.of("NEW", "OPEN", "PENDING,ON_HOLD", "RESOLVED", "open"));
            case "queue", "category", "field", "tag" -> one(List.of("hardware", "software", "vip", "none"));
            case "q", "text" -> one(List.of("printer", "status:open", "\"paper jam\" -tag:vip", "tag:", "zz*"));
            case "limit" -> Integer.toString(1 + random.nextInt(50));
            default -> {
                JsonNode value = value(schema, name, 0);
                yield value.isString() ? value.asString() : value.toString();
            }
        };
    }

    /** What fits the schema. */
    private JsonNode value(JsonNode given, String name, int depth) {
        JsonNode schema = resolve(given);
        if (schema.has("enum")) {
            return one(List.copyOf(schema.path("enum").values()));
        } else if (schema.has("oneOf")) {
            return value(one(List.copyOf(schema.path("oneOf").values())), name, depth + 1);
        }
        String type = schema.path("type").isArray()
                ? one(schema.path("type").values().stream()
                        .map(JsonNode::asString)
                        .toList())
                : schema.path("type").asString("string");
        return switch (type) {
            case "object" -> {
                var object = JSON.createObjectNode();
                schema.path("properties").properties().forEach(property -> {
                    boolean needed = schema.path("required").values().stream()
                            .anyMatch(required -> required.asString().equals(property.getKey()));
                    if (needed || random.nextInt(3) == 0) {
                        object.set(property.getKey(), value(property.getValue(), property.getKey(), depth + 1));
                    }
                });
                yield object;
            }
            case "array" -> {
                var array = JSON.createArrayNode();
                for (int i = random.nextInt(3); i > 0 && schema.has("items"); i--) {
                    array.add(value(schema.path("items"), name, depth + 1));
                }
                yield array;
            }
            case "integer", "number" -> JSON.getNodeFactory().numberNode(1 + random.nextInt(3));
            case "boolean" -> JSON.getNodeFactory().booleanNode(random.nextBoolean());
            case "null" -> JSON.getNodeFactory().nullNode();
            default -> JSON.getNodeFactory().stringNode(text(schema, name));
        };
    }

    private String text(JsonNode schema, String name) {
        if (schema.path("format").asString("").equals("email")) {
            return one(List.of("lee@example.org", "kim@example.org", "Max@Example.org"));
        } else if (name.equals("attachmentIds")) {
            return file();
        } else if (schema.path("format").asString("").equals("uuid")) {
            return UUID.randomUUID().toString();
        } else if (schema.path("format").asString("").equals("date-time")) {
            return "2026-0" + (1 + random.nextInt(9)) + "-01T00:00:00Z";
        }
        return switch (name) {
            case "otherId" -> known.tickets.isEmpty() ? "HD-1" : one(known.tickets);
            case "assignee", "requesterId", "onBehalfOf" -> one(known.people);
            case "queue", "category", "parent" -> one(List.of("hardware", "software"));
            case "reason" -> one(List.of("VENDOR", "OTHER", "because"));
            default -> one(List.of("printer", "The scanner hums", "x", "Ünïcödé 🚀", "vip"));
        };
    }

    private String file() {
        return known.attachments.isEmpty() ? UUID.randomUUID().toString() : one(known.attachments);
    }

    /** One file or some, with names and types of all kinds, and not always to the end. */
    private byte[] files(boolean wrong) {
        List<String> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            parts.add(MultipartFiles.part(
                    wrong && rarely() ? nasty() : one(List.of("a.txt", "Gr\u00fc\u00dfe.png", "b.tar.gz", "none")),
                    wrong && rarely() ? nasty() : one(List.of("text/plain", "image/png", "text/html")),
                    one(List.of("", "x", "y".repeat(200_000), "--" + MultipartFiles.BOUNDARY))));
        }
        if (wrong && rarely()) {
            parts.add(MultipartFiles.raw("Content-Disposition: form-data; name=\"" + nasty() + "\"\r\n\r\n" + nasty()));
        }
        if (wrong && rarely()) {
            parts.add(MultipartFiles.raw(nasty()));
        }
        String body = MultipartFiles.parts(parts.toArray(String[]::new));
        return (wrong && rarely() ? body.substring(0, random.nextInt(body.length())) : body)
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] body(JsonNode schema, boolean wrong) {
        JsonNode value = value(schema, "", 0);
        if (!wrong || !value.isObject()) {
            return value.toString().getBytes(StandardCharsets.UTF_8);
        }
        var object = value.asObject();
        List<String> names = new ArrayList<>(resolve(schema).path("properties").propertyNames());
        names.add("unknown");
        String name = one(names);
        switch (random.nextInt(9)) {
            case 0 -> object.put(name, nasty());
            case 1 -> object.put(name, "x".repeat(1 + random.nextInt(70_000)));
            case 2 -> object.put(name, random.nextLong());
            case 3 -> object.putNull(name);
            case 4 -> object.putArray(name).add(nasty()).add(random.nextDouble());
            case 5 -> object.putObject(name).put(printable(nasty()), nasty());
            case 6 -> object.remove(name);
            default -> {
                return spoilt(value.toString());
            }
        }
        return object.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Other encodings, and what is no JSON. */
    private byte[] spoilt(String json) {
        Charset utf16 = StandardCharsets.UTF_16LE;
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(9)) {
            case 0 -> json.getBytes(utf16);
            case 1 -> json.substring(0, random.nextInt(json.length())).getBytes(StandardCharsets.UTF_8);
            case 2 -> (json + json).getBytes(StandardCharsets.UTF_8);
            case 3 -> ("\uFEFF" + json).getBytes(StandardCharsets.UTF_8);
            case 4 -> "[".repeat(2_000).getBytes(StandardCharsets.UTF_8);
            case 5 -> ("{\"a\":".repeat(1_500) + "1" + "}".repeat(1_500)).getBytes(StandardCharsets.UTF_8);
            case 6 -> json.replace("\"", "'").getBytes(StandardCharsets.UTF_8);
            case 7 -> "{\"subject\":\"a\",\"subject\":\"b\",\"body\":1e999999}".getBytes(StandardCharsets.UTF_8);
            default -> {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                yield bytes;
            }
        };
    }

    private String nasty() {
        return switch (random.nextInt(6)) {
            case 0 -> "x".repeat(random.nextInt(3_000));
            case 1 -> {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(20); i >= 0; i--) {
                    text.append((char) random.nextInt(0x10000));
                }
                yield text.toString();
            }
            default -> one(NASTY);
        };
    }

    private String edited(String text) {
        if (random.nextInt(3) > 0 || text.isEmpty()) {
            return text;
        }
        int at = random.nextInt(text.length());
        return text.substring(0, at) + (char) ('a' + random.nextInt(26)) + text.substring(at + 1);
    }

    private static String printable(String text) {
        return text.isEmpty() ? "key" : text;
    }

    /** A part of a path that a client sends: it has no slashes, for Tomcat refuses them encoded. */
    private static String pathPart(String value) {
        String part = value.replace("/", "").replace("\\", "");
        part = part.length() > 2_000 ? part.substring(0, 2_000) : part;
        return part.isBlank() || part.matches("\\.+") ? "x" : encoded(part);
    }

    private static String encoded(String value) {
        String text = value.length() > 2_500 ? value.substring(0, 2_500) : value;
        return URLEncoder.encode(text.length() > 800 ? text.substring(0, 800) : text, StandardCharsets.UTF_8)
                .replace("+", "%20");
    }

    /** Clients send visible ASCII alone. */
    private static String headerText(String value) {
        String text = value.replaceAll("[^ -~]", "?").strip();
        return text.length() > 1_000 ? text.substring(0, 1_000) : text;
    }

    private boolean rarely() {
        return random.nextInt(5) == 0;
    }

    private <T> T one(List<T> values) {
        while (true) {
            try {
                return values.get(random.nextInt(values.size()));
            } catch (IndexOutOfBoundsException shrunk) {
                Thread.onSpinWait();
            }
        }
    }
}
