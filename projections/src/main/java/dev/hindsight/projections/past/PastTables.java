package dev.hindsight.projections.past;

import static dev.hindsight.projections.readmodel.ReadModel.physicalName;

import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.SetInsert;
import dev.hindsight.projections.readmodel.TicketWords;
import dev.hindsight.projections.tickets.TicketColumns;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads and writes the physical tables of one generation, always many tickets at once. Immutable. */
final class PastTables {

    private static final SetInsert.Columns<PastState> STATE = stateColumns();
    private static final SetInsert.Columns<PastRows.Words> WORDS = wordColumns();
    private static final List<String> TICKET = TicketColumns.of().names();

    private final SetInsert<PastState> states;
    private final SetInsert<PastRows.Words> words;
    private final String select;
    private final String end;
    private final String endWords;
    private final List<String> deletions;

    PastTables(int generation) {
        var past = "readmodel." + physicalName("ticket_past", generation);
        var wording = "readmodel." + physicalName("ticket_past_words", generation);
        states = STATE.into(past, "ON CONFLICT DO NOTHING");
        words = WORDS.into(wording, "ON CONFLICT DO NOTHING");
        select = "SELECT "
                + TICKET.stream()
                        .map(name -> (name.equals("description") ? "w." : "p.") + name)
                        .collect(Collectors.joining(", "))
                + ", coalesce(w.version, 0) FROM unnest(?::uuid[]) AS u(id)"
                + " CROSS JOIN LATERAL (SELECT * FROM " + past
                + " s WHERE s.id = u.id ORDER BY s.version DESC LIMIT 1) p"
                + " LEFT JOIN LATERAL (SELECT version, description FROM " + wording
                + " s WHERE s.id = u.id ORDER BY s.version DESC LIMIT 1) w ON true";
        end = "UPDATE " + past + " p SET next_at = u.next_at, next_position = u.next_position, lasted = u.lasted,"
                + " stood = u.stood FROM unnest(?::uuid[], ?::bigint[], ?::timestamptz[], ?::bigint[], ?::smallint[],"
                + " ?::smallint[]) AS u(id, version, next_at, next_position, lasted, stood)"
                + " WHERE p.id = u.id AND p.version = u.version";
        endWords = "UPDATE " + wording + " p SET next_at = u.next_at, next_position = u.next_position"
                + " FROM unnest(?::uuid[], ?::bigint[], ?::timestamptz[], ?::bigint[])"
                + " AS u(id, version, next_at, next_position) WHERE p.id = u.id AND p.version = u.version";
        deletions = List.of(
                "DELETE FROM " + past + " WHERE id = ANY (?)", "DELETE FROM " + wording + " WHERE id = ANY (?)");
    }

    List<PastRows> load(Connection connection, Collection<UUID> ids) throws SQLException {
        try (var query = connection.prepareStatement(select)) {
            query.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            try (var rows = query.executeQuery()) {
                var tickets = new ArrayList<PastRows>();
                while (rows.next()) {
                    tickets.add(new PastRows(TicketColumns.read(rows), rows.getLong(TICKET.size() + 1)));
                }
                return tickets;
            }
        }
    }

    void write(Connection connection, Collection<PastRows> rows) throws SQLException {
        end(connection, end, rows.stream().map(its -> its.ended), true);
        end(connection, endWords, rows.stream().map(its -> its.unworded), false);
        states.write(
                connection, rows.stream().flatMap(its -> its.states.stream()).toList());
        words.write(connection, rows.stream().flatMap(its -> its.words.stream()).toList());
    }

    static void copy(Collection<PastRows> rows, CopyBatch batch) {
        batch.add(
                "ticket_past",
                STATE,
                rows.stream().flatMap(its -> its.states.stream()).toList());
        batch.add(
                "ticket_past_words",
                WORDS,
                rows.stream().flatMap(its -> its.words.stream()).toList());
    }

    void delete(Connection connection, Collection<UUID> tickets) throws SQLException {
        for (var deletion : deletions) {
            try (var delete = connection.prepareStatement(deletion)) {
                delete.setArray(1, connection.createArrayOf("uuid", tickets.toArray()));
                delete.executeUpdate();
            }
        }
    }

    private static void end(
            Connection connection,
            String sql,
            Stream<PastRows.@org.jspecify.annotations.Nullable Ending> all,
            boolean classes)
            throws SQLException {
        var endings = all.filter(Objects::nonNull).toList();
        if (endings.isEmpty()) {
            return;
        }
        try (var update = connection.prepareStatement(sql)) {
            update.setArray(1, connection.createArrayOf("uuid", values(endings, PastRows.Ending::id)));
            update.setArray(2, connection.createArrayOf("bigint", values(endings, PastRows.Ending::version)));
            update.setArray(
                    3,
                    connection.createArrayOf(
                            "timestamptz", values(endings, its -> its.nextAt().atOffset(ZoneOffset.UTC))));
            update.setArray(4, connection.createArrayOf("bigint", values(endings, PastRows.Ending::nextPosition)));
            if (classes) {
                update.setArray(5, connection.createArrayOf("smallint", values(endings, PastRows.Ending::lasted)));
                update.setArray(6, connection.createArrayOf("smallint", values(endings, PastRows.Ending::stood)));
            }
            update.executeUpdate();
        }
    }

    private static <T> Object[] values(List<T> rows, Function<T, Object> value) {
        return rows.stream().map(value).toArray();
    }

    private static SetInsert.Columns<PastState> stateColumns() {
        return TicketColumns.of()
                .without("description")
                .of(PastState::row)
                .add("next_at", "timestamptz", PastState::nextAt)
                .add("next_position", "bigint", PastState::nextPosition)
                .add("lasted", "smallint", PastState::lasted)
                .add("stood", "smallint", PastState::stood)
                .add("event", "text", PastState::event)
                .add("actor_kind", "text", PastState::actorKind)
                .add("actor", "uuid", PastState::actor)
                .add("was_status", "text", PastState::wasStatus)
                .add("was_queue", "text", PastState::wasQueue)
                .add("was_assignee", "uuid", PastState::wasAssignee);
    }

    private static SetInsert.Columns<PastRows.Words> wordColumns() {
        return new SetInsert.Columns<PastRows.Words>()
                .add("id", "uuid", its -> its.row().id())
                .add("version", "bigint", its -> its.row().version())
                .add("last_position", "bigint", its -> its.row().lastPosition())
                .add("next_position", "bigint", PastRows.Words::nextPosition)
                .add("updated_at", "timestamptz", its -> its.row().updatedAt())
                .add("next_at", "timestamptz", PastRows.Words::nextAt)
                .add(
                        "words",
                        "tsvector",
                        its -> TicketWords.of(its.row().subject(), its.row().description()))
                .add("description", "text", its -> its.row().description());
    }
}
