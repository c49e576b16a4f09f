package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.live.ParkedStreams;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.BulkLog.Stored;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills an empty generation without indexes from the log, stream by stream: each stream is folded from its first event
 * to its last in memory, by the fold that the live processor runs, and its rows are copied in; nothing is read back. A
 * batch, some thousand events of whole streams, is one transaction that also says how far it is. Streams whose fold
 * fails are parked as live processing parks them. What is held in memory does not grow with the log, only with the
 * longest stream.
 *
 * @param <R> the rows of one stream
 */
final class Filling<R> {

    private static final Logger LOG = LoggerFactory.getLogger(Filling.class);
    private static final int BATCH_EVENTS = 8_192;
    private static final long BATCH_BYTES = 8L << 20;

    private final StreamFold<R> fold;
    private final ParkedStreams parked;
    private final BulkLog log;
    private final Connection connection;
    private final int threads;
    private final int batchEvents;

    /** Hears of each batch. */
    interface Progress {

        /**
         * In the batch's transaction.
         *
         * @param reached the last stream of the batch
         * @param events how many the batch has
         * @return false to end after this batch
         */
        boolean written(String reached, int events) throws SQLException;

        /** After its commit; may wait, so that others get on. */
        void committed() throws InterruptedException;
    }

    /**
     * @param connection not in auto-commit
     * @param threads that fold
     */
    Filling(StreamFold<R> fold, BulkLog log, Connection connection, int threads, int batchEvents) {
        this.fold = fold;
        this.parked = new ParkedStreams(fold.model(), fold.generation());
        this.log = log;
        this.connection = connection;
        this.threads = threads;
        this.batchEvents = Math.min(batchEvents, BATCH_EVENTS);
    }

    /** @param rows of each stream, in the order of streams, those without rows left out */
    private record Folded<R>(
            Map<String, R> rows, CopyBatch batch, List<Failure> failures, String last, int events) {}

    private record Failure(String stream, long position, Throwable cause) {}

    /**
     * Goes on after a stream.
     *
     * @param after the last stream that is written; null to begin
     * @param upTo the last position to be read
     * @return whether all is written; false where progress ended it
     * @throws UnknownEvent where newer software wrote an event of these streams
     */
    boolean fill(@Nullable String after, long upTo, Progress progress) throws SQLException, InterruptedException {
        Set<Long> skipped = parked.exceptions(connection, 1, upTo).skippedPositions();
        connection.commit();
        var underway = new ArrayDeque<Future<Folded<R>>>();
        try (var reading = log.byStream(fold.prefixes(), after, upTo);
                var workers = new Workers(threads)) {
            List<Stored> batch = new ArrayList<>();
            long bytes = 0;
            for (var chunk = reading.next(); chunk != null; chunk = reading.next()) {
                for (var event : chunk) {
                    var full = batch.size() >= batchEvents || bytes >= BATCH_BYTES;
                    if (full && !event.stream().equals(batch.getLast().stream())) {
                        var whole = batch;
                        underway.add(workers.pool.submit(() -> fold(whole, skipped)));
                        batch = new ArrayList<>(whole.size() + 64);
                        bytes = 0;
                        if (underway.size() > threads && !write(underway.remove(), progress)) {
                            return false;
                        }
                    }
                    batch.add(event);
                    bytes += event.bytes();
                }
            }
            var rest = batch;
            if (!rest.isEmpty()) {
                underway.add(workers.pool.submit(() -> fold(rest, skipped)));
            }
            while (!underway.isEmpty()) {
                if (!write(underway.remove(), progress)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Ends what they do when it is not wanted any more. */
    private static final class Workers implements AutoCloseable {

        private final ExecutorService pool;

        Workers(int threads) {
            pool = Executors.newFixedThreadPool(
                    threads, Thread.ofPlatform().name("rebuild-fold-", 0).daemon().factory());
        }

        @Override
        public void close() {
            pool.shutdownNow();
            pool.close();
        }
    }

    private Folded<R> fold(List<Stored> events, Set<Long> skipped) {
        var rows = new LinkedHashMap<String, R>();
        var failures = new ArrayList<Failure>();
        for (int from = 0, to; from < events.size(); from = to) {
            var stream = events.get(from).stream();
            to = from + 1;
            while (to < events.size() && events.get(to).stream().equals(stream)) {
                to++;
            }
            var its = fold.begin(stream);
            for (var event : events.subList(from, to)) {
                try {
                    var decoded = event.decoded();
                    if (skipped.contains(event.position())) {
                        fold.leaveOut(its, decoded.version(), decoded.position());
                    } else {
                        fold.apply(its, decoded);
                    }
                } catch (UnknownEvent e) {
                    throw e;
                } catch (RuntimeException e) {
                    if (Faults.ofInfrastructure(e)) {
                        throw e;
                    }
                    failures.add(new Failure(stream, event.position(), e));
                    break;
                }
            }
            if (fold.version(its) > 0) {
                rows.put(stream, its);
            }
        }
        var batch = new CopyBatch();
        fold.copy(rows.values(), batch);
        return new Folded<>(rows, batch, failures, events.getLast().stream(), events.size());
    }

    private boolean write(Future<Folded<R>> future, Progress progress) throws SQLException, InterruptedException {
        Folded<R> folded;
        try {
            folded = future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException fault ? fault : new IllegalStateException(e.getCause());
        }
        // Rows can be made again, and how far it is goes with them: no need to wait for the disk.
        try (var statement = connection.createStatement()) {
            statement.execute("SET LOCAL synchronous_commit = off");
        }
        copy(folded);
        for (var failure : folded.failures()) {
            park(failure.stream(), failure.position(), failure.cause());
        }
        var goOn = progress.written(folded.last(), folded.events());
        connection.commit();
        progress.committed();
        return goOn;
    }

    /** All at once; where the data of one stream spoils that, stream by stream, each in a savepoint. */
    private void copy(Folded<R> folded) throws SQLException {
        if (copied(folded.batch()) == null) {
            return;
        }
        for (var stream : folded.rows().entrySet()) {
            var alone = new CopyBatch();
            fold.copy(List.of(stream.getValue()), alone);
            var fault = copied(alone);
            if (fault != null) {
                park(stream.getKey(), 1, fault);
            }
        }
    }

    /** @return the fault of the data, after which nothing of the batch is written */
    private @Nullable SQLException copied(CopyBatch batch) throws SQLException {
        var savepoint = connection.setSavepoint();
        try {
            batch.write(connection, table -> "readmodel." + ReadModel.physicalName(table, fold.generation()));
            connection.releaseSavepoint(savepoint);
            return null;
        } catch (SQLException e) {
            if (!Faults.ofData(e)) {
                throw e;
            }
            connection.rollback(savepoint);
            return e;
        }
    }

    private void park(String stream, long position, Throwable cause) throws SQLException {
        var told = Faults.describe(cause);
        LOG.warn("The rebuild of {} parks {} from position {} on: {}", fold.model().id(), stream, position, told);
        parked.park(connection, stream, position, told);
    }
}
