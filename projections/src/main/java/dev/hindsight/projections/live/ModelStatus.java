package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.ReadModel;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a model fares on this node.
 *
 * @param position the last event that this node has brought in; the stored number may be another node's and further on
 * @param oldestUnderway when the oldest event that is being brought in was recorded; null when none is
 * @param detail for operators, null where the state says all; holds no content of events
 */
public record ModelStatus(
        ReadModel model,
        int generation,
        long position,
        State state,
        @Nullable Instant oldestUnderway,
        @Nullable String detail) {

    /** What a model is doing. */
    public enum State {
        /** Not following: not started, or stopped on purpose. */
        STOPPED,
        /** Following the log, or ready to take over from the node that does. */
        RUNNING,
        /** The database does not answer or another fault of the infrastructure: tries again by itself. */
        BACKING_OFF,
        /** Newer software wrote the next event: stands before it until this node is upgraded. */
        UNKNOWN_EVENT
    }
}
