package dev.hindsight.command.dispatch;

/** An idempotency key was used again for another request (422 {@code IDEMPOTENCY_MISMATCH}). Carries no stack trace. */
public final class IdempotencyMismatch extends RuntimeException {

    public IdempotencyMismatch() {
        super(
                "This Idempotency-Key was used for another request; use a new key for a new request.",
                null,
                false,
                false);
    }
}
