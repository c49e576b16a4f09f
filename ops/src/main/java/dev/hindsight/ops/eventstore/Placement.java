package dev.hindsight.ops.eventstore;

import java.time.Instant;

/**
 * The place of one append call in the order.
 *
 * @param firstPosition position of its first event
 * @param events how many consecutive positions it has, at least 1
 * @param appendNumber the append call
 * @param recordedAt when it got its place; never decreasing with position
 */
record Placement(long firstPosition, int events, long appendNumber, Instant recordedAt) {

    long lastPosition() {
        return firstPosition + events - 1;
    }
}
