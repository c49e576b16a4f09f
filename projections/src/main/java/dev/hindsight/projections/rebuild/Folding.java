package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.ErasesContent;
import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.BulkLog.Stored;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream on its way from its first event on, as naively as can be: one event after the other. For one thread.
 *
 * @param <R> the rows of one stream
 */
final class Folding<R> {

    private final StreamFold<R> fold;
    private final Set<Long> skipped;
    private final R rows;
    private @Nullable Failure failure;

    /** An event that does not fit, and what was said of it. */
    record Failure(long position, Throwable cause) {}

    /** @param skipped positions that are left out */
    Folding(StreamFold<R> fold, String stream, Set<Long> skipped) {
        this.fold = fold;
        this.skipped = skipped;
        this.rows = fold.begin(stream);
    }

    /**
     * Adds the stream's next event; after a failure nothing more is added.
     *
     * @return whether it fitted
     * @throws UnknownEvent when newer software wrote it
     * @throws RuntimeException when the infrastructure fails
     */
    boolean add(LoggedEvent event) {
        if (failure != null) {
            return false;
        }
        try {
            if (skipped.contains(event.position())) {
                fold.leaveOut(rows, event.version(), event.position());
            } else {
                fold.apply(rows, event);
            }
            return true;
        } catch (UnknownEvent e) {
            throw e;
        } catch (RuntimeException e) {
            if (Faults.ofInfrastructure(e)) {
                throw e;
            }
            failure = new Failure(event.position(), e);
            return false;
        }
    }

    /**
     * Folds streams as the log gives them now, each up to a position or to where it stands still.
     *
     * @param foldings by stream, nothing added yet
     * @param parked from which position on streams stand still
     * @return those whose content ended after that: what they were can't be told from the log any more
     */
    static Set<String> all(
            Map<String, ? extends Folding<?>> foldings, EventLog log, long upTo, Map<String, Long> parked) {
        return read(foldings.keySet(), log, upTo, parked, event -> {
            var folding = foldings.get(event.stream());
            if (folding != null) {
                folding.add(event); // nothing after a failure: parked from there on
            }
        });
    }

    /** Those of the streams whose content ended after a position. */
    static Set<String> endedAfter(Set<String> streams, EventLog log, long position) {
        var ended = log.ended(streams);
        return ended.isEmpty() ? ended : read(ended, log, position, Map.of(), event -> {});
    }

    private static Set<String> read(
            Set<String> streams, EventLog log, long upTo, Map<String, Long> parked, Consumer<LoggedEvent> before) {
        var erased = new HashSet<String>();
        var erasedLater = new HashSet<String>();
        try (var events = log.eventsOf(streams)) {
            var each = events.iterator();
            while (each.hasNext()) {
                var event = each.next();
                var isBefore = event.position() <= upTo
                        && event.position() < parked.getOrDefault(event.stream(), Long.MAX_VALUE);
                if (isBefore) {
                    before.accept(event);
                }
                if (erases(event)) {
                    (isBefore ? erased : erasedLater).add(event.stream());
                }
            }
        }
        // Asked last: where the key is still there now, it was there for all that was read.
        log.ended(streams).stream().filter(stream -> !erased.contains(stream)).forEach(erasedLater::add);
        return erasedLater;
    }

    /** What can't be read erases nothing. */
    static boolean erases(LoggedEvent event) {
        try {
            return event.event() instanceof ErasesContent;
        } catch (RuntimeException e) {
            if (Faults.ofInfrastructure(e)) {
                throw e;
            }
            return false;
        }
    }

    /** The same for an event that is not decoded yet; one that can't be is one that does not fit. */
    void addStored(Stored event) {
        if (failure == null) {
            LoggedEvent decoded;
            try {
                decoded = event.decoded();
            } catch (UnknownEvent e) {
                throw e;
            } catch (RuntimeException e) {
                if (Faults.ofInfrastructure(e)) {
                    throw e;
                }
                failure = new Failure(event.position(), e);
                return;
            }
            add(decoded);
        }
    }

    R rows() {
        return rows;
    }

    /** Why it ended, null where all events that came are in the rows. */
    @Nullable
    Failure failure() {
        return failure;
    }
}
