package dev.hindsight.ops.eventstore;

import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.WrappedToken;
import org.jspecify.annotations.Nullable;

/** Positions and Axon's tokens: a token of this store is one number. */
final class Positions {

    private Positions() {}

    /** The last position that the token has seen; 0 for null, the beginning. Refuses another store's tokens. */
    static long of(@Nullable TrackingToken token) {
        @Nullable TrackingToken lower = WrappedToken.unwrapLowerBound(token);
        if (lower == null) {
            return 0;
        }
        if (lower instanceof GlobalSequenceTrackingToken sequence) {
            return sequence.getGlobalIndex();
        }
        throw new IllegalArgumentException("A " + lower.getClass().getSimpleName()
                + " is no place in this log: it was written by another event store. Reset the processor.");
    }
}
