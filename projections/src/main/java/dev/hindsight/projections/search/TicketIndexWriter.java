package dev.hindsight.projections.search;

import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.opensearch._types.HealthStatus;
import org.opensearch.client.opensearch._types.OpenSearchException;
import org.opensearch.client.opensearch._types.VersionType;
import org.opensearch.client.opensearch.core.BulkRequest;
import org.opensearch.client.opensearch.core.BulkResponse;
import org.opensearch.client.opensearch.core.bulk.BulkResponseItem;
import org.opensearch.client.opensearch.generic.Requests;
import org.opensearch.client.opensearch.generic.Response;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes documents into the tickets index. Every call either did all it promises or throws; calling again after a
 * failure is right, because an older document never replaces a newer one.
 */
final class TicketIndexWriter {

    private static final int OK = 300;
    private static final int CONFLICT = 409;
    private static final int TOO_MANY = 429;
    private static final int SERVER_FAULT = 500;
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

    /** A document that the index took only without its texts. */
    record Refused(UUID ticketId, long position, String reason) {}

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
            if (response.getStatus() >= OK && !existsByNow) {
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

    /** Writes documents; those that the index refuses are written without their texts and reported. */
    List<Refused> write(int generation, List<TicketDocument.Versioned> documents) throws IOException {
        var refused = new ArrayList<Refused>();
        for (int from = 0; from < documents.size(); ) {
            int to = from;
            long length = 0;
            while (to < documents.size() && (to == from || length < LONGEST_BULK)) {
                length += length(documents.get(to++).document());
            }
            refused.addAll(writeBulk(generation, documents.subList(from, to)));
            from = to;
        }
        return refused;
    }

    private List<Refused> writeBulk(int generation, List<TicketDocument.Versioned> documents) throws IOException {
        var refused = refusals(bulk(generation, documents), documents);
        if (refused.isEmpty()) {
            return refused;
        }
        var stripped = documents.stream()
                .filter(document -> refused.stream()
                        .anyMatch(
                                one -> one.ticketId().equals(document.document().id())))
                .map(document ->
                        new TicketDocument.Versioned(document.document().withoutTexts(), document.position()))
                .toList();
        var still = refusals(bulk(generation, stripped), stripped);
        if (!still.isEmpty()) {
            // Not one odd text but something wrong between us and the index: nothing may be passed over.
            throw new IOException("OpenSearch refuses documents of index " + index.name(generation) + ": "
                    + still.getFirst().reason());
        }
        return refused;
    }

    private BulkResponse bulk(int generation, List<TicketDocument.Versioned> documents) throws IOException {
        var bulk = new BulkRequest.Builder().index(index.name(generation));
        for (var document : documents) {
            bulk.operations(operation ->
                    operation.index(write -> write.id(document.document().id().toString())
                            .version(document.position())
                            .versionType(VersionType.ExternalGte)
                            .document(document.document())));
        }
        return client.bulk(bulk.build());
    }

    private static List<Refused> refusals(BulkResponse response, List<TicketDocument.Versioned> documents)
            throws IOException {
        if (!response.errors()) {
            return List.of();
        }
        var refused = new ArrayList<Refused>();
        for (int i = 0; i < documents.size(); i++) {
            BulkResponseItem item = response.items().get(i);
            if (item.status() < OK || item.status() == CONFLICT) {
                continue; // written, or a newer document is there already
            }
            String type = item.error() == null
                    ? "status " + item.status()
                    : item.error().type();
            if (item.status() == TOO_MANY
                    || item.status() >= SERVER_FAULT
                    || "index_not_found_exception".equals(type)) {
                throw new IOException("OpenSearch did not take a document: " + type);
            }
            var document = documents.get(i);
            refused.add(new Refused(document.document().id(), document.position(), type));
        }
        return refused;
    }

    /** Makes everything written so far findable. */
    void refresh(int generation) throws IOException {
        var refreshed = client.indices().refresh(request -> request.index(index.name(generation)));
        if (refreshed.shards() != null && refreshed.shards().failed() > 0) {
            throw new IOException("OpenSearch did not refresh index " + index.name(generation));
        }
    }

    /** Whether this failure says that the index itself is gone. */
    static boolean indexIsGone(Exception failure) {
        return failure instanceof OpenSearchException answer && answer.status() == 404;
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
