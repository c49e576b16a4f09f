package dev.hindsight.projections.search;

import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.opensearch._types.HealthStatus;
import org.opensearch.client.opensearch._types.VersionType;
import org.opensearch.client.opensearch.core.BulkRequest;
import org.opensearch.client.opensearch.core.bulk.OperationType;
import org.opensearch.client.opensearch.generic.Requests;
import org.opensearch.client.opensearch.generic.Response;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes documents into the tickets index. Every call either did all it promises or throws; calling again after a
 * failure is right, because an older document never replaces a newer one.
 */
final class TicketIndexWriter {

    private static final int FAILED = 300;
    private static final int NEWER_IS_THERE = 409;
    private static final int NOT_THERE = 404;
    /** Characters of documents that go in one request. */
    private static final int LONGEST_BULK = 4_000_000;

    private final OpenSearchClient client;
    private final OpenSearchSettings settings;
    private final TicketIndex index;
    private final JsonMapper json = JsonMapper.builder().build();

    TicketIndexWriter(OpenSearchConnection connection, OpenSearchSettings settings) {
        this.client = connection.patient();
        this.settings = settings;
        this.index = new TicketIndex(settings.indexPrefix());
    }

    /**
     * Makes the index where it is missing and waits until it can be written.
     *
     * @return the index's uuid: another one is another, empty index
     */
    String ensure(int generation) throws IOException {
        String name = index.name(generation);
        if (!client.indices().exists(request -> request.index(name)).value()) {
            create(name);
        }
        awaitHealth(name);
        var found = client.indices().getSettings(request -> request.index(name)).get(name);
        var uuid = found == null || found.settings() == null || found.settings().index() == null
                ? null
                : found.settings().index().uuid();
        return Objects.requireNonNull(uuid, "OpenSearch names no uuid of index " + name);
    }

    private void create(String name) throws IOException {
        var request = Requests.builder()
                .method("PUT")
                .endpoint("/" + name)
                .json(definition())
                .build();
        try (Response response = client.generic().execute(request)) {
            boolean existsByNow = response.getStatus() == 400 && body(response).contains("already_exists");
            if (response.getStatus() >= FAILED && !existsByNow) {
                throw new IOException("OpenSearch did not make index " + name + ": " + body(response));
            }
        }
    }

    private String definition() throws IOException {
        try (InputStream resource = TicketIndexWriter.class.getResourceAsStream(
                "/search/tickets-v" + ReadModel.TICKET_SEARCH.definitionVersion() + ".json")) {
            var definition = (ObjectNode) json.readTree(Objects.requireNonNull(resource));
            var indexSettings = (ObjectNode) definition.at("/settings/index");
            indexSettings.put("number_of_shards", settings.shards());
            indexSettings.put("number_of_replicas", settings.replicas());
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
        for (int from = 0; from < documents.size(); ) {
            int to = from;
            long length = 0;
            while (to < documents.size() && (to == from || length < LONGEST_BULK)) {
                length += length(documents.get(to++).document());
            }
            writeBulk(generation, documents.subList(from, to));
            from = to;
        }
    }

    private void writeBulk(int generation, List<TicketDocument.Versioned> documents) throws IOException {
        var bulk = new BulkRequest.Builder().index(index.name(generation));
        for (var document : documents) {
            bulk.operations(operation ->
                    operation.index(write -> write.id(document.document().id().toString())
                            .version(document.position())
                            .versionType(VersionType.ExternalGte)
                            .document(document.document())));
        }
        send(bulk.build());
    }

    /**
     * Removes documents.
     *
     * @param position documents that show later events stay
     */
    void delete(int generation, List<UUID> tickets, long position) throws IOException {
        if (tickets.isEmpty()) {
            return;
        }
        var bulk = new BulkRequest.Builder().index(index.name(generation));
        for (var ticket : tickets) {
            bulk.operations(operation -> operation.delete(
                    gone -> gone.id(ticket.toString()).version(position).versionType(VersionType.ExternalGte)));
        }
        send(bulk.build());
    }

    private void send(BulkRequest bulk) throws IOException {
        var failed = client.bulk(bulk).items().stream()
                .filter(item -> item.status() >= FAILED
                        && item.status() != NEWER_IS_THERE
                        && (item.operationType() != OperationType.Delete || item.status() != NOT_THERE))
                .toList();
        if (!failed.isEmpty()) {
            var first = failed.getFirst();
            throw new IOException("OpenSearch did not take %d of %d documents of index %s; the first is ticket %s: %s"
                    .formatted(
                            failed.size(),
                            bulk.operations().size(),
                            bulk.index(),
                            first.id(),
                            first.error() == null
                                    ? "status " + first.status()
                                    : first.error().type()));
        }
    }

    /** Makes everything written so far findable. */
    void refresh(int generation) throws IOException {
        var refreshed = client.indices().refresh(request -> request.index(index.name(generation)));
        if (refreshed.shards() != null && refreshed.shards().failed() > 0) {
            throw new IOException("OpenSearch did not refresh index " + index.name(generation));
        }
    }

    private static long length(TicketDocument document) {
        long length = 500;
        length += document.subject() == null ? 0 : document.subject().length();
        length += document.description() == null ? 0 : document.description().length();
        for (var texts : List.of(document.publicMessages(), document.internalNotes(), document.customTexts())) {
            for (String text : texts) {
                length += text.length();
            }
        }
        return length;
    }
}
