package dev.hindsight.domain;

/**
 * There is no such thing, or the caller may not see it (404, {@link #CODE} unless it has a name of its own): both read the
 * same. Carries no stack trace: it is an answer, not a fault.
 */
public final class NotFound extends RuntimeException {

    public static final String CODE = "NOT_FOUND";

    private final String code;

    /** @param detail one sentence for people, such as {@code No ticket HD-12.} */
    public NotFound(String detail) {
        this(CODE, detail);
    }

    /**
     * @param code stable upper-case name, such as {@code UNKNOWN_GENERATION}
     * @param detail one sentence for people
     */
    public NotFound(String code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
