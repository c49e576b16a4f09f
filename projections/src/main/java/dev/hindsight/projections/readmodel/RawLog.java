package dev.hindsight.projections.readmodel;

import dev.hindsight.domain.ledger.EventHeader;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log as it is stored, byte by byte and in order, for the ledger, checks and exports. The event store's wiring
 * provides it. Safe for concurrent use; a reading is for one thread.
 */
public interface RawLog {

    /** The highest position given so far; 0 for an empty log. */
    long head();

    /**
     * Every event after one position up to another.
     *
     * @param after the last position not to read; 0 for all
     * @param upTo the last position to read; beyond the head it ends at the head
     */
    Reading inOrder(long after, long upTo);

    /**
     * The events of these streams up to a position, in order of positions. An order that is broken elsewhere is not
     * noticed.
     */
    Reading ofStreams(Collection<String> streams, long upTo);

    /**
     * What of the store belongs to no position although it should: stored events that the order passed over for good. A
     * sentence for operators without content of events; null where there is none, or the store cannot tell.
     */
    @Nullable
    String unplaced();

    /** Holds a connection until it is closed, also after the last event. */
    interface Reading extends AutoCloseable {

        /**
         * The next events, never an empty list; null after the last.
         *
         * @throws BrokenOrder where the order has a hole, or more than one event for a position
         * @throws RuntimeException when the store fails
         */
        @Nullable
        List<Stored> next() throws InterruptedException;

        @Override
        void close();
    }

    /**
     * An event as it lies in the store.
     *
     * @param metadata the stored bytes; not copied, not to be changed
     * @param payload the same
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Stored(EventHeader header, byte[] metadata, byte[] payload) {}

    /** The store does not have exactly one event for a position: its tables were changed by hand. */
    final class BrokenOrder extends RuntimeException {

        private final long position;

        /** @param message says what is wrong without content of events */
        public BrokenOrder(long position, String message) {
            super(message);
            this.position = position;
        }

        public long position() {
            return position;
        }
    }
}
