package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;

/** One reading of a large part of the log; for one thread. Close it, also after the last chunk. */
public final class BulkReading implements AutoCloseable {

    private final Connection connection;
    private final BulkEventReader.Chunks chunks;
    private final ExecutorService ahead = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hindsight-bulk-read").daemon().factory());
    private Future<@Nullable List<StoredEvent>> coming;

    BulkReading(Connection connection, BulkEventReader.Chunks chunks) {
        this.connection = connection;
        this.chunks = chunks;
        this.coming = ahead.submit(chunks::next);
    }

    /**
     * The next events, never an empty list; null after the last.
     *
     * @throws EventStoreException if the database fails, or if a position is missing
     */
    public @Nullable List<StoredEvent> next() throws InterruptedException {
        try {
            @Nullable List<StoredEvent> chunk = coming.get();
            if (chunk != null) {
                coming = ahead.submit(chunks::next);
            }
            return chunk;
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof EventStoreException known
                    ? known
                    : new EventStoreException("The log could not be read.", failure.getCause());
        }
    }

    /** Waits for the chunk being read, then gives the connection back. */
    @Override
    public void close() throws SQLException {
        ahead.close();
        try (connection) {
            chunks.close();
        }
    }
}
