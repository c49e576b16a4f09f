package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One leader's work: gives committed append calls their places in the order; calls with consecutive numbers and one event
 * each share a row there. Each run is one statement and one transaction; what it remembers between runs lives as long as its connection. For one thread.
 *
 * <p><b>Order.</b> By commit number, the highest append number of the transaction, then by append number. Numbers come
 * from a sequence without cache, so whoever saw another's committed event has a higher commit number: an effect never
 * precedes its cause. A transaction's calls share their commit number and so stay together. Both hold across runs, too,
 * because a run takes exactly what is visible to its snapshot and has no place yet.
 *
 * <p><b>What a run looks for.</b> Numbers above the highest that was ever placed, and the missing ones below it, which
 * belong to transactions still open or rolled back. So everything rests on knowing when a missing number will never come.
 * Let <i>n</i> be missing, <i>m &gt; n</i> placed by a run with snapshot <i>S</i>, and <i>Z</i> the id of that run's own
 * transaction. Whoever drew <i>n</i> had its id <i>X</i> before it drew (the number is computed from the id), drew before
 * <i>m</i> was drawn, hence before <i>m</i> was committed, hence before <i>S</i>; and <i>Z</i> was assigned after
 * <i>S</i>, when the first row was inserted. Ids are assigned in increasing order, so <i>X &lt; Z</i>. (The upper end of
 * <i>S</i> would not do: it is one past the highest <i>completed</i> id, and <i>X</i> may lie above it.) Now let a later
 * snapshot not show <i>n</i>. If <i>X</i> had ended by then, it was rolled back: else <i>n</i> would show. So <i>n</i> may
 * still come only from the transactions below <i>Z</i> that run in that snapshot, and when there are none it is given up.
 *
 * <p>The same argument tells when to look: while all transactions that may hold a number go on running, it cannot appear.
 * Missing numbers whose possible holders did not change since the last run are therefore not looked up; the statement
 * only asks whether one of the holders has ended, and if so places nothing and is repeated with their numbers. So a
 * transaction that stays open costs next to nothing per run, however many appends are rolled back beside it.
 *
 * <p><b>A new leader</b> derives the missing numbers from the placements above a stored floor. Transaction ids matter only
 * for events without a place, so a dump restored into another cluster needs nothing special; the sequence must not be
 * behind the log, which is checked, since numbers drawn twice would never be looked for.
 */
final class Sequencing {

    static final String CHANNEL = "hindsight_log";

    private static final String RUN = """
            WITH now AS MATERIALIZED (
                SELECT pg_current_snapshot()::text AS snapshot, EXISTS (
                    SELECT FROM unnest(CAST(CAST(? AS text) AS xid8[])) AS holder
                    WHERE pg_visible_in_snapshot(holder, pg_current_snapshot())) AS ended
            ), visible AS (
                SELECT append_number AS number, xact, count(*)::integer AS events, max(occurred_at) AS latest_occurred_at
                FROM (
                    SELECT append_number, xact, occurred_at FROM log.event WHERE append_number > ?
                    UNION ALL
                    SELECT e.append_number, e.xact, e.occurred_at
                    FROM unnest(?::bigint[], ?::bigint[]) AS missing (first, last), LATERAL (
                        SELECT append_number, xact, occurred_at FROM log.event
                        WHERE append_number BETWEEN missing.first AND missing.last OFFSET 0) e
                ) AS events
                WHERE NOT (SELECT ended FROM now)
                GROUP BY append_number, xact
            ), head AS (
                SELECT first_position + events AS next, recorded_at, latest_occurred_at
                FROM log.placement ORDER BY first_position DESC LIMIT 1
            ), moment AS (
                SELECT greatest(clock_timestamp(), (SELECT recorded_at FROM head)) AS at
            ), ordered AS (
                SELECT number, events, latest_occurred_at, max(number) OVER (PARTITION BY xact) AS commit_number
                FROM visible
            ), lined_up AS (
                SELECT number, events, latest_occurred_at, sum(events) OVER places AS so_far,
                    events = 1 AND lag(events) OVER places = 1 AND lag(number) OVER places = number - 1 AS goes_on
                FROM ordered WINDOW places AS (ORDER BY commit_number, number ROWS UNBOUNDED PRECEDING)
            ), grouped AS (
                SELECT number, events, latest_occurred_at, so_far,
                    count(*) FILTER (WHERE goes_on IS NOT TRUE) OVER (ORDER BY so_far ROWS UNBOUNDED PRECEDING) AS run
                FROM lined_up
            ), placed AS (
                INSERT INTO log.placement (first_position, events, first_append, appends, recorded_at,
                    latest_occurred_at)
                SELECT coalesce((SELECT next FROM head), 1) + min(so_far - events), sum(events), min(number), count(*),
                    (SELECT at FROM moment),
                    greatest(max(max(latest_occurred_at)) OVER (ORDER BY run), (SELECT latest_occurred_at FROM head))
                FROM grouped GROUP BY run
                RETURNING first_position, events, first_append, appends, recorded_at
            ), told AS (
                SELECT pg_notify('hindsight_log', max(first_position + events - 1)::text), pg_current_xact_id()::text AS xact
                FROM placed HAVING count(*) > 0
            )
            SELECT now.snapshot, now.ended, told.xact, NULL::bigint AS first_position, NULL, NULL, NULL, NULL
            FROM now LEFT JOIN told ON true
            UNION ALL
            SELECT NULL, NULL, NULL, first_position, events, first_append, appends, recorded_at FROM placed
            ORDER BY first_position NULLS FIRST""";

