package dev.hindsight.domain;

/** It was there and was taken away for good (410), such as erased content. No stack trace: it is an answer. */
public final class Gone extends RuntimeException {

    private final String code;

    /** @param code stable upper-case name, such as {@code ERASED} */
    public Gone(String code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
