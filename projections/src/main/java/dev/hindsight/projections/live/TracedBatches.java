package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.ReadModel;
import java.util.Set;

/**
 * Hears that a model brought in a batch of events: so that a trace goes on from a command into the read models. Called
 * on the model's own thread after the commit; must neither block nor throw.
 */
@FunctionalInterface
public interface TracedBatches {

    /** Hears nothing. */
    TracedBatches NOBODY = (model, traceparents, nanos) -> {};

    /**
     * @param traceparents of the batch's events, each once; empty where nothing was traced
     * @param nanos how long the batch took until now, its commit included
     */
    void committed(ReadModel model, Set<String> traceparents, long nanos);
}
