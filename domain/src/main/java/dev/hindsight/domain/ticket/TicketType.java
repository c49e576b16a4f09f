package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;

/** What kind of request it is. The names are stored. */
public enum TicketType {
    INCIDENT,
    SERVICE_REQUEST,
    PROBLEM,
    CHANGE,
    QUESTION,
    TASK;

    /** @throws InvalidRequest naming the field and the words that are known */
    public static TicketType parse(String field, String word) {
        return Words.parse(TicketType.class, field, word);
    }
}
