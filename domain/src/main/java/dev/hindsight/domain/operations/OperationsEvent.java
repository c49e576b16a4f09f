package dev.hindsight.domain.operations;

import dev.hindsight.domain.Event;
import java.time.Instant;
import java.util.UUID;

/** What happens to the log and the installation as a whole. Stream {@code operations}. */
public sealed interface OperationsEvent extends Event {

    @Override
    default String streamId() {
        return "operations";
    }

    /**
     * Position 1 of every log.
     *
     * @param logId names this log for ever; restored copies keep it
     * @param format version of the stored form of events, 1 today
     */
    record LogInitialized(UUID logId, Instant at, int format) implements OperationsEvent {}

    /**
     * An import run began or ended; its rows stand in their tickets' streams under the same import id.
     *
     * @param fileSha256 lower-case hex of the file's bytes
     */
    record ImportStarted(UUID importId, Instant at, String source, String mapping, String fileSha256)
            implements OperationsEvent {}

    /** @param irregular moves stored although live commands would refuse them */
    record ImportFinished(
            UUID importId, Instant at, long rows, long tickets, long events, long irregular, long rejected)
            implements OperationsEvent {}
}
