package dev.hindsight.projections.live;

import dev.hindsight.domain.ErasesContent;
import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.readmodel.EventLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
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
    private final EventLog log;
    private final ParkedStreams parked;

    /** @param log asked only for streams whose content was erased */
    BatchProjector(StreamFold<R> fold, EventLog log) {
        this.fold = fold;
        this.log = log;
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
        var erased = erased(byStream.values());
        var exceptions = parked.exceptions(
                connection,
                erased.isEmpty() ? arrivals.getFirst().position() : 1,
                arrivals.getLast().position());
        for (var stream : exceptions.parkedStreams()) {
            if (!erased.contains(stream)) {
                byStream.remove(stream);
            }
        }
        if (byStream.isEmpty()) {
            return 0;
        }
        var failures = new LinkedHashMap<String, Failure>();
        var folded = fold(connection, byStream, erased, exceptions.skippedPositions(), failures);
        write(connection, byStream, erased, folded, failures);
        var followedAgain = new HashSet<>(erased);
        followedAgain.retainAll(exceptions.parkedStreams());
        followedAgain.removeAll(failures.keySet());
        if (!followedAgain.isEmpty()) {
            parked.unpark(connection, followedAgain);
        }
        for (var failure : failures.entrySet()) {
            park(connection, failure.getKey(), failure.getValue());
        }
        return failures.size();
    }

    private record Failure(long firstPosition, Throwable cause) {}

    private Map<String, R> fold(
            Connection connection,
            Map<String, List<Arrival>> byStream,
            Set<String> erased,
            Set<Long> skipped,
            Map<String, Failure> failures)
            throws SQLException {
        // Also those that begin in this batch: after a token was set back by hand they have rows.
        var known = fold.load(connection, byStream.keySet());
        var folded = new LinkedHashMap<String, R>();
        for (var stream : byStream.entrySet()) {
            if (erased.contains(stream.getKey())) {
                folded.put(
                        stream.getKey(),
                        anew(stream.getKey(), stream.getValue().getLast().position(), skipped, failures));
                continue;
            }
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

    /** What holds a key that was destroyed is made again, as a rebuild would make it: nothing of before may stay. */
    private static Set<String> erased(Collection<List<Arrival>> arrivals) {
        var erased = new HashSet<String>();
        for (var stream : arrivals) {
            for (var arrival : stream) {
                var event = arrival.event();
                if (event != null && event.event() instanceof ErasesContent) {
                    erased.add(arrival.stream());
                }
            }
        }
        return erased;
    }

    private R anew(String stream, long upTo, Set<Long> skipped, Map<String, Failure> failures) {
        var rows = fold.begin(stream);
        try (var events = log.erasedEventsOf(stream)) {
            var each = events.iterator();
            while (each.hasNext()) {
                var event = each.next();
                if (event.position() > upTo) {
                    break;
                }
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
                    failures.put(stream, new Failure(event.position(), e));
                    break;
                }
            }
        }
        return rows;
    }

    /** All at once; where the data of one stream spoils that, stream by stream, each in a savepoint. */
    private void write(
            Connection connection,
            Map<String, List<Arrival>> byStream,
            Set<String> erased,
            Map<String, R> folded,
            Map<String, Failure> failures)
            throws SQLException {
        if (!erased.isEmpty()) {
            fold.delete(connection, erased);
            folded.values().removeIf(rows -> fold.version(rows) == 0); // nothing of it can be folded
        }
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
