package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;

/** How a ticket relates to another. The names are stored; what the other ticket reads ({@link #inverse}) never is. */
public enum LinkType {
    RELATES_TO("RELATES_TO"),
    DUPLICATE_OF("DUPLICATED_BY"),
    CAUSED_BY("CAUSE_OF"),
    PARENT_OF("CHILD_OF"),
    FOLLOW_UP_OF("FOLLOWED_UP_BY");

    private final String inverse;

    LinkType(String inverse) {
        this.inverse = inverse;
    }

    /** The same link as read from its other end. */
    public String inverse() {
        return inverse;
    }

    /** @throws InvalidRequest naming the field and the words that are known */
    public static LinkType parse(String field, String word) {
        return Words.parse(LinkType.class, field, word);
    }
}
