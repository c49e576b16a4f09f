package dev.hindsight.domain.ledger;

/** A text or bytes that should be of the ledger's format are not. The message says what is wrong and quotes no content. */
public final class MalformedLedgerException extends RuntimeException {

    public MalformedLedgerException(String message) {
        super(message);
    }
}
