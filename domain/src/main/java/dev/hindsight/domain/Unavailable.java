package dev.hindsight.domain;

/**
 * It can't be answered now, through no fault of the caller's (503). Carries a name, what to do, and when to try again.
 * Carries no stack trace: it is an answer; the fault behind it is logged where it happens.
 */
public final class Unavailable extends RuntimeException {

    private final String code;
    private final int retryAfterSeconds;

    /**
     * @param code stable upper-case name, such as {@code NOT_YET_PROJECTED}
     * @param detail one sentence for people that says what to do
     * @param retryAfterSeconds answered as {@code Retry-After}
     */
    public Unavailable(String code, String detail, int retryAfterSeconds) {
        super(detail, null, false, false);
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    public String code() {
        return code;
    }

    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
