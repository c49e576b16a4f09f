package dev.hindsight.projections.search;

import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.opensearch._types.HealthStatus;
import org.opensearch.client.opensearch.generic.Body;
import org.opensearch.client.opensearch.generic.Requests;
import org.opensearch.client.opensearch.generic.Response;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes documents into the tickets index. Every call either did all it promises or throws; calling again after a
 * failure is right, because an older document never replaces a newer one.
 */
final class TicketIndexWriter {

    private static final int FAILED = 300;
    private static final int NEWER_IS_THERE = 409;
    private static final int MALFORMED = 400;
    /** Bytes of documents after which a request is sent. */
    private static final int LONGEST_BULK = 4_000_000;
    /** Of the line before a document. */
    private static final int ACTION_BYTES = 112;

    private final OpenSearchClient client;
    private final OpenSearchSettings settings;
    private final TicketIndex index;
    private final JsonMapper json = JsonMapper.builder().build();

    TicketIndexWriter(OpenSearchConnection connection, OpenSearchSettings settings) {
        this.client = connection.patient();
        this.settings = settings;
        this.index = new TicketIndex(settings.indexPrefix());
    }

    /** The index's uuid: another one is another, empty index. Empty where there is no such index. */
    Optional<String> uuid(int generation) throws IOException {
        String name = index.name(generation);
        if (!client.indices().exists(request -> request.index(name)).value()) {
            return Optional.empty();
        }
        var found = client.indices().getSettings(request -> request.index(name)).get(name);
        var uuid = found == null || found.settings() == null || found.settings().index() == null
                ? null
                : found.settings().index().uuid();
        return Optional.of(Objects.requireNonNull(uuid, "OpenSearch names no uuid of index " + name));
    }

    /**
     * Makes the index where it is missing and waits until it can be written.
     *
     * @return its uuid
     */
    String ensure(int generation) throws IOException {
        return ensure(generation, settings.replicas());
    }

    private String ensure(int generation, int replicas) throws IOException {
        String name = index.name(generation);
        if (uuid(generation).isEmpty()) {
            create(name, replicas);
        }
        awaitHealth(name);
        return uuid(generation).orElseThrow(() -> new IOException("Index " + name + " is gone again"));
    }

    /** The same for one that is to be filled: without replicas until {@link #settle}. */
    String ensureBare(int generation) throws IOException {
        return ensure(generation, 0);
    }

    /** Gives a filled index what one that answers has, and makes sure that all of it is on disk. */
    void settle(int generation) throws IOException {
        String name = index.name(generation);
        if (settings.replicas() > 0) {
            var replicas = json.createObjectNode();
            replicas.putObject("index").put("number_of_replicas", settings.replicas());
            ask(
                    "PUT",
                    "/" + name + "/_settings",
                    Map.of(),
                    Body.from(json.writeValueAsBytes(replicas), "application/json"));
        }
        refresh(generation);
        ask("POST", "/" + name + "/_flush", Map.of(), null);
    }

    /** Drops the index where it is there. */
    void delete(int generation) throws IOException {
        client.indices().delete(request -> request.index(index.name(generation)).ignoreUnavailable(true));
    }

    private void create(String name, int replicas) throws IOException {
        var request = Requests.builder()
                .method("PUT")
                .endpoint("/" + name)
                .json(definition(replicas))
                .build();
        try (Response response = client.generic().execute(request)) {
            boolean existsByNow = response.getStatus() == 400 && body(response).contains("already_exists");
            if (response.getStatus() >= FAILED && !existsByNow) {
                throw new IOException("OpenSearch did not make index " + name + ": " + body(response));
            }
        }
    }

    private String definition(int replicas) throws IOException {
        try (InputStream resource = TicketIndexWriter.class.getResourceAsStream(
                "/search/tickets-v" + ReadModel.TICKET_SEARCH.definitionVersion() + ".json")) {
            var definition = (ObjectNode) json.readTree(Objects.requireNonNull(resource));
            var indexSettings = (ObjectNode) definition.at("/settings/index");
            indexSettings.put("number_of_shards", settings.shards());
            indexSettings.put("number_of_replicas", replicas);
            return json.writeValueAsString(definition);
        }
    }

    private static String body(Response response) {
        return response.getBody().map(body -> body.bodyAsString()).orElse("");
    }

    private void awaitHealth(String name) throws IOException {
        var health = client.cluster()
                .health(request ->
                        request.index(name).waitForStatus(HealthStatus.Yellow).timeout(time -> time.time("10s")));
        if (health.timedOut()) {
            throw new IOException("Index " + name + " is not ready to be written");
        }
    }

    /** Writes documents, each in place of older ones of its ticket; newer ones stay. */
    void write(int generation, List<TicketDocument.Versioned> documents) throws IOException {
        var entries = new ArrayList<IndexEntry>();
        long length = 0;
        for (var document : documents) {
            var entry = entry(document);
            entries.add(entry);
            length += entry.source().length;
            if (length > LONGEST_BULK) {
                writeBulk(generation, entries);
                entries.clear();
                length = 0;
            }
        }
        if (!entries.isEmpty()) {
            writeBulk(generation, entries);
        }
    }

    /** The same document always makes the same bytes. */
    IndexEntry entry(TicketDocument.Versioned document) {
        return new IndexEntry(
                document.document().id(), document.position(), json.writeValueAsBytes(document.document()));
    }

