package dev.hindsight.ops.eventstore;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** The reads on the log that many share, and how their rows become events. */
final class LogQueries {

    static final String EVENT =
            "e.stream, e.version, e.stream_type, e.event_id, e.name, e.revision, e.occurred_at, e.metadata, e.payload";

    /** Parameters: stream, first version, at most so many. */
    static final String STREAM =
            "SELECT " + EVENT + " FROM log.event e WHERE e.stream = ? AND e.version >= ? ORDER BY e.version LIMIT ?";

    static final String LAST_VERSION = "SELECT version FROM log.event WHERE stream = ? ORDER BY version DESC LIMIT 1";

    /** No row while the log is empty. */
    static final String HEAD =
            "SELECT first_position + events - 1 FROM log.placement ORDER BY first_position DESC LIMIT 1";

    /**
     * Positions are dense, so the range bounds the work without a LIMIT, and the LATERAL keeps the planner to one index
     * look-up per placement whatever the statistics say. See {@link #bindAfter}.
     */
    static final String AFTER = "SELECT " + EVENT + """
            , e.position, p.recorded_at
            FROM (SELECT ?::bigint AS first, ?::bigint AS last) asked, log.placement p, LATERAL (
                SELECT *, p.first_position + (o.append_number - p.first_append) + o.append_index AS position
                FROM log.event o
                WHERE o.append_number BETWEEN
                    p.first_append + least(p.appends - 1, greatest(0, asked.first - p.first_position))
                    AND p.first_append + least(p.appends - 1, asked.last - p.first_position)
                ORDER BY o.append_number, o.append_index OFFSET 0) e
            WHERE p.first_position >= coalesce(
                    (SELECT q.first_position FROM log.placement q WHERE q.first_position <= asked.first
                     ORDER BY q.first_position DESC LIMIT 1), 1)
                AND p.first_position <= asked.last
                AND e.position BETWEEN asked.first AND asked.last
            ORDER BY p.first_position, e.position""";

    /**
     * Parameter: the moment. No row where every event occurred before it. Bisects the primary key, since
     * latest_occurred_at never decreases: calls that begin at or before {@code low} are too early, that at
     * {@code high} is not.
     */
    static final String BEFORE_OCCURRED_AT = """
            WITH RECURSIVE moment AS MATERIALIZED (
                SELECT ?::timestamptz AS at
            ), bisection (low, high) AS (
                SELECT 0::bigint, head.first_position
                FROM (SELECT * FROM log.placement ORDER BY first_position DESC LIMIT 1) head, moment
                WHERE head.latest_occurred_at >= moment.at
                UNION ALL
                SELECT CASE WHEN late THEN low ELSE (low + high) / 2 END, CASE WHEN late THEN first_position ELSE high END
                FROM bisection, moment, LATERAL (
                    SELECT first_position, latest_occurred_at >= moment.at AS late FROM log.placement
                    WHERE first_position <= (low + high) / 2 ORDER BY first_position DESC LIMIT 1) middle
                WHERE high - low > 1
            )
            SELECT p.first_position - 1 + (
                SELECT min(e.append_number - p.first_append + e.append_index) FROM log.event e, moment
                WHERE e.append_number BETWEEN p.first_append AND p.first_append + p.appends - 1
                    AND e.occurred_at >= moment.at)
            FROM bisection JOIN log.placement p ON p.first_position = high
            WHERE high - low = 1""";

    /**
     * Parameter: the moment. The first position that was recorded after it; no row where there is none. Bisects the
     * primary key as above.
     */
    static final String AFTER_RECORDED_AT = """
            WITH RECURSIVE moment AS MATERIALIZED (
                SELECT ?::timestamptz AS at
            ), bisection (low, high) AS (
                SELECT 0::bigint, head.first_position
                FROM (SELECT * FROM log.placement ORDER BY first_position DESC LIMIT 1) head, moment
                WHERE head.recorded_at > moment.at
                UNION ALL
                SELECT CASE WHEN late THEN low ELSE (low + high) / 2 END, CASE WHEN late THEN first_position ELSE high END
                FROM bisection, moment, LATERAL (
                    SELECT first_position, recorded_at > moment.at AS late FROM log.placement
                    WHERE first_position <= (low + high) / 2 ORDER BY first_position DESC LIMIT 1) middle
                WHERE high - low > 1
            )
            SELECT high FROM bisection WHERE high - low = 1""";

    /** Parameter: an array of append numbers. */
    static final String PLACEMENTS_OF = """
            SELECT DISTINCT p.first_position, p.events, p.first_append, p.appends, p.recorded_at
            FROM unnest(?::bigint[]) AS awaited (number), log.placement_of(awaited.number) p""";

    /** Condition on an event e: it has no position yet. */
    static final String UNPLACED = "NOT EXISTS (SELECT FROM log.placement_of(e.append_number))";

    /** 0 while the log is empty. */
    static final String LAST_PLACED_APPEND = "SELECT coalesce((SELECT first_append + appends - 1 FROM log.placement"
            + " ORDER BY first_append DESC LIMIT 1), 0)";

    static final String POSITION_OF_VERSION = "SELECT position FROM log.placed_event WHERE stream = ? AND version = ?";

    private LogQueries() {}

    /** Reads five columns from the given one on. */
    static Placement placement(ResultSet row, int first) throws SQLException {
        return new Placement(
                row.getLong(first),
                row.getInt(first + 1),
                row.getLong(first + 2),
                row.getInt(first + 3),
                instant(row, first + 4));
    }

    static void bindAfter(PreparedStatement statement, long position, int count) throws SQLException {
        bindRange(statement, position + 1, position + count);
    }

    /** The first two parameters of {@link #AFTER}. */
    static void bindRange(PreparedStatement statement, long first, long last) throws SQLException {
        statement.setLong(1, first);
        statement.setLong(2, last);
    }

    static StoredEvent streamEvent(ResultSet row) throws SQLException {
        return new StoredEvent(
                0,
                row.getString(1),
                row.getLong(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                instant(row, 7),
                null,
                row.getBytes(8),
                row.getBytes(9));
    }

    static StoredEvent trackedEvent(ResultSet row) throws SQLException {
        return new StoredEvent(
                row.getLong(10),
                row.getString(1),
                row.getLong(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                instant(row, 7),
                instant(row, 11),
                row.getBytes(8),
                row.getBytes(9));
    }

    static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** Sets a statement's parameters. */
    @FunctionalInterface
    interface Binder {
        void bind(PreparedStatement statement) throws SQLException;
    }

    /** Makes a value of the current row. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }
}
