package dev.hindsight.ops.wiring;

import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.ops.eventstore.StoredStreams;
import dev.hindsight.projections.readmodel.RawLog;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The log on PostgreSQL, as it is stored. */
public final class StoredRawLog implements RawLog {

    /** As many are read in an instant; their connection may come from a pool. */
    private static final long FEW = 50_000;

    private static final int CHUNK = 500;

    /** Calls up to this number are placed or were rolled back, so what is neither was put there by hand. */
    private static final String UNPLACED = """
            WITH s AS (SELECT settled FROM log.sequencer)
            SELECT (SELECT count(*) FROM log.event, s WHERE append_number <= settled)
                 - (SELECT coalesce(sum(CASE WHEN appends = 1 THEN events
                                             ELSE least(appends, settled - first_append + 1) END), 0)
                    FROM log.placement, s WHERE first_append <= settled)""";

    private static final String FIRST_UNPLACED = """
            SELECT e.stream, e.version FROM log.sequencer s JOIN log.event e ON e.append_number <= s.settled
            LEFT JOIN log.placement_of(e.append_number) p ON true
            WHERE p.first_append IS NULL OR e.append_index >= CASE WHEN p.appends = 1 THEN p.events ELSE 1 END
            LIMIT 1""";

    private final DataSource unlimited;
    private final OrderedEvents few;
    private final OrderedEvents many;
    private final StoredStreams streams;

    /**
     * @param pool for short reads
     * @param unlimited connections without a time limit
     */
    public StoredRawLog(DataSource pool, DataSource unlimited) {
        this.unlimited = unlimited;
        this.few = new PostgresOrder(pool);
        this.many = new PostgresOrder(unlimited);
        this.streams = new StoredStreams(pool);
    }

    @Override
    public long head() {
        return streams.head();
    }

    @Override
    public Reading inOrder(long after, long upTo) {
        return new RawEvents((upTo - after <= FEW ? few : many).read(after, upTo));
    }

    /** Each stream is read in order, and always the event with the least position goes next. */
    @Override
    public Reading ofStreams(Collection<String> names, long upTo) {
        record Next(StoredEvent event, Iterator<StoredEvent> rest) {}
        PriorityQueue<Next> queue = new PriorityQueue<>(
                Comparator.comparingLong(next -> next.event().position()));
        for (String name : Set.copyOf(names)) {
            Iterator<StoredEvent> rest = streams.read(name).iterator();
            if (rest.hasNext()) {
                queue.add(new Next(rest.next(), rest));
            }
        }
        return new Reading() {
            @Override
            public @Nullable List<Stored> next() {
                List<Stored> chunk = new ArrayList<>();
                while (chunk.size() < CHUNK) {
                    Next first = queue.poll();
                    if (first == null || first.event().position() > upTo) {
                        queue.clear();
                        break;
                    }
                    chunk.add(RawEvents.raw(first.event()));
                    if (first.rest().hasNext()) {
                        queue.add(new Next(first.rest().next(), first.rest()));
                    }
                }
                return chunk.isEmpty() ? null : chunk;
            }

            @Override
            public void close() {
                queue.clear();
            }
        };
    }

    @Override
    public @Nullable String unplaced() {
        try (Connection connection = unlimited.getConnection();
                Statement statement = connection.createStatement()) {
            long count;
            try (ResultSet row = statement.executeQuery(UNPLACED)) {
                row.next();
                count = row.getLong(1);
            }
            if (count <= 0) {
                return null; // fewer: the hole is found where it is
            }
            try (ResultSet row = statement.executeQuery(FIRST_UNPLACED)) {
                return "%d stored events stand outside the order%s."
                        .formatted(
                                count,
                                row.next()
                                        ? ", one of them in stream %s as version %d"
                                                .formatted(row.getString(1), row.getLong(2))
                                        : "");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be searched", e);
        }
    }
}
