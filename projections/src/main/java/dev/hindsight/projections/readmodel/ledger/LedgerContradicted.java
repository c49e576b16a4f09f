package dev.hindsight.projections.readmodel.ledger;

/**
 * The ledger does not go on from what was signed before, so nothing more is signed: the database was changed or rolled
 * back. The message holds no content of events.
 */
public final class LedgerContradicted extends RuntimeException {

    public LedgerContradicted(String message) {
        super(message);
    }
}
