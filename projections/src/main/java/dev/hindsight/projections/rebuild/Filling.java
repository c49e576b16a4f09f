package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.ErasesContent;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills an empty generation without indexes with what {@link LogPass} reads of the log, stream by stream: each stream is folded from its first event
 * to its last in memory, by the fold that the live processor runs, and its rows are copied in; nothing is read back. A
 * batch, some thousand events of whole streams, is one transaction that also says how far it is. Streams whose fold
 * fails are parked as live processing parks them. What is held in memory does not grow with the log, only with the
 * longest stream.
 *
 * @param <R> the rows of one stream
 */
final class Filling<R> {

    private static final Logger LOG = LoggerFactory.getLogger(Filling.class);
    private final StreamFold<R> fold;
    private final ParkedStreams parked;
    private final BulkLog log;
    private final Connection connection;
    private Set<Long> skipped = Set.of();

    /** Hears of each batch. */
    interface Progress {

        /** There are so many events to come, which is known only now. */
        void coming(long events) throws SQLException;

        /** Whether an order has ended it meanwhile. */
        boolean ended() throws SQLException;

        /** Before anything of a batch is written, in its transaction. */
        default void writing() {}

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

        /** After the commit of another one of the same pass, which may have waited. */
        default void resumed() {}
    }

    /** @param connection not in auto-commit */
    Filling(StreamFold<R> fold, BulkLog log, Connection connection) {
        this.fold = fold;
        this.parked = new ParkedStreams(fold.model(), fold.generation());
        this.log = log;
        this.connection = connection;
    }

    /** @param rows of each stream, in the order of streams, those without rows left out */
    private record Folded<R>(Map<String, R> rows, CopyBatch batch, List<Failure> failures, List<Stored> events) {

        String last() {
            return events.getLast().stream();
        }
    }

    /** @param failure why not all events are in the rows, null where they are */
    private record One<R>(R rows, @Nullable Failure failure) {}

    private record Failure(String stream, long position, Throwable cause) {}

    ReadModel model() {
        return fold.model();
    }

    /** How the names of its streams begin. */
    List<String> prefixes() {
        return fold.prefixes();
    }

    /** Before the first batch: learns what is to be left out. */
    void begin(long upTo) throws SQLException {
        skipped = parked.exceptions(connection, 1, upTo).skippedPositions();
        connection.commit();
    }

    /** A batch that is being folded. */
    interface Underway {

        /**
         * Waits for it and writes it.
         *
         * @return false to end after it
         * @throws UnknownEvent where newer software wrote one of its events
         */
        boolean write() throws SQLException, InterruptedException;
    }

    /** @param batch events of whole streams that nothing is written of yet, in order */
    Underway fold(List<Stored> batch, Workers workers, Progress progress) {
        var future = workers.submit(() -> fold(batch, skipped));
        return () -> write(future, skipped, progress);
    }

    private Folded<R> fold(List<Stored> events, Set<Long> skipped) {
        log.prepare(events);
        var rows = new LinkedHashMap<String, R>();
        var failures = new ArrayList<Failure>();
        for (int from = 0, to; from < events.size(); from = to) {
            var stream = events.get(from).stream();
            to = from + 1;
            while (to < events.size() && events.get(to).stream().equals(stream)) {
                to++;
            }
            var one = fold(stream, events.subList(from, to), skipped);
            if (one.failure() != null) {
                failures.add(one.failure());
            }
            if (fold.version(one.rows()) > 0) {
                rows.put(stream, one.rows());
            }
        }
        var batch = new CopyBatch();
        fold.copy(rows.values(), batch);
        return new Folded<>(rows, batch, failures, events);
    }

    private One<R> fold(String stream, List<Stored> events, Set<Long> skipped) {
        return fold(stream, events, skipped, false);
    }

    /** @param erased whether it is known that its content was erased: then no key of before opens it */
    private One<R> fold(String stream, List<Stored> events, Set<Long> skipped, boolean erased) {
        if (erased) {
            log.prepareErased(events);
        }
        var rows = fold.begin(stream);
        for (var event : events) {
            try {
                var decoded = event.decoded();
                if (skipped.contains(event.position())) {
                    fold.leaveOut(rows, decoded.version(), decoded.position());
                } else if (!erased && decoded.event() instanceof ErasesContent) {
                    return fold(stream, events, skipped, true);
                } else {
                    fold.apply(rows, decoded);
                }
            } catch (UnknownEvent e) {
                throw e;
            } catch (RuntimeException e) {
                if (Faults.ofInfrastructure(e)) {
                    throw e;
                }
                return new One<>(rows, new Failure(stream, event.position(), e));
            }
        }
        return new One<>(rows, null);
    }

    private boolean write(Future<Folded<R>> future, Set<Long> skipped, Progress progress)
            throws SQLException, InterruptedException {
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
        progress.writing();
        for (var failure : folded.failures()) {
            park(failure.stream(), failure.position(), failure.cause());
        }
        copy(folded, skipped); // an event that can't be written lies before one that can't be folded
        var goOn = progress.written(folded.last(), folded.events().size());
        connection.commit();
        progress.committed();
        return goOn;
    }

    /** All at once; where the data of one stream spoils that, stream by stream, each in a savepoint. */
    private void copy(Folded<R> folded, Set<Long> skipped) throws SQLException {
        if (copied(folded.batch()) == null) {
            return;
        }
        for (var stream : folded.rows().entrySet()) {
            var fault = copied(batch(stream.getValue()));
            if (fault != null) {
                copyBeginning(stream.getKey(), folded.events(), skipped, fault);
            }
        }
    }

    /** As many of the stream's events as can be written; it is parked from the next one on. */
    private void copyBeginning(String stream, List<Stored> batch, Set<Long> skipped, SQLException fault)
            throws SQLException {
        var events =
                batch.stream().filter(event -> event.stream().equals(stream)).toList();
        var writable = 0;
        for (var not = events.size(); not - writable > 1; ) {
            var middle = (writable + not) / 2;
            if (copied(batch(fold(stream, events.subList(0, middle), skipped).rows()), false) == null) {
                writable = middle;
            } else {
                not = middle;
            }
        }
        copied(batch(fold(stream, events.subList(0, writable), skipped).rows()), true);
        park(stream, events.get(writable).position(), fault);
    }

    private CopyBatch batch(R rows) {
        var batch = new CopyBatch();
        if (fold.version(rows) > 0) {
            fold.copy(List.of(rows), batch);
        }
        return batch;
    }

    private @Nullable SQLException copied(CopyBatch batch) throws SQLException {
        return copied(batch, true);
    }

    /**
     * @param keep false to try only
     * @return the fault of the data, after which nothing of the batch is written
     */
    private @Nullable SQLException copied(CopyBatch batch, boolean keep) throws SQLException {
        return Faults.ofDataIn(connection, () -> {
            batch.write(connection, table -> "readmodel." + ReadModel.physicalName(table, fold.generation()));
            return keep;
        });
    }

    private void park(String stream, long position, Throwable cause) throws SQLException {
        var told = Faults.describe(cause);
        LOG.warn(
                "The rebuild of {} parks {} from position {} on: {}",
                fold.model().id(),
                stream,
                position,
                told);
        parked.park(connection, stream, position, told);
    }
}
