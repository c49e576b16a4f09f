package dev.hindsight.projections.readmodel;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
     * Those of these streams whose content nobody can open any more, as the keys are at this moment. The event that says
     * so may come later: a person's key ends before each of their tickets is told.
     */
    Set<String> ended(Collection<String> streams);

    /**
     * The next events in the order of positions, at most so many: fewer only at the head. What can't be decoded fails
     * when the event is asked for, not before.
     *
     * @param position the last position not to read; 0 for all from the beginning
     */
    List<LoggedEvent> after(long position, int count);

    /**
     * The streams that events of a part of the log erase. One that can't be read erases nothing.
     *
     * @param after the last position that is not looked at
     * @param upTo the last one that is, at most the head
     */
    Set<String> erased(long after, long upTo);

    /** How many events of these streams are stored and have no position yet; 0 where storing one gives it. */
    default long unplaced(Collection<String> streams) {
        return 0;
    }

    /** The highest position given so far; 0 for an empty log. */
    long head();

    /** The last position whose event was recorded at this moment or before; 0 for none. */
    long recordedBy(Instant moment);

    /**
     * A moment after which no event up to this position happened.
     *
     * @return null where nobody can tell, as for a position that is not there yet
     */
    @Nullable
    Instant latestOccurred(long position);
}
