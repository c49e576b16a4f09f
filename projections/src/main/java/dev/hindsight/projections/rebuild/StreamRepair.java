package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.live.ParkedStreams;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.rebuild.Report.Difference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Folds streams of one generation anew from the log, up to where the generation stands, and puts what comes out in the
 * place of their rows. Most of the folding is done before live processing is held off; from then on to the end of the
 * transaction live processing waits, so that no event is lost or brought in twice, and readers see the rows of before or
 * those of after. What was erased meanwhile is folded anew without its key. A stream whose fold fails is parked as a rebuild parks it: with the rows of the events before; one
 * that was parked and no longer fails is followed again. For one thread.
 *
 * @param <R> the rows of one stream
 */
final class StreamRepair<R> {

    private static final int CHUNK = 1_000;

    private final StreamFold<R> fold;
    private final ParkedStreams parked;
    private final EventLog log;
    private final Function<String, TableShape> shapes;

    /** @param shapes of the model's tables by name */
    StreamRepair(StreamFold<R> fold, EventLog log, Function<String, TableShape> shapes) {
        this.fold = fold;
        this.parked = new ParkedStreams(fold.model(), fold.generation());
        this.log = log;
        this.shapes = shapes;
    }

    /**
     * What came of it.
     *
     * @param position where the generation stands
     * @param events that were folded
     * @param rows of the streams, before or after
     * @param differences of the rows before from those after
     * @param parked why streams stand still, by stream
     */
    record Outcome(long position, long events, long rows, List<Difference> differences, Map<String, String> parked) {

        /** Streams whose rows were not right. */
        long differingStreams() {
            return differences.stream().map(Difference::stream).distinct().count();
        }
    }

    /** It was dropped a moment ago. */
    static final class GenerationGone extends RuntimeException {

        GenerationGone(String message) {
            super(message);
        }
    }

    /** One stream: its events, those that are folded, and what they have made. */
    private final class One {
        final String stream;
        final List<LoggedEvent> events = new ArrayList<>();
        Folding<R> folding;
        int folded;

        One(String stream, Set<Long> skipped) {
            this.stream = stream;
            this.folding = new Folding<>(fold, stream, skipped);
        }

        void foldTo(long position) {
            while (folded < events.size() && events.get(folded).position() <= position) {
                folding.add(events.get(folded++));
            }
        }
    }

    /**
     * Repairs the streams within the connection's transaction, which the caller ends.
     *
     * @param connection not in auto-commit, READ COMMITTED
     * @param streams each read by the fold; few, since their events are held in memory and live processing waits
     * @param dryRun true leaves everything as it was; what is told is what would have happened
     * @throws GenerationGone where there is no such generation
     * @throws UnknownEvent when newer software wrote an event of these streams
     */
    Outcome repair(Connection connection, Collection<String> streams, boolean dryRun) throws SQLException {
        var skipped = skipped(connection);
        var before = position(connection, "");
        var head = log.head();
        var ones = new LinkedHashMap<String, One>();
        for (var stream : streams) {
            ones.put(stream, new One(stream, skipped));
        }
        read(ones, head);
        ones.values().forEach(one -> one.foldTo(before));

        // Live processing stores its progress first in each batch, so from here on it waits.
        var position = position(connection, " FOR UPDATE");
        for (var reached = head; reached < position; ) {
            var more = log.after(reached, CHUNK);
            if (more.isEmpty()) {
                throw new IllegalStateException("the log ends before the model's position " + position);
            }
            for (var event : more) {
                var one = ones.get(event.stream());
                if (one != null) {
                    one.events.add(event);
                }
            }
            reached = more.getLast().position();
        }
        var skippedNow = skipped(connection);
        var stale = position < before || !skippedNow.equals(skipped); // after a crash; skipped a moment ago
        for (var one : ones.values()) {
            if (stale) {
                one.folding = new Folding<>(fold, one.stream, skippedNow);
                one.folded = 0;
            }
            one.foldTo(position);
        }
        // Some of their events may have been opened before their keys ended. Where one ends from here on, the event
        // that
        // says so lies behind the position, and live processing folds the stream anew when it brings that in.
        var ended = log.ended(ones.keySet());
        ones.values().stream()
                .filter(one -> ended.contains(one.stream))
                .forEach(one -> foldErased(one, position, skippedNow));
        return replace(connection, List.copyOf(ones.values()), position, skippedNow, dryRun);
    }

