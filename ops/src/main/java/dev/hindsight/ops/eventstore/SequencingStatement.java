package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves committed append calls from pending into the order, in one statement and one transaction.
 *
 * <p>Order: by commit number, the highest append number of the transaction, then by append number. Numbers come from a
 * sequence without cache, so whoever saw another's committed event has a higher commit number: an effect never precedes
 * its cause. A transaction's calls share their commit number and so stay together.
 *
 * <p>What one run must look for is exactly what became visible since the previous run's snapshot: transactions that were
 * running in that snapshot, and later ones. That is two look-ups at the end and in a few places of pending's key, so that
 * deleted rows which a long transaction keeps from being vacuumed cost nothing, and nothing late is overtaken by what
 * was caused by it. The first run after taking the lead looks at everything.
 */
final class SequencingStatement {

    static final String CHANNEL = "hindsight_log";

    private static final String EVERYTHING = "true";
    private static final String SINCE =
            "(xact >= CAST(CAST(? AS text) AS xid8) OR xact = ANY (CAST(CAST(? AS text) AS xid8[])))";

    private static final String SQL = """
            WITH visible AS (
                DELETE FROM log.pending WHERE %s
                RETURNING xact, number, events, latest_occurred_at
            ), head AS (
                SELECT first_position + events AS next, recorded_at, latest_occurred_at
                FROM log.placement ORDER BY first_position DESC LIMIT 1
            ), moment AS (
                SELECT greatest(clock_timestamp(), (SELECT recorded_at FROM head)) AS at
            ), ordered AS (
                SELECT number, events, latest_occurred_at, max(number) OVER (PARTITION BY xact) AS commit_number
                FROM visible
            ), placed AS (
                INSERT INTO log.placement (first_position, events, append_number, recorded_at, latest_occurred_at)
                SELECT coalesce((SELECT next FROM head), 1) + sum(events) OVER places - events, events, number,
                    (SELECT at FROM moment),
                    greatest(max(latest_occurred_at) OVER places, (SELECT latest_occurred_at FROM head))
                FROM ordered
                WINDOW places AS (ORDER BY commit_number, number ROWS UNBOUNDED PRECEDING)
                RETURNING first_position, events, append_number, recorded_at
            ), told AS (
                SELECT pg_notify('hindsight_log', max(first_position + events - 1)::text) FROM placed HAVING count(*) > 0
            )
            SELECT pg_current_snapshot()::text, p.first_position, p.events, p.append_number, p.recorded_at
            FROM (SELECT count(*) FROM told) always LEFT JOIN placed p ON true
            ORDER BY p.first_position""";

    private static final String SWEEP = SQL.formatted(EVERYTHING);
    private static final String INCREMENT = SQL.formatted(SINCE);

    private SequencingStatement() {}

    /**
     * Places what is committed and has no place yet.
     *
     * @param since the snapshot of the previous run on this connection; null to look at everything
     */
    static Run execute(Connection connection, @Nullable Snapshot since) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(since == null ? SWEEP : INCREMENT)) {
            if (since != null) {
                statement.setString(1, since.next());
                statement.setString(2, since.running());
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<Placement> placed = new ArrayList<>();
                @Nullable String snapshot = null;
                while (rows.next()) {
                    if (snapshot == null) {
                        snapshot = rows.getString(1);
                    }
                    if (rows.getObject(2) != null) {
                        placed.add(LogQueries.placement(rows, 2));
                    }
                }
                if (snapshot == null) {
                    throw new SQLException("The sequencing statement returned no snapshot.");
                }
                return new Run(placed, Snapshot.parse(snapshot));
            }
        }
    }

    /**
     * What one run did.
     *
     * @param placed in order of position; empty where nothing was pending
     * @param snapshot everything visible in it has its place
     */
    record Run(List<Placement> placed, Snapshot snapshot) {}

    /**
     * The part of a {@code pg_snapshot} that tells what it could not see.
     *
     * @param next the first transaction id not yet assigned
     * @param running the ids below that still ran, as a PostgreSQL array
     */
    record Snapshot(String next, String running) {

        /** Reads {@code xmin:xmax:xip,xip,…}. */
        static Snapshot parse(String text) {
            int first = text.indexOf(':');
            int second = text.indexOf(':', first + 1);
            return new Snapshot(text.substring(first + 1, second), '{' + text.substring(second + 1) + '}');
        }
    }
}
