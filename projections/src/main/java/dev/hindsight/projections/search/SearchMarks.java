package dev.hindsight.projections.search;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tickets whose rows were changed without a new event, by a repair: their documents are made anew. Every index has its
 * own marks, so none misses one because another was told. Safe for concurrent use.
 */
public final class SearchMarks {

    private static final int AT_ONCE = 500;
    private static final byte[] NO_SOURCE = {};

    private final JdbcClient jdbc;
    private final TicketRows tickets;

    SearchMarks(DataSource dataSource, TicketRows tickets) {
        this.jdbc = JdbcClient.create(dataSource);
        this.tickets = tickets;
    }

    private record Mark(UUID ticket, long number) {}

    /** Within the transaction that changes the rows: who sees the mark sees them. */
    public static void mark(Connection connection, Collection<UUID> tickets) throws SQLException {
        try (var insert = connection.prepareStatement("""
                INSERT INTO readmodel.search_mark (generation, ticket_id)
                SELECT g.generation, t.id FROM readmodel.generation g, unnest(?::uuid[]) AS t (id)
                WHERE g.model = 'ticket-search' ORDER BY 1, 2
                ON CONFLICT (model, generation, ticket_id)
                DO UPDATE SET number = nextval('readmodel.search_mark_number')""")) {
            insert.setArray(1, connection.createArrayOf("uuid", tickets.toArray()));
            insert.executeUpdate();
        }
    }

    /** Writes the marked documents of an index and takes the marks away, those set meanwhile excepted. */
    void follow(int generation, TicketIndexWriter index) throws IOException {
        while (true) {
            var marks = jdbc.sql("SELECT ticket_id, number FROM readmodel.search_mark"
                            + " WHERE model = 'ticket-search' AND generation = ? ORDER BY number LIMIT " + AT_ONCE)
                    .param(generation)
                    .query((row, number) -> new Mark(row.getObject(1, UUID.class), row.getLong(2)))
                    .list();
            if (marks.isEmpty()) {
                return;
            }
            var now = tickets.now(marks.stream().map(Mark::ticket).toList());
            index.write(generation, now.documents());
            if (!now.gone().isEmpty()) {
                index.remove(
                        generation,
                        now.gone().stream()
                                .map(ticket ->
                                        new TicketIndexWriter.Stored(ticket.toString(), now.position(), NO_SOURCE))
                                .toList());
            }
            index.refresh(generation);
            jdbc.sql("DELETE FROM readmodel.search_mark m USING unnest(?::uuid[], ?::bigint[]) AS d (id, number)"
                            + " WHERE m.model = 'ticket-search' AND m.generation = ? AND m.ticket_id = d.id"
                            + " AND m.number = d.number")
                    .params(
                            marks.stream().map(Mark::ticket).toArray(UUID[]::new),
                            marks.stream().map(Mark::number).toArray(Long[]::new),
                            generation)
                    .update();
        }
    }
}
