package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;

/** One reading of a large part of the log; for one thread. Close it, also after the last chunk. */
public final class BulkReading implements AutoCloseable {

    /** More than one, so that reading never stops while the caller takes a chunk. */
    private static final int CHUNKS_AHEAD = 2;

    private final Connection connection;
    private final BulkEventReader.Chunks chunks;
    private final ExecutorService ahead = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hindsight-bulk-read").daemon().factory());
    private final Queue<Future<@Nullable List<StoredEvent>>> coming = new ArrayDeque<>();

    BulkReading(Connection connection, BulkEventReader.Chunks chunks) {
        this.connection = connection;
        this.chunks = chunks;
        while (coming.size() < CHUNKS_AHEAD) {
            coming.add(ahead.submit(chunks::next));
        }
    }

    /**
     * The next events, never an empty list; null after the last.
     *
     * @throws EventStoreException if the database fails, or if a position is missing
     */
    public @Nullable List<StoredEvent> next() throws InterruptedException {
        try {
            @Nullable List<StoredEvent> chunk = coming.element().get();
            if (chunk != null) {
                coming.remove();
                coming.add(ahead.submit(chunks::next));
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
        coming.forEach(chunk -> chunk.cancel(false));
        ahead.close();
        try (connection) {
            chunks.close();
        }
    }
}