    /**
     * The same in one request.
     *
     * @throws IllegalStateException where OpenSearch refuses a document, which trying again does not change
     */
    void writeBulk(int generation, List<IndexEntry> entries) throws IOException {
        var bulk = new ByteArrayOutputStream(entries.stream()
                .mapToInt(entry -> entry.source().length + ACTION_BYTES)
                .sum());
        for (var entry : entries) {
            action(bulk, "index", entry.id().toString(), entry.position());
            bulk.writeBytes(entry.source());
            bulk.write('\n');
        }
        send(generation, bulk, entries.size());
    }

    /** Takes documents out, those that changed since excepted. */
    void remove(int generation, List<Stored> documents) throws IOException {
        var bulk = new ByteArrayOutputStream(documents.size() * ACTION_BYTES);
        for (var document : documents) {
            action(bulk, "delete", document.id(), document.version());
        }
        send(generation, bulk, documents.size());
    }

    private void action(ByteArrayOutputStream bulk, String action, String id, long version) {
        var line = json.createObjectNode();
        line.putObject(action).put("_id", id).put("version", version).put("version_type", "external_gte");
        bulk.writeBytes(json.writeValueAsBytes(line));
        bulk.write('\n');
    }

    private void send(int generation, ByteArrayOutputStream bulk, int count) throws IOException {
        var name = index.name(generation);
        var answer = ask(
                "POST",
                "/" + name + "/_bulk",
                Map.of("filter_path", "errors,items.*._id,items.*.status,items.*.error.type"),
                Body.from(bulk.toByteArray(), "application/x-ndjson"));
        var read = json.readTree(answer);
        if (!read.path("errors").asBoolean(true)) {
            return;
        }
        var failed = new ArrayList<JsonNode>();
        for (var item : read.path("items")) {
            var done = item.iterator().next();
            if (done.has("error") && done.path("status").asInt() != NEWER_IS_THERE) {
                failed.add(done);
            }
        }
        if (!failed.isEmpty()) {
            var first = failed.getFirst();
            var told = "OpenSearch did not take %d of %d documents of index %s; the first is ticket %s: %s"
                    .formatted(
                            failed.size(),
                            count,
                            name,
                            first.path("_id").asString(""),
                            first.at("/error/type").asString(""));
            var status = first.path("status").asInt();
            if (status == MALFORMED) {
                throw new IllegalStateException(told);
            }
            throw new IOException(told);
        }
    }

    /** A document as it is found; its source is not to be changed. */
    @SuppressWarnings("ArrayRecordComponent")
    record Stored(String id, long version, byte[] source) {}

    /**
     * Documents in the order of their ids, as far as the index was refreshed.
     *
     * @param after only those behind it, null from the beginning
     * @param upTo only those up to it, null to the end
     * @param most at most so many
     */
    List<Stored> stored(int generation, @Nullable String after, @Nullable String upTo, int most) throws IOException {
        var request = json.createObjectNode();
        var range = json.createObjectNode();
        if (after != null) {
            range.put("gt", after);
        }
        if (upTo != null) {
            range.put("lte", upTo);
        }
        if (!range.isEmpty()) {
            request.putObject("query")
                    .putObject("bool")
                    .putArray("filter")
                    .addObject()
                    .putObject("range")
                    .set(TicketIndex.ID, range);
        }
        request.put("size", most).put("version", true).put("track_total_hits", false);
        request.putArray("sort").add(TicketIndex.ID);
        var answer = ask(
                "POST",
                "/" + index.name(generation) + "/_search",
                Map.of("allow_partial_search_results", "false"),
                Body.from(json.writeValueAsBytes(request), "application/json"));
        return hits(answer);
    }

    /** The documents' own bytes, cut out of the answer. */
    private List<Stored> hits(byte[] answer) {
        var found = new ArrayList<Stored>();
        try (var parser = json.createParser(answer)) {
            String id = "";
            long version = 0;
            byte[] source = {};
            // {… "hits": {… "hits": [{"_id": …, "_version": …, "_source": {…}, "sort": …}, …]}}
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.PROPERTY_NAME) {
                    var name = parser.currentName();
                    var value = parser.nextToken();
                    switch (name) {
                        case "_id" -> id = parser.getString();
                        case "_version" -> version = parser.getLongValue();
                        case "_source" -> {
                            int from = Math.toIntExact(parser.currentLocation().getByteOffset()) - 1;
                            parser.skipChildren();
                            int to = Math.toIntExact(parser.currentLocation().getByteOffset());
                            source = Arrays.copyOfRange(answer, from, to);
                        }
                        case "sort" -> {
                            parser.skipChildren();
                            found.add(new Stored(id, version, source)); // it comes last
                        }
                        default -> {
                            if (value == JsonToken.START_OBJECT && !name.equals("hits")) {
                                parser.skipChildren();
                            }
                        }
                    }
                }
            }
        }
        return found;
    }

    /** Refuses what is not a success. */
    private byte[] ask(String method, String path, Map<String, String> parameters, @Nullable Body body)
            throws IOException {
        var request = Requests.builder().method(method).endpoint(path).query(parameters);
        if (body != null) {
            request.body(body);
        }
        try (Response response = client.generic().execute(request.build())) {
            var answer = response.getBody().map(Body::bodyAsBytes).orElse(new byte[0]);
            if (response.getStatus() >= FAILED) {
                var type = json.readTree(answer).at("/error/type").asString("");
                throw new IOException(
                        "OpenSearch answers %s %s with %d %s".formatted(method, path, response.getStatus(), type));
            }
            return answer;
        }
    }

    /** Makes everything written so far findable. */
    void refresh(int generation) throws IOException {
        var refreshed = client.indices().refresh(request -> request.index(index.name(generation)));
        if (refreshed.shards() != null && refreshed.shards().failed() > 0) {
            throw new IOException("OpenSearch did not refresh index " + index.name(generation));
        }
    }
}
