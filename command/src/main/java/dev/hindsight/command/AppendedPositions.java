package dev.hindsight.command;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What the event-store engine tells about positions, which are given after commit. Safe for concurrent use.
 *
 * <p>The engine leaves the append number of a unit of work's last append as a {@link Long} resource of that unit of
 * work's root under {@link #LAST_APPEND}; a unit of work that appended nothing has none.
 */
public interface AppendedPositions {

    /** Key of the unit-of-work resource that holds the last append number. */
    String LAST_APPEND = "dev.hindsight.last-append";

    /**
     * Waits for the position of the last event of an append call whose transaction has committed.
     *
     * @param appendNumber as left under {@link #LAST_APPEND}
     * @return empty when it did not come in time; never fails, because the command has already succeeded
     */
    OptionalLong awaitPosition(long appendNumber, Duration atMost);

    /**
     * Looks up the position of a committed event.
     *
     * @param sequence the event's number in its stream, from 0
     * @return empty when there is no such event or it has no position yet
     */
    OptionalLong positionOf(String streamId, long sequence);
}
