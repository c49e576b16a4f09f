package dev.hindsight.projections.rebuild;

import static dev.hindsight.projections.readmodel.ReadModel.physicalName;

import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.ParkedStreams;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.BulkLog.Stored;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.rebuild.JobRunner.Tools;
import dev.hindsight.projections.rebuild.Report.Difference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Holds the rows of one generation against what the log makes of them, and writes nothing. The log is folded stream by
 * stream, naively, one event after the other; the rows that lie between the first and the last stream of a batch are read
 * from the server as bytes and joined with it here, each batch in a snapshot of its own, so that none is held for long.
 * What is not equal at once (a stream that live processing has moved on meanwhile, one that is parked, one that differs)
 * is folded once more from its own events and held against its rows as they are then, at their own last position; only
 * that counts as a difference. For one thread.
 *
 * @param <R> the rows of one stream
 */
final class LogComparison<R> {

    private static final int BATCH_EVENTS = 4_096;
    private static final long BATCH_BYTES = 8L << 20;

    /** Streams that are folded once more at a time. */
    private static final int AT_ONCE = 500;

    /** More streams that differ are not folded once more: the first folding says it. */
    private static final int MOST_REFOLDED = 2_000;

    private static final int REFOLDED_BY_CHANCE = 200;
    private static final int SAMPLES = 20;

    private final StreamFold<R> fold;
    private final Set<String> changed;
    private final BulkLog log;
    private final EventLog events;
    private final Connection connection;
    private final JdbcClient jdbc;
    private final int threads;
    private final int batchEvents;
    private final List<ComparedTable> tables = new ArrayList<>();
    private final List<Difference> samples = new ArrayList<>();
    /** Streams to be folded once more. */
    private final Map<String, First> again = new LinkedHashMap<>();

    private int chosen;
    private int refolded;
    private int refoldedOtherwise;

    /** Hears of each batch. */
    interface Progress {

        /** There are so many events in all, which is known only now. */
        void coming(long events);

        /** @return false to end */
        boolean compared(long events) throws SQLException, InterruptedException;
    }

    /**
     * @param fold of the generation that is verified
     * @param changed tables and columns ({@code table.column}) that its definition fills otherwise: not compared
     * @param connection not in auto-commit, outside a transaction
     */
    LogComparison(StreamFold<R> fold, Set<String> changed, Tools tools, Connection connection) {
        this.fold = fold;
        this.changed = changed;
        this.log = tools.log();
        this.events = tools.events();
        this.connection = connection;
        this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        this.threads = tools.threads();
        this.batchEvents = Math.min(tools.batchEvents(), BATCH_EVENTS);
    }

    /** @param rows of all streams, by table */
    private record Folded(List<Stored> events, Map<String, CopyBatch.Rows> rows) {}

    /** What the first folding of a stream said. */
    private enum First {
        EQUAL,
        DIFFERENT,
        /** It says nothing: the stream has moved on since, or stands still. */
        OLD
    }

    /** What the generation is like in one snapshot. */
    private record Moment(long position, Map<String, Long> parked) {}

    /** @return empty where progress ended it */
    Optional<Report> compare(Progress progress) throws SQLException, InterruptedException {
        for (var table : fold.tables()) {
            if (!changed.contains(table.name())) {
                tables.add(new ComparedTable(
                        table,
                        physicalName(table.name(), fold.generation()),
                        TableShape.of(jdbc, table.name())
                                .without(column -> changed.contains(table.name() + "." + column)),
                        connection));
            }
        }
        connection.rollback(); // snapshots begin anew
        var upTo = begin().position();
        var skipped = skipped();
        connection.rollback();
        var underway = new ArrayDeque<Future<Folded>>();
        String after = null;
        long done = 0;
        try (var reading = log.byStream(fold.prefixes(), null, upTo);
                var workers = new Workers(threads)) {
            var batches = new StreamBatches(reading, batchEvents, BATCH_BYTES, stream -> fold);
            var batch = batches.next();
            var coming = reading.total(fold.prefixes());
            if (coming.isPresent()) {
                progress.coming(coming.getAsLong());
            }
            while (batch != null || !underway.isEmpty()) {
                if (batch != null) {
                    var whole = batch;
                    underway.add(workers.submit(() -> fold(whole, skipped)));
                    batch = batches.next();
                }
                if (underway.size() > threads || batch == null) {
                    var folded = result(underway.remove());
                    var last = batch == null && underway.isEmpty() ? null : folded.events().getLast().stream();
                    hold(folded, after, last, upTo);
                    after = last;
                    done += folded.events().size();
                    while (again.size() >= AT_ONCE) {
                        settle();
                    }
                    if (!progress.compared(done)) {
                        return Optional.empty();
                    }
                }
            }
        }
        if (done == 0) {
            hold(new Folded(List.of(), Map.of()), null, null, upTo);
        }
        while (!again.isEmpty()) {
            settle();
        }
        return Optional.of(report(upTo));
    }

    private Report report(long upTo) {
        var told = tables.stream().map(ComparedTable::report).toList();
        return new Report(
                upTo,
                told.stream().mapToLong(Report.Table::liveRows).sum(),
                told.stream().mapToLong(Report.Table::differing).sum(),
                told,
                List.copyOf(samples),
                List.copyOf(changed),
                refolded,
                refoldedOtherwise);
    }

