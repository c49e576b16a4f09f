package dev.hindsight.projections.readmodel;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The log as folds read it outside the live tail. The event-store engine implements it. Safe for concurrent use. */
public interface EventLog {

    /**
     * Every event of a stream that has a position, in order; empty for an unknown stream. Events come lazily: close the
     * stream. What can't be decoded fails when the event is asked for, not before.
     */
    Stream<LoggedEvent> eventsOf(String stream);

    /**
     * The same for several streams, each in order; where they can only be found by reading everything, that is done once
     * for all of them.
     */
    default Stream<LoggedEvent> eventsOf(Collection<String> streams) {
        return streams.stream().flatMap(this::eventsOf);
    }

    /**
     * The same of a stream whose key was destroyed: nothing is opened by a key that is still in memory.
     *
     * @param stream whose last events include one that erases it
     */
    Stream<LoggedEvent> erasedEventsOf(String stream);

    /**
     * The next events in the order of positions, at most so many: fewer only at the head. What can't be decoded fails
     * when the event is asked for, not before.
     *
     * @param position the last position not to read; 0 for all from the beginning
     */
    List<LoggedEvent> after(long position, int count);

    /** The highest position given so far; 0 for an empty log. */
    long head();

    /** The last position whose event was recorded at this moment or before; 0 for none. */
    default long recordedBy(Instant moment) {
        // Neither ever falls when the other rises, so a few events tell.
        long low = 0;
        long high = head();
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (after(middle, 1).getFirst().recordedAt().isAfter(moment)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
