package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** Looks up which streams have events of some kind; reads large parts of the log for it. Safe for concurrent use. */
public final class StreamSearch {

    private static final int PART = 1_000;

    /** The LATERAL keeps the planner to one index look-up per placement. */
    private static final String RECORDED = """
            SELECT DISTINCT e.stream FROM log.placement p, LATERAL (
                SELECT o.stream FROM log.event o
                WHERE o.append_number BETWEEN p.first_append AND p.first_append + p.appends - 1 OFFSET 0) e
            WHERE p.recorded_at >= ? AND p.recorded_at < ?
                AND EXISTS (SELECT FROM unnest(?::text[]) prefix WHERE e.stream ^@ prefix)""";

    /** Members that are not sealed; as json, since what another event holds need not be one that jsonb takes. */
    private static final String WITH = "SELECT DISTINCT stream FROM log.event"
            + " WHERE name = ANY (?) AND convert_from(payload, 'UTF8')::json ->> ? = ?";

    private final DataSource dataSource;

    /** @param dataSource connections without a time limit */
    public StreamSearch(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Streams whose names begin so, with events recorded in this time.
     *
     * @param to the first moment after it
     * @param parts told each stream once
     */
    public void recorded(Collection<String> prefixes, Instant from, Instant to, Consumer<List<String>> parts)
            throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false); // so that not all is fetched at once
            try (PreparedStatement statement = connection.prepareStatement(RECORDED)) {
                statement.setObject(1, time(from));
                statement.setObject(2, time(to));
                statement.setArray(3, connection.createArrayOf("text", prefixes.toArray()));
                tell(statement, parts);
            }
            connection.rollback();
        }
    }

    /**
     * Streams with an event of one of these names that has this value.
     *
     * @param member of the stored event, not a sealed one
     * @param parts told each stream once
     */
    public void with(Collection<String> names, String member, String value, Consumer<List<String>> parts)
            throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(WITH)) {
                statement.setArray(1, connection.createArrayOf("text", names.toArray()));
                statement.setString(2, member);
                statement.setString(3, value);
                tell(statement, parts);
            }
            connection.rollback();
        }
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private static void tell(PreparedStatement statement, Consumer<List<String>> parts) throws SQLException {
        statement.setFetchSize(PART);
        try (ResultSet rows = statement.executeQuery()) {
            List<String> part = new ArrayList<>();
            while (rows.next()) {
                part.add(rows.getString(1));
                if (part.size() == PART) {
                    parts.accept(part);
                    part = new ArrayList<>();
                }
            }
            if (!part.isEmpty()) {
                parts.accept(part);
            }
        }
    }
}
