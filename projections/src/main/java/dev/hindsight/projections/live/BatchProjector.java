package dev.hindsight.projections.live;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one batch of events into one generation's tables, set by set. A stream whose events can't be folded or whose
 * rows can't be written is parked and the others go on. Runs inside the transaction that stores the progress, after the
 * progress row was locked; knows nothing of retrying: faults of the infrastructure pass through.
 *
 * @param <R> the model's rows of one stream
 */
final class BatchProjector<R> {

    private static final Logger LOG = LoggerFactory.getLogger(BatchProjector.class);

    private final StreamFold<R> fold;
    private final ParkedStreams parked;

    BatchProjector(StreamFold<R> fold) {
        this.fold = fold;
        this.parked = new ParkedStreams(fold.model(), fold.generation());
    }

    /** @return how many streams were parked */
    int project(Connection connection, List<Arrival> arrivals) throws SQLException {
        var byStream = new LinkedHashMap<String, List<Arrival>>();
        for (var arrival : arrivals) {
            if (arrival.concerns()) {
                byStream.computeIfAbsent(arrival.stream(), stream -> new ArrayList<>(4))
                        .add(arrival);
            }
        }
        if (byStream.isEmpty()) {
            return 0;
        }
        var exceptions = parked.exceptions(
                connection, arrivals.getFirst().position(), arrivals.getLast().position());
        byStream.keySet().removeAll(exceptions.parkedStreams());
        if (byStream.isEmpty()) {
            return 0;
        }
        var failures = new LinkedHashMap<String, Failure>();
        var folded = fold(connection, byStream, exceptions.skippedPositions(), failures);
        write(connection, byStream, folded, failures);
        for (var failure : failures.entrySet()) {
            park(connection, failure.getKey(), failure.getValue());
        }
        return failures.size();
    }

    private record Failure(long firstPosition, Throwable cause) {}

    private Map<String, R> fold(
            Connection connection,
            Map<String, List<Arrival>> byStream,
            Set<Long> skipped,
            Map<String, Failure> failures)
            throws SQLException {
        // Also those that begin in this batch: after a token was set back by hand they have rows.
        var known = fold.load(connection, byStream.keySet());
        var folded = new LinkedHashMap<String, R>();
        for (var stream : byStream.entrySet()) {
            var rows = known.get(stream.getKey());
            if (rows == null) {
                rows = fold.begin(stream.getKey());
            }
            var before = fold.version(rows);
            for (var arrival : stream.getValue()) {
                if (arrival.version() <= fold.version(rows)) {
                    continue; // delivered before
                }
                try {
                    if (skipped.contains(arrival.position())) {
                        fold.leaveOut(rows, arrival.version(), arrival.position());
                    } else {
                        fold.apply(rows, arrival.readable());
                    }
                } catch (RuntimeException e) {
                    failures.put(stream.getKey(), new Failure(arrival.position(), e));
                    break;
                }
            }
            if (fold.version(rows) > before) {
                folded.put(stream.getKey(), rows);
            }
        }
        return folded;
    }

    /** All at once; where the data of one stream spoils that, stream by stream, each in a savepoint. */
    private void write(
            Connection connection,
            Map<String, List<Arrival>> byStream,
            Map<String, R> folded,
            Map<String, Failure> failures)
            throws SQLException {
        if (folded.isEmpty()) {
            return;
        }
        var all = tryWrite(connection, List.copyOf(folded.values()));
        if (all == null) {
            return;
        }
        for (var stream : folded.entrySet()) {
            var fault = tryWrite(connection, List.of(stream.getValue()));
            if (fault != null) {
                var first = byStream.get(stream.getKey());
                failures.put(
                        stream.getKey(),
                        new Failure(first == null ? 0 : first.getFirst().position(), fault));
            }
        }
    }

    /** @return the fault of the data, after which nothing of these rows is written */
    private @Nullable SQLException tryWrite(Connection connection, List<R> rows) throws SQLException {
        return Faults.ofDataIn(connection, () -> {
            fold.write(connection, rows);
            return true;
        });
    }

    private void park(Connection connection, String stream, Failure failure) throws SQLException {
        var cause = Faults.describe(failure.cause());
        LOG.warn(
                "Model {} parks {} from position {} on: {}", fold.model().id(), stream, failure.firstPosition(), cause);
        parked.park(connection, stream, failure.firstPosition(), cause);
    }
}
