package dev.hindsight.domain;

/**
 * What was sent is larger than is taken (413). Carries a name and what to do; no stack trace: it is an answer, not a
 * fault.
 */
public final class TooLarge extends RuntimeException {

    private final String code;

    /**
     * @param code stable upper-case name, such as {@code ATTACHMENT_TOO_LARGE}
     * @param detail one sentence for people that says the limit
     */
    public TooLarge(String code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
