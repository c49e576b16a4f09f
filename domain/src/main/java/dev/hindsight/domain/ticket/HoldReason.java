package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;

/** Whom or what a ticket on hold waits for; OTHER says it in a text. The names are stored. */
public enum HoldReason {
    VENDOR,
    CHANGE,
    PROBLEM,
    SCHEDULED,
    OTHER;

    /** @throws InvalidRequest naming the field and the words that are known */
    public static HoldReason parse(String field, String word) {
        return Words.parse(HoldReason.class, field, word);
    }
}
