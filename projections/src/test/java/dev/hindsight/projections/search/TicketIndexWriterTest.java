package dev.hindsight.projections.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.ops.embedded.SharedOpenSearch;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.projections.search.TicketDocument.Versioned;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class TicketIndexWriterTest {

    private static OpenSearchConnection connection;
    private static TicketIndexWriter writer;
    private static TicketIndex index;
    private static String uuid;

    @BeforeAll
    static void open() throws IOException {
        var settings = new OpenSearchSettings(
                List.of(SharedOpenSearch.uri()),
                null,
                null,
                "writer-" + ProcessHandle.current().pid() + "-",
                1,
                0);
        connection = new OpenSearchConnection(settings);
        index = new TicketIndex(settings.indexPrefix());
        writer = new TicketIndexWriter(connection, settings);
        uuid = writer.ensure(1);
    }

    @AfterAll
    static void close() throws IOException {
        connection.close();
    }

    @Test
    void an_index_that_is_there_stays_the_same() throws IOException {
        assertThat(writer.ensure(1)).isEqualTo(uuid);
    }

    @Test
    void an_older_document_never_replaces_a_newer_one() throws IOException {
        UUID id = UUID.randomUUID();
        writer.write(1, List.of(document(id, "first", 3)));
        writer.write(1, List.of(document(id, "third", 7), document(id, "second", 5)));
        writer.write(1, List.of(document(id, "first", 3)));
        assertThat(subject(id)).isEqualTo("third");
    }

    @Test
    void the_same_position_may_be_written_again() throws IOException {
        UUID id = UUID.randomUUID();
        writer.write(1, List.of(document(id, "wrong", 3)));
        writer.write(1, List.of(document(id, "mended", 3)));
        assertThat(subject(id)).isEqualTo("mended");
    }

    @Test
    void many_long_documents_are_all_written() throws IOException {
        var documents = java.util.stream.IntStream.range(0, 60)
                .mapToObj(i -> document(UUID.randomUUID(), "long text ".repeat(20_000), 10 + i))
                .toList();
        writer.write(1, documents);
        assertThat(subject(documents.getLast().document().id())).startsWith("long text");
    }

    @Test
    void a_missing_index_is_a_failure_and_not_made_by_the_way() {
        assertThatThrownBy(() -> writer.write(99, List.of(document(UUID.randomUUID(), "lost", 1))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("index_not_found");
    }

    private static Versioned document(UUID id, String subject, long position) {
        return new Versioned(
                new TicketDocument(
                        id,
                        1,
                        "OPEN",
                        "OPEN",
                        null,
                        "INCIDENT",
                        "WEB",
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        List.of(),
                        0,
                        0,
                        subject,
                        null,
                        List.of(),
                        List.of(),
                        List.of()),
                position);
    }

    private static String subject(UUID id) throws IOException {
        var found = connection.client().get(get -> get.index(index.name(1)).id(id.toString()), JsonNode.class);
        assertThat(found.found()).isTrue();
        return found.source().path("subject").asString();
    }
}