    private static <T> T result(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException fault ? fault : new IllegalStateException(e.getCause());
        }
    }

    private Folded fold(List<Stored> batch, Set<Long> skipped) {
        log.prepare(batch);
        var rows = new ArrayList<R>();
        Folding<R> folding = null;
        String stream = null;
        for (var event : batch) {
            if (folding == null || !event.stream().equals(stream)) {
                stream = event.stream();
                add(rows, folding);
                folding = new Folding<>(fold, stream, skipped);
            }
            folding.addStored(event);
        }
        add(rows, folding);
        return new Folded(batch, rows(rows));
    }

    private void add(List<R> rows, @Nullable Folding<R> folding) {
        if (folding != null && fold.version(folding.rows()) > 0) {
            rows.add(folding.rows());
        }
    }

    private Map<String, CopyBatch.Rows> rows(List<R> rows) {
        var copy = new CopyBatch();
        fold.copy(rows, copy);
        return copy.rows();
    }

    /** Begins a transaction with one snapshot. */
    private Moment begin() throws SQLException {
        try (var begin = connection.createStatement()) {
            begin.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        }
        var position = jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(fold.model().id(), fold.generation())
                .query(Long.class)
                .single();
        var parked = new HashMap<String, Long>();
        jdbc.sql("SELECT stream, first_position FROM readmodel.parked WHERE model = ? AND generation = ?")
                .params(fold.model().id(), fold.generation())
                .query(row -> {
                    parked.put(row.getString(1), row.getLong(2));
                });
        return new Moment(position, parked);
    }

    private Set<Long> skipped() throws SQLException {
        return new ParkedStreams(fold.model(), fold.generation())
                .exceptions(connection, 1, Long.MAX_VALUE)
                .skippedPositions();
    }

    /** A batch against the rows behind one stream up to another; null for no bound. */
    private void hold(Folded folded, @Nullable String after, @Nullable String last, long upTo) throws SQLException {
        try {
            var moment = begin();
            var out = new HashSet<>(moment.parked().keySet());
            var pairs = new LinkedHashMap<ComparedTable, List<RowPair>>();
            for (var table : tables) {
                var its = table.pairs(folded.rows().get(table.name()), table.within(after, last));
                table.movedOn(its, upTo, out);
                pairs.put(table, its);
            }
            if (moment.position() < upTo) { // a crash of the database took the newest rows back
                folded.events().stream()
                        .filter(event -> event.position() > moment.position())
                        .forEach(event -> out.add(event.stream()));
            }
            var differing = new LinkedHashSet<String>();
            pairs.forEach((table, its) -> its.stream()
                    .filter(pair -> !pair.equal())
                    .map(pair -> table.stream(pair))
                    .filter(stream -> !out.contains(stream))
                    .forEach(differing::add));
            var room = MOST_REFOLDED - refolded - again.size();
            var beyond = new HashSet<String>();
            for (var stream : differing) {
                if (room-- > 0) {
                    again.put(stream, First.DIFFERENT);
                    out.add(stream);
                } else {
                    beyond.add(stream);
                }
            }
            out.addAll(Folding.endedAfter(beyond, events, moment.position()));
            if (chosen < REFOLDED_BY_CHANCE && !folded.events().isEmpty()) {
                var stream = folded.events().getFirst().stream();
                if (out.add(stream)) {
                    again.put(stream, First.EQUAL);
                    chosen++;
                }
            }
            for (var one : pairs.entrySet()) {
                one.getKey().count(one.getValue(), out, samples, SAMPLES);
                if (!out.isEmpty()) {
                    for (var pair : one.getValue()) {
                        var stream = one.getKey().stream(pair);
                        if (out.contains(stream)) {
                            again.putIfAbsent(stream, First.OLD);
                        }
                    }
                }
            }
        } finally {
            connection.rollback();
        }
    }

    /** Folds some streams once more, one by one from their own events, and counts what they are. */
    private void settle() throws SQLException {
        var some = new LinkedHashMap<String, First>();
        for (var all = again.entrySet().iterator(); all.hasNext() && some.size() < AT_ONCE; all.remove()) {
            var one = all.next();
            some.put(one.getKey(), one.getValue());
        }
        try {
            var moment = begin();
            var skipped = skipped();
            var foldings = new LinkedHashMap<String, Folding<R>>();
            some.keySet().forEach(stream -> foldings.put(stream, new Folding<>(fold, stream, skipped)));
            var erasedLater = Folding.all(foldings, events, moment.position(), moment.parked());
            foldings.keySet().removeAll(erasedLater);
            some.keySet().removeAll(erasedLater);
            var rows = new ArrayList<R>();
            foldings.values().forEach(folding -> add(rows, folding));
            var folded = rows(rows);
            var differing = new HashSet<String>();
            for (var table : tables) {
                var pairs = table.pairs(folded.get(table.name()), table.of(some.keySet()));
                table.count(pairs, Set.of(), samples, SAMPLES);
                pairs.stream().filter(pair -> !pair.equal()).forEach(pair -> differing.add(table.stream(pair)));
            }
            refolded += some.size();
            some.forEach((stream, first) -> {
                if (first != First.OLD && (first == First.DIFFERENT) != differing.contains(stream)) {
                    refoldedOtherwise++;
                }
            });
        } finally {
            connection.rollback();
        }
    }
}