    private static final String MISSING = """
            SELECT previous + 1, first_append - 1 FROM (
                SELECT first_append, lag(first_append + appends - 1, 1, greatest(?, (
                    SELECT first_append + appends - 1 FROM log.placement WHERE first_append <= ?
                    ORDER BY first_append DESC LIMIT 1))) OVER (ORDER BY first_append) AS previous
                FROM log.placement WHERE first_append > ?) AS placed
            WHERE first_append > previous + 1 ORDER BY first_append""";

    private final Connection connection;
    private long highest;
    private long saved;
    /** In order of number; each group's possible holders are among those of the next. */
    private final List<Missing> missing = new ArrayList<>();

    private Sequencing(Connection connection, long highest, long saved) {
        this.connection = connection;
        this.highest = highest;
        this.saved = saved;
    }

    /**
     * Prepares to place everything that has no place yet. The caller must be the only one who places.
     *
     * @param connection in auto-commit mode, at least while other transactions append
     * @throws IllegalStateException if the sequence of append numbers is behind the log
     */
    static Sequencing begin(Connection connection) throws SQLException {
        long settled = number(connection, "SELECT coalesce(max(settled), 0) FROM log.sequencer");
        long highest = number(connection, LogQueries.LAST_PLACED_APPEND);
        long stored = number(connection, "SELECT coalesce(max(append_number), 0) FROM log.event");
        long drawn = number(connection, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM log.append_number");
        long known = Math.max(stored, Math.max(highest, settled));
        if (drawn < known) {
            throw new IllegalStateException("The sequence log.append_number stands at " + drawn
                    + ", but the log knows append call " + known + ". Set it: SELECT setval('log.append_number', "
                    + known + ")");
        }
        Sequencing sequencing = new Sequencing(connection, Math.max(highest, settled), settled);
        Missing below = new Missing();
        try (PreparedStatement statement = connection.prepareStatement(MISSING)) {
            statement.setLong(1, settled);
            statement.setLong(2, settled);
            statement.setLong(3, settled);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    below.add(rows.getLong(1), rows.getLong(2));
                }
            }
        }
        if (below.count > 0) {
            // Assigned after all these placements became visible, as the argument demands.
            below.bound = number(connection, "SELECT pg_current_xact_id()::text::bigint");
            sequencing.missing.add(below);
        }
        return sequencing;
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Places what is committed and has no place yet; the placements come in order of position. */
    List<Placement> run() throws SQLException {
        while (true) {
            List<Placement> placed = new ArrayList<>();
            Outcome outcome = execute(placed);
            if (outcome.ended) {
                // Nothing was placed: some of what was not looked up may be visible now.
                for (Missing group : missing) {
                    group.wakeUnless(outcome.snapshot);
                }
                continue;
            }
            learn(placed, outcome);
            return placed;
        }
    }

    /** All append calls up to this number are placed or were rolled back. */
    long settled() {
        return missing.isEmpty() ? highest : missing.getFirst().first[0] - 1;
    }

