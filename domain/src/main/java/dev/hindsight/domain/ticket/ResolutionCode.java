package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;

/** How a ticket was resolved; OTHER says it in a text, UNKNOWN is for imports. The names are stored. */
public enum ResolutionCode {
    FIXED,
    WORKAROUND,
    NO_FAULT_FOUND,
    DUPLICATE,
    WONT_DO,
    NOT_REPRODUCIBLE,
    REQUESTER_UNRESPONSIVE,
    SPAM,
    OTHER,
    UNKNOWN;

    /** @throws InvalidRequest naming the field and the words that are known */
    public static ResolutionCode parse(String field, String word) {
        return Words.parse(ResolutionCode.class, field, word);
    }
}
