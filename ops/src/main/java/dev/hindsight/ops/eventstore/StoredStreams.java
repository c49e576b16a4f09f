package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads single streams with the positions of their events, and short stretches of the order. Safe for concurrent use. */
public final class StoredStreams {

    private static final int CHUNK = 500;

    private static final String STREAM = "SELECT " + LogQueries.EVENT + """
            , e.position, e.recorded_at FROM log.placed_event e
            WHERE e.stream = ? AND e.version > ?
            ORDER BY e.version
            LIMIT ?""";

    private static final String LATEST_OCCURRED = """
            SELECT p.latest_occurred_at
            FROM (SELECT * FROM log.placement WHERE first_position <= ? ORDER BY first_position DESC LIMIT 1) p
            WHERE p.first_position + p.events > ?""";

    private static final String HAVING =
            "SELECT DISTINCT a.stream FROM (" + LogQueries.AFTER + ") a WHERE a.name = ANY (?)";

    private final DataSource dataSource;

    public StoredStreams(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * The events of a stream that have a position, in order, read in chunks; holds no connection between them.
     *
     * @throws IllegalStateException with the SQLException as cause, while reading, when the database does not answer
     */
    public Stream<StoredEvent> read(String stream) {
        Spliterator<StoredEvent> events =
                new Spliterators.AbstractSpliterator<>(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
                    private final Queue<StoredEvent> chunk = new ArrayDeque<>();
                    private long after;
                    private boolean ended;

                    @Override
                    public boolean tryAdvance(Consumer<? super StoredEvent> action) {
                        if (chunk.isEmpty() && !ended) {
                            ended = fill(stream, after, chunk) < CHUNK;
                        }
                        StoredEvent next = chunk.poll();
                        if (next == null) {
                            return false;
                        }
                        after = next.version();
                        action.accept(next);
                        return true;
                    }
                };
        return StreamSupport.stream(events, false);
    }

    /**
     * The next events in the order of positions, at most so many.
     *
     * @param position the last position not to read
     * @throws IllegalStateException with the SQLException as cause when the database does not answer
     */
    public List<StoredEvent> after(long position, int count) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(LogQueries.AFTER)) {
            LogQueries.bindAfter(statement, position, count);
            List<StoredEvent> events = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    events.add(LogQueries.trackedEvent(row));
                }
            }
            return events;
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be read", e);
        }
    }

    /**
     * The streams that have an event of one of these names in a part of the order.
     *
     * @param after the last position not to look at
     * @param upTo the last one to look at
     * @throws IllegalStateException with the SQLException as cause when the database does not answer
     */
    public Set<String> having(Set<String> names, long after, long upTo) {
        if (upTo <= after) {
            return Set.of();
        }
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(HAVING)) {
            LogQueries.bindRange(statement, after + 1, upTo);
            statement.setArray(3, connection.createArrayOf("text", names.toArray()));
            Set<String> streams = new LinkedHashSet<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    streams.add(row.getString(1));
                }
            }
            return streams;
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be searched for names", e);
        }
    }

    /**
     * How many events of these streams are committed and have no position yet.
     *
     * @throws IllegalStateException with the SQLException as cause when the database does not answer
     */
    public long unplaced(Collection<String> streams) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT count(*) FROM log.event e WHERE e.stream = ANY (?) AND " + LogQueries.UNPLACED)) {
            statement.setArray(1, connection.createArrayOf("text", streams.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be asked for events without a position", e);
        }
    }

    /** The highest position, 0 for an empty log. */
    public long head() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(LogQueries.HEAD);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        } catch (SQLException e) {
            throw new IllegalStateException("The log's head could not be read", e);
        }
    }

    /**
     * The last position that was recorded at this moment or before; 0 for none.
     *
     * @throws IllegalStateException with the SQLException as cause when the database does not answer
     */
    public long recordedBy(Instant moment) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(LogQueries.AFTER_RECORDED_AT)) {
            statement.setObject(1, moment.atOffset(ZoneOffset.UTC));
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    return row.getLong(1) - 1;
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be searched for a moment", e);
        }
        return head();
    }

    /**
     * A moment after which no event up to this position happened: the latest one, or somewhat later.
     *
     * @return null for a position that is not there
     * @throws IllegalStateException with the SQLException as cause when the database does not answer
     */
    public @Nullable Instant latestOccurred(long position) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(LATEST_OCCURRED)) {
            statement.setLong(1, position);
            statement.setLong(2, position);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? LogQueries.instant(row, 1) : null;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be asked when its events happened", e);
        }
    }

    private int fill(String stream, long after, Queue<StoredEvent> chunk) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(STREAM)) {
            statement.setString(1, stream);
            statement.setLong(2, after);
            statement.setInt(3, CHUNK);
            int count = 0;
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    chunk.add(LogQueries.trackedEvent(row));
                    count++;
                }
            }
            return count;
        } catch (SQLException e) {
            throw new IllegalStateException("A stream could not be read", e);
        }
    }
}
