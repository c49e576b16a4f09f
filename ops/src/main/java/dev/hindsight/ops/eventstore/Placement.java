package dev.hindsight.ops.eventstore;

import java.time.Instant;
import java.util.stream.LongStream;

/**
 * The place in the order of one append call, or of several with consecutive numbers and one event each.
 *
 * @param firstPosition position of its first event
 * @param events how many consecutive positions it has, at least 1
 * @param firstAppend the lowest number of its append calls
 * @param appends how many append calls, with consecutive numbers: 1, or as many as there are events
 * @param recordedAt when it got its place; never decreasing with position
 */
record Placement(long firstPosition, int events, long firstAppend, int appends, Instant recordedAt) {

    long lastPosition() {
        return firstPosition + events - 1;
    }

    long lastAppend() {
        return firstAppend + appends - 1;
    }

    LongStream appendNumbers() {
        return LongStream.rangeClosed(firstAppend, lastAppend());
    }

    /** The position of the last event of one of its append calls. */
    long lastPositionOf(long appendNumber) {
        return firstPosition + (appendNumber - firstAppend) + (events - appends);
    }
}
