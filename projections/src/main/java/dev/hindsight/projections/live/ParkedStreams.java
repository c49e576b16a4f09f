package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The stored exceptions from following the log: parked streams of one generation, and the model's skipped positions. */
public final class ParkedStreams {

    private static final String TICKET = "ticket-";

    private final ReadModel model;
    private final int generation;

    public ParkedStreams(ReadModel model, int generation) {
        this.model = model;
        this.generation = generation;
    }

    /** What a batch must know. */
    public record Exceptions(Set<String> parkedStreams, Set<Long> skippedPositions) {}

    /** @param from first position of interest; parked streams are told whole */
    public Exceptions exceptions(Connection connection, long from, long to) throws SQLException {
        try (var query = connection.prepareStatement("""
                SELECT stream, NULL::bigint FROM readmodel.parked WHERE model = ? AND generation = ?
                UNION ALL
                SELECT NULL, position FROM readmodel.skip WHERE model = ? AND position BETWEEN ? AND ?""")) {
            query.setString(1, model.id());
            query.setInt(2, generation);
            query.setString(3, model.id());
            query.setLong(4, from);
            query.setLong(5, to);
            try (var rows = query.executeQuery()) {
                var streams = new HashSet<String>();
                var positions = new HashSet<Long>();
                while (rows.next()) {
                    @Nullable String stream = rows.getString(1);
                    if (stream != null) {
                        streams.add(stream);
                    } else {
                        positions.add(rows.getLong(2));
                    }
                }
                return new Exceptions(streams, positions);
            }
        }
    }

    /**
     * A stream that is parked already stays parked since then; the newest cause is told. At another position it is
     * another letter.
     */
    public void park(Connection connection, String stream, long firstPosition, String cause) throws SQLException {
        try (var insert = connection.prepareStatement("""
                INSERT INTO readmodel.parked (model, generation, stream, ticket_id, first_position, cause)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (model, generation, stream)
                DO UPDATE SET first_position = excluded.first_position, cause = excluded.cause,
                    id = CASE parked.first_position WHEN excluded.first_position THEN parked.id ELSE excluded.id END""")) {
            insert.setString(1, model.id());
            insert.setInt(2, generation);
            insert.setString(3, stream);
            insert.setObject(4, ticketId(stream));
            insert.setLong(5, firstPosition);
            insert.setString(6, cause);
            insert.executeUpdate();
        }
    }

    /** The streams are followed again; those that are not parked are left alone. */
    public void unpark(Connection connection, Collection<String> streams) throws SQLException {
        try (var delete = connection.prepareStatement(
                "DELETE FROM readmodel.parked WHERE model = ? AND generation = ? AND stream = ANY (?)")) {
            delete.setString(1, model.id());
            delete.setInt(2, generation);
            delete.setArray(3, connection.createArrayOf("text", streams.toArray()));
            delete.executeUpdate();
        }
    }

    /** From now on the model leaves this event out, in every generation and every fold; repeated it changes nothing. */
    public void skip(Connection connection, long position, String reason) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO readmodel.skip (model, position, reason)"
                + " VALUES (?, ?, ?) ON CONFLICT (model, position) DO NOTHING")) {
            insert.setString(1, model.id());
            insert.setLong(2, position);
            insert.setString(3, reason);
            insert.executeUpdate();
        }
    }

    private static @Nullable UUID ticketId(String stream) {
        return stream.startsWith(TICKET) ? UUID.fromString(stream.substring(TICKET.length())) : null;
    }
}
