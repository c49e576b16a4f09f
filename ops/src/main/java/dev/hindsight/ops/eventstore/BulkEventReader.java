package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads large parts of the log in order, for rebuilds, lists as of a moment, exports and verification. Rows come raw and
 * in chunks, bounded by count and by bytes, read a little ahead; decoding is the caller's and can be spread over
 * threads. Each reading has a connection and a thread of its own; the reader itself is safe for use by many threads.
 */
public final class BulkEventReader {

    private final DataSource dataSource;

    /** @param dataSource gives each reading its connection; may be a pool */
    public BulkEventReader(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Every event after one position up to another, in order of position.
     *
     * @param after the last position not to read; 0 for all from the beginning
     * @param to the last position to read; beyond the head it ends at the head
     */
    public BulkReading inOrder(long after, long to) throws SQLException {
        return open(connection -> new OrderedChunks(connection, after, to));
    }

    /**
     * Every event up to a position, stream by stream, each in order of version.
     *
     * @param afterStream the last stream not to read, in the order of bytes; null for all
     * @param to the last position to read
     */
    public BulkReading byStream(@Nullable String afterStream, long to) throws SQLException {
        return open(connection -> new StreamChunks(connection, List.of(), afterStream, to));
    }

    /**
     * The same for some streams.
     *
     * @param prefixes how their names begin; not empty
     * @param sortBytes how much memory the server may use to sort before it uses its disk
     */
    public BulkReading byStream(Collection<String> prefixes, @Nullable String afterStream, long to, long sortBytes)
            throws SQLException {
        return open(connection -> {
            try (var setting = connection.createStatement()) {
                setting.execute("SET work_mem = " + (sortBytes >> 10)); // kB
                // The other cores are for live traffic.
                setting.execute("SET max_parallel_workers_per_gather = 0");
            }
            return new StreamChunks(connection, prefixes, afterStream, to);
        });
    }

    private BulkReading open(Opening opening) throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            return new BulkReading(connection, opening.chunks(connection));
        } catch (SQLException | RuntimeException failure) {
            connection.close();
            throw failure;
        }
    }

    /** Begins to read on a connection. */
    private interface Opening {
        Chunks chunks(Connection connection) throws SQLException;
    }

    /** Something that gives events chunk by chunk. */
    interface Chunks extends AutoCloseable {

        /** The next events; null after the last. */
        @Nullable
        List<StoredEvent> next() throws SQLException;

        @Override
        void close() throws SQLException;
    }

    /** The size of chunks: grows from a few events to many while they stay small. */
    static final class ChunkSize {

        /** Larger chunks read no faster: they only outgrow the caches and the young generation. */
        private static final int MOST_EVENTS = 4_096;

        private static final int FEWEST_EVENTS = 16;
        private static final long BYTES = 8L << 20;

        private int events = 1_024;

        int events() {
            return events;
        }

        /** Learns from a chunk of that many events and bytes. */
        void saw(int count, long bytes) {
            long fitting = BYTES * count / Math.max(1, bytes);
            events = Math.clamp(Math.min(fitting, events * 4L), FEWEST_EVENTS, MOST_EVENTS);
        }
    }
}
