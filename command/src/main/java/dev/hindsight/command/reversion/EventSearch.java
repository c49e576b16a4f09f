package dev.hindsight.command.reversion;

import java.util.List;
import java.util.UUID;

/** Finds events of tickets in the log by who and what stands behind them. The event store's wiring provides it. */
public interface EventSearch {

    /** @param version of the ticket, from 1 */
    record Match(UUID ticket, long version) {}

    /** Takes what was found, part by part. */
    @FunctionalInterface
    interface Parts {
        /**
         * @param reached the last position that was read
         * @return whether to go on
         */
        boolean take(List<Match> matches, long reached);
    }

    /** The highest position given so far; 0 for an empty log. */
    long head();

    /**
     * Reads the log in order.
     *
     * @param after the last position not to read
     * @param upTo the last position to read, at most the head
     */
    void find(Criteria criteria, long after, long upTo, Parts parts) throws InterruptedException;
}
