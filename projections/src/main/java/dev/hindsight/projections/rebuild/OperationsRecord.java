package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.operations.OperationsEvent;
import java.util.UUID;

/** Appends to the stream of operations. The commands' wiring provides it. */
@FunctionalInterface
public interface OperationsRecord {

    /**
     * Appends the event, once: repeated for the same job and step within a day it changes nothing.
     *
     * @param step names what is recorded within its job
     * @param by who ordered it
     * @throws RuntimeException when it could not be appended, or nobody knows whether it was: to be tried again
     */
    void append(UUID job, String step, Envelope.Actor by, OperationsEvent event);
}
