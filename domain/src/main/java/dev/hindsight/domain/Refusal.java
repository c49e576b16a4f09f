package dev.hindsight.domain;

/**
 * A rule said no. A refusal is a fact with a stable name that clients rely on; it changes nothing and is never retried.
 * Carries no stack trace: it is an answer, not a fault.
 */
public final class Refusal extends RuntimeException {

    private final String code;

    /**
     * @param code stable upper-case name, such as {@code ALREADY_CLOSED}
     * @param detail one sentence for people that says what to do; holds no personal data
     */
    public Refusal(String code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