    /** Stores the floor from which a new leader will look, if it has changed. */
    void save() throws SQLException {
        long settled = settled();
        if (settled == saved) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE log.sequencer SET settled = ? WHERE settled < ?")) {
            statement.setLong(1, settled);
            statement.setLong(2, settled);
            statement.executeUpdate();
        }
        saved = settled;
    }

    private Outcome execute(List<Placement> placed) throws SQLException {
        Missing awake = new Missing();
        @Nullable Missing lastAsleep = null;
        for (Missing group : missing) {
            if (group.asleep) {
                lastAsleep = group;
            } else {
                awake.addAll(group);
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(RUN)) {
            statement.setString(1, lastAsleep == null ? "{}" : lastAsleep.holders());
            statement.setLong(2, highest);
            statement.setObject(3, Arrays.copyOf(awake.first, awake.count));
            statement.setObject(4, Arrays.copyOf(awake.last, awake.count));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                Outcome outcome = new Outcome(Snapshot.parse(rows.getString(1)), rows.getBoolean(2), rows.getLong(3));
                while (rows.next()) {
                    placed.add(LogQueries.placement(rows, 4));
                }
                return outcome;
            }
        }
    }

    private void learn(List<Placement> placed, Outcome outcome) {
        long[] numbers =
                placed.stream().flatMapToLong(Placement::appendNumbers).sorted().toArray();
        @Nullable Missing before = null;
        for (int i = 0; i < missing.size(); ) {
            Missing group = missing.get(i);
            if (!group.asleep) {
                group.remove(numbers);
                group.look(outcome.snapshot);
            }
            if (group.count == 0) {
                missing.remove(i);
            } else if (before != null
                    && before.asleep
                    && group.asleep
                    && Arrays.equals(before.running, group.running)) {
                before.addAll(group);
                before.bound = group.bound;
                missing.remove(i);
            } else {
                before = group;
                i++;
            }
        }
        Missing fresh = new Missing();
        fresh.bound = outcome.xact;
        for (long number : numbers) {
            if (number > highest) {
                if (number > highest + 1) {
                    fresh.add(highest + 1, number - 1);
                }
                highest = number;
            }
        }
        if (fresh.count > 0) {
            missing.add(fresh);
        }
    }

    /** How many numbers, or ranges of them, may still come. */
    int missing() {
        return missing.stream().mapToInt(group -> group.count).sum();
    }

    /** How many of them the next run looks up. */
    int lookedUp() {
        return missing.stream()
                .filter(group -> !group.asleep)
                .mapToInt(group -> group.count)
                .sum();
    }

    /**
     * What one statement found.
     *
     * @param snapshot what it saw
     * @param ended whether a possible holder of sleeping numbers has ended; then nothing was placed
     * @param xact its own transaction, assigned after the snapshot; 0 where nothing was placed
     */
    private record Outcome(Snapshot snapshot, boolean ended, long xact) {}

    /**
     * The part of a {@code pg_snapshot} that tells what it could not see.
     *
     * @param next one past the highest completed transaction id
     * @param running the ids below that still ran, ascending
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Snapshot(long next, long[] running) {

        /** Reads {@code xmin:xmax:xip,xip,…}. */
        static Snapshot parse(String text) {
            int first = text.indexOf(':');
            int second = text.indexOf(':', first + 1);
            long next = Long.parseLong(text, first + 1, second, 10);
            long[] running = new long[8];
            int count = 0;
            for (int from = second + 1; from < text.length(); ) {
                int comma = text.indexOf(',', from);
                int to = comma < 0 ? text.length() : comma;
                if (count == running.length) {
                    running = Arrays.copyOf(running, count * 2);
                }
                running[count++] = Long.parseLong(text, from, to, 10);
                from = to + 1;
            }
            running = Arrays.copyOf(running, count);
            Arrays.sort(running);
            return new Snapshot(next, running);
        }

        /** Those that ran and lie below the bound. */
        private long[] runningBelow(long bound) {
            int at = Arrays.binarySearch(running, bound);
            return Arrays.copyOf(running, at < 0 ? -at - 1 : at);
        }
    }

    /** Numbers that have not been seen, as ranges in ascending order, and the transactions that may hold them. */
    private static final class Missing {

        private long[] first = new long[8];
        private long[] last = new long[8];
        private int count;
        /** Every holder's id is below. */
        private long bound;
        /** The possible holders at the last look; null before the first. */
        private long @Nullable [] running;
        /** The last look changed nothing: no look is needed until one of the holders ends. */
        private boolean asleep;

        private void add(long from, long to) {
            if (count == first.length) {
                first = Arrays.copyOf(first, count * 2);
                last = Arrays.copyOf(last, count * 2);
            }
            first[count] = from;
            last[count++] = to;
        }

        private void addAll(Missing other) {
            for (int i = 0; i < other.count; i++) {
                if (count > 0 && last[count - 1] + 1 == other.first[i]) {
                    last[count - 1] = other.last[i];
                } else {
                    add(other.first[i], other.last[i]);
                }
            }
        }

        /** Takes out the numbers that were seen; both are in ascending order. */
        private void remove(long[] numbers) {
            int next = Arrays.binarySearch(numbers, count == 0 ? 0 : first[0]);
            next = next < 0 ? -next - 1 : next;
            if (count == 0 || next == numbers.length || numbers[next] > last[count - 1]) {
                return;
            }
            Missing kept = new Missing();
            for (int i = 0; i < count; i++) {
                long from = first[i];
                for (; next < numbers.length && numbers[next] <= last[i]; next++) {
                    if (numbers[next] > from) {
                        kept.add(from, numbers[next] - 1);
                    }
                    from = Math.max(from, numbers[next] + 1);
                }
                if (from <= last[i]) {
                    kept.add(from, last[i]);
                }
            }
            first = kept.first;
            last = kept.last;
            count = kept.count;
        }

        /** After a look that did not find the numbers left here: gives them up where nobody can hold them any more. */
        private void look(Snapshot snapshot) {
            if (snapshot.next <= bound) {
                // Cannot be once the transaction that gave the bound has ended; until then nothing is known.
                return;
            }
            long[] now = snapshot.runningBelow(bound);
            if (now.length == 0) {
                count = 0;
            }
            asleep = Arrays.equals(now, running);
            running = now;
        }

        private void wakeUnless(Snapshot snapshot) {
            asleep = asleep && Arrays.equals(snapshot.runningBelow(bound), running);
        }

        /** As an array in PostgreSQL's notation. */
        private String holders() {
            return Arrays.toString(running).replace('[', '{').replace(']', '}');
        }
    }
}
