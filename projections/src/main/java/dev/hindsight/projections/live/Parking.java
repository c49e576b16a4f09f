package dev.hindsight.projections.live;

import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Retrying what is parked in one generation: the stream is folded anew from the log, up to where the generation stands,
 * and takes its place among the others again. Live processing waits for it. Safe for concurrent use.
 *
 * @param <R> the model's rows of one stream
 */
public final class Parking<R> {

    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);

    private final StreamFold<R> fold;
    private final ParkedStreams parked;
    private final EventLog log;
    private final DataSource dataSource;
    private final TransactionOperations transactions;

    /** @param transactions over the same data source */
    public Parking(StreamFold<R> fold, EventLog log, DataSource dataSource, TransactionOperations transactions) {
        this.fold = fold;
        this.parked = new ParkedStreams(fold.model(), fold.generation());
        this.log = log;
        this.dataSource = dataSource;
        this.transactions = transactions;
    }

    /**
     * How a retry ended.
     *
     * @param repaired whether the stream is followed again
     * @param cause why it stays parked, null where it does not
     */
    public record Outcome(boolean repaired, @Nullable String cause) {}

    /**
     * Folds a parked stream anew. A stream that is not parked is left alone and counts as repaired.
     *
     * @throws UnknownEvent when the stream holds an event of newer software
     * @throws org.springframework.dao.DataAccessException when the infrastructure fails; nothing has changed then
     */
    public Outcome retry(String stream) {
        return Objects.requireNonNull(transactions.execute(status -> {
            var connection = DataSourceUtils.getConnection(dataSource);
            try {
                return retry(connection, stream);
            } catch (SQLException e) {
                throw new ProjectionFault(fold.model(), e);
            } finally {
                DataSourceUtils.releaseConnection(connection, dataSource);
            }
        }));
    }

    private Outcome retry(Connection connection, String stream) throws SQLException {
        var position = lockedPosition(connection);
        if (!parked.exceptions(connection, 0, -1).parkedStreams().contains(stream)) {
            return new Outcome(true, null);
        }
        var events = history(stream, position);
        var first = events.isEmpty() ? position : events.getFirst().position();
        var skipped = parked.exceptions(connection, first, position).skippedPositions();
        var rows = fold.begin(stream);
        for (var event : events) {
            try {
                if (skipped.contains(event.position())) {
                    fold.leaveOut(rows, event.version(), event.position());
                } else {
                    fold.apply(rows, event);
                }
            } catch (UnknownEvent e) {
                throw e;
            } catch (RuntimeException e) {
                if (Faults.ofInfrastructure(e)) {
                    throw e;
                }
                return staysParked(connection, stream, event.position(), e);
            }
        }
        var savepoint = connection.setSavepoint();
        try {
            fold.delete(connection, stream);
            if (fold.version(rows) > 0) {
                fold.write(connection, List.of(rows));
            }
        } catch (SQLException e) {
            if (!Faults.ofData(e)) {
                throw e;
            }
            connection.rollback(savepoint);
            return staysParked(connection, stream, first, e);
        }
        parked.unpark(connection, stream);
        LOG.info("Model {} follows {} again", fold.model().id(), stream);
        return new Outcome(true, null);
    }

    private Outcome staysParked(Connection connection, String stream, long position, Exception fault)
            throws SQLException {
        var cause = Faults.describe(fault);
        parked.park(connection, stream, position, cause);
        return new Outcome(false, cause);
    }

    private List<LoggedEvent> history(String stream, long upTo) {
        try (var events = log.eventsOf(stream)) {
            var history = new ArrayList<LoggedEvent>();
            var each = events.iterator();
            while (each.hasNext()) {
                var event = each.next();
                if (event.position() > upTo) {
                    break;
                }
                history.add(event);
            }
            return history;
        }
    }

    /** Live processing stores its progress first in each batch, so from here on it waits. */
    private long lockedPosition(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement(
                "SELECT position FROM readmodel.generation WHERE model = ? AND generation = ? FOR UPDATE")) {
            query.setString(1, fold.model().id());
            query.setInt(2, fold.generation());
            try (var row = query.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("no generation " + fold.generation() + " of "
                            + fold.model().id());
                }
                return row.getLong(1);
            }
        }
    }
}
