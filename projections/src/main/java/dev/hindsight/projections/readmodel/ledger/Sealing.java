package dev.hindsight.projections.readmodel.ledger;

/** Has the ledger look for new events now instead of at its next turn. The projections' wiring provides it. */
@FunctionalInterface
public interface Sealing {

    /** Never blocks; other nodes than the one that seals do nothing. */
    void wake();
}
