package dev.hindsight.domain;

/**
 * What we keep is missing or was changed (500): a fault of ours with a name of its own, which an operator has to look
 * into.
 */
public final class Damaged extends RuntimeException {

    private final String code;

    /**
     * @param code stable upper-case name, such as {@code ATTACHMENT_DAMAGED}
     * @param detail one sentence for people that names nothing internal
     */
    public Damaged(String code, String detail) {
        super(detail);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