    private void foldErased(One one, long position, Set<Long> skipped) {
        one.events.clear();
        try (var events = log.erasedEventsOf(one.stream)) {
            events.takeWhile(event -> event.position() <= position).forEach(one.events::add);
        }
        one.folding = new Folding<>(fold, one.stream, skipped);
        one.folded = 0;
        one.foldTo(position);
    }

    private void read(Map<String, One> ones, long head) {
        try (var events = log.eventsOf(ones.keySet())) {
            var each = events.iterator();
            while (each.hasNext()) {
                var event = each.next();
                var one = ones.get(event.stream());
                if (one != null && event.position() <= head) {
                    one.events.add(event);
                }
            }
        }
    }

    private Outcome replace(Connection connection, List<One> ones, long position, Set<Long> skipped, boolean dryRun)
            throws SQLException {
        var streams = ones.stream().map(one -> one.stream).toList();
        var before = StoredRows.of(connection, fold, streams, shapes);
        var untouched = connection.setSavepoint();
        var failures = new LinkedHashMap<String, Folding.Failure>();
        for (var one : ones) {
            var failure = one.folding.failure();
            if (failure != null) {
                failures.put(one.stream, failure);
            }
        }
        fold.delete(connection, streams);
        if (tryWrite(connection, ones.stream().map(one -> one.folding.rows()).toList()) != null) {
            for (var one : ones) {
                var fault = tryWrite(connection, List.of(one.folding.rows()));
                if (fault != null) {
                    failures.put(one.stream, writeBeginning(connection, one, skipped, fault));
                }
            }
        }
        var after = StoredRows.of(connection, fold, streams, shapes);
        var differences = before.differences(after);
        if (dryRun || differences.isEmpty()) {
            connection.rollback(untouched); // rows that are right already are not written again
        }
        var causes = new LinkedHashMap<String, String>();
        failures.forEach((stream, failure) -> causes.put(stream, Faults.describe(failure.cause())));
        if (!dryRun) {
            for (var failure : failures.entrySet()) {
                parked.park(
                        connection,
                        failure.getKey(),
                        failure.getValue().position(),
                        Objects.requireNonNull(causes.get(failure.getKey())));
            }
            parked.unpark(
                    connection,
                    streams.stream()
                            .filter(stream -> !failures.containsKey(stream))
                            .toList());
        }
        return new Outcome(
                position,
                ones.stream().mapToLong(one -> one.folded).sum(),
                before.inEither(after),
                differences,
                causes);
    }

    /** As many of the stream's events as can be written; it is parked from the next one on. */
    private Folding.Failure writeBeginning(Connection connection, One one, Set<Long> skipped, SQLException fault)
            throws SQLException {
        var writable = 0;
        for (var not = one.folded; not - writable > 1; ) {
            var middle = (writable + not) / 2;
            var savepoint = connection.setSavepoint();
            if (tryWrite(connection, List.of(beginning(one, middle, skipped))) == null) {
                writable = middle;
            } else {
                not = middle;
            }
            connection.rollback(savepoint);
        }
        tryWrite(connection, List.of(beginning(one, writable, skipped)));
        return new Folding.Failure(one.events.get(writable).position(), fault);
    }

    private R beginning(One one, int events, Set<Long> skipped) {
        var folding = new Folding<>(fold, one.stream, skipped);
        one.events.subList(0, events).forEach(folding::add);
        return folding.rows();
    }

    /** @return the fault of the data, after which nothing of these rows is written */
    private @Nullable SQLException tryWrite(Connection connection, List<R> rows) throws SQLException {
        var some = rows.stream().filter(its -> fold.version(its) > 0).toList();
        if (some.isEmpty()) {
            return null;
        }
        return Faults.ofDataIn(connection, () -> {
            fold.write(connection, some);
            return true;
        });
    }

    private Set<Long> skipped(Connection connection) throws SQLException {
        return parked.exceptions(connection, 1, Long.MAX_VALUE).skippedPositions();
    }

    private long position(Connection connection, String lock) throws SQLException {
        try (var query = connection.prepareStatement(
                "SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?" + lock)) {
            query.setString(1, fold.model().id());
            query.setInt(2, fold.generation());
            try (var row = query.executeQuery()) {
                if (!row.next()) {
                    throw new GenerationGone(
                            fold.model().id() + " has no generation " + fold.generation() + " any more");
                }
                return row.getLong(1);
            }
        }
    }
}
