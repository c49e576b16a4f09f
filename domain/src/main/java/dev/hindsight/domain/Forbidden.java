package dev.hindsight.domain;

/** The caller lacks the right for this call (403). Carries no stack trace: it is an answer, not a fault. */
public final class Forbidden extends RuntimeException {

    /** @param detail one sentence for people that names the right that is missing */
    public Forbidden(String detail) {
        super(detail, null, false, false);
    }
}
