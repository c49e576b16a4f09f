package dev.hindsight.projections.ledger;

import dev.hindsight.domain.ledger.SignedNote;
import java.io.IOException;
import java.util.Optional;

/** Somewhere outside the database that keeps checkpoints, so that nobody inside can rewrite the past unnoticed. */
public interface CheckpointPlace extends AutoCloseable {

    /** Names it in health, metrics and the record of what it has; no secrets. */
    String name();

    /**
     * Hands a checkpoint over; returns when the place has it. May come twice.
     *
     * @throws IOException when it did not take it: tried again later
     */
    void publish(SignedNote checkpoint) throws IOException, InterruptedException;

    /** The last one it has, where it can tell. */
    Optional<SignedNote> last() throws IOException;

    /** Lets go of what it holds; nothing unless it holds something. */
    @Override
    default void close() {}
}
