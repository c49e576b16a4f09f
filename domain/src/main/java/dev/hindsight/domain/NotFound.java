package dev.hindsight.domain;

/**
 * There is no such thing, or the caller may not see it (404): both read the same. Carries no stack trace: it is an
 * answer, not a fault.
 */
public final class NotFound extends RuntimeException {

    /** @param detail one sentence for people, such as {@code No ticket HD-12.} */
    public NotFound(String detail) {
        super(detail, null, false, false);
    }
}
