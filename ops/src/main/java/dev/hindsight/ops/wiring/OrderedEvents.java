package dev.hindsight.ops.wiring;

import dev.hindsight.ops.eventstore.StoredEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log that gives its events in the order of positions and in no other, nothing decoded. Safe for concurrent use. */
interface OrderedEvents {

    /** The highest position given so far; 0 for an empty log. */
    long head();

    /**
     * Every event after one position up to another, which must not lie beyond the head.
     *
     * @param after the last position not to read; 0 for all from the beginning
     */
    Reading read(long after, long to);

    /** For one thread. Close it, also after the last chunk. */
    interface Reading extends AutoCloseable {

        /**
         * The next events, never an empty list; null after the last.
         *
         * @throws RuntimeException when the store fails
         */
        @Nullable
        List<StoredEvent> next() throws InterruptedException;

        @Override
        void close();
    }
}
