package dev.hindsight.domain;

/** The call needs the version it was decided on, an {@code If-Match}, and has none (428). Carries no stack trace. */
public final class PreconditionRequired extends RuntimeException {

    public PreconditionRequired() {
        super("Say with If-Match which version of the ticket this was decided on.", null, false, false);
    }
}
