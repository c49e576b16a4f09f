package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.live.ParkedStreams;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Has recovered generations forget: streams that were erased are folded again, up to the generation's own position. */
final class RecoveredStreams {

    private RecoveredStreams() {}

    /**
     * Puts what the log tells of these streams now in the place of their rows, in the connection's transaction. Needs no
     * indexes. A stream that can't be folded or written to its end is parked as a rebuild parks it.
     *
     * @param connection not in auto-commit
     * @param streams also those that the model does not read, which are passed over
     */
    static <R> void refold(
            Connection connection, StreamFold<R> fold, EventLog log, long upTo, Collection<String> streams)
            throws SQLException {
        var own = streams.stream().filter(fold::reads).toList();
        if (own.isEmpty()) {
            return;
        }
        var parked = new ParkedStreams(fold.model(), fold.generation());
        var skipped = parked.exceptions(connection, 1, upTo).skippedPositions();
        fold.delete(connection, own);
        parked.unpark(connection, own);
        for (var stream : own) {
            var folding = new Folding<>(fold, stream, skipped);
            var first = 0L;
            try (var events = log.erasedEventsOf(stream)) {
                for (var each = events.takeWhile(event -> event.position() <= upTo)
                                .iterator();
                        each.hasNext(); ) {
                    var event = each.next();
                    first = first == 0 ? event.position() : first;
                    folding.add(event);
                }
            }
            var failure = folding.failure();
            if (failure != null) {
                parked.park(connection, stream, failure.position(), Faults.describe(failure.cause()));
            }
            if (fold.version(folding.rows()) > 0) {
                var batch = new CopyBatch();
                fold.copy(List.of(folding.rows()), batch);
                var fault = Faults.ofDataIn(connection, () -> {
                    batch.write(connection, table -> "readmodel." + ReadModel.physicalName(table, fold.generation()));
                    return true;
                });
                if (fault != null) {
                    parked.park(connection, stream, first, Faults.describe(fault));
                }
            }
        }
    }

    /** How many rows a generation has. */
    static long rows(JdbcClient jdbc, ReadModel model, int generation) {
        var rows = 0L;
        for (var table : model.tables()) {
            rows += jdbc.sql("SELECT count(*) FROM readmodel." + ReadModel.physicalName(table, generation))
                    .query(Long.class)
                    .single();
        }
        return rows;
    }
}
