package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;

/** Where a ticket stands. The names are stored. */
public enum Status {
    NEW(StatusCategory.OPEN),
    OPEN(StatusCategory.OPEN),
    PENDING(StatusCategory.PAUSED),
    ON_HOLD(StatusCategory.PAUSED),
    RESOLVED(StatusCategory.RESOLVED),
    CLOSED(StatusCategory.FINAL),
    CANCELLED(StatusCategory.FINAL),
    MERGED(StatusCategory.FINAL);

    private final StatusCategory category;

    Status(StatusCategory category) {
        this.category = category;
    }

    public StatusCategory category() {
        return category;
    }

    /** No more work, for good. */
    public boolean isFinal() {
        return category == StatusCategory.FINAL;
    }

    /** @throws InvalidRequest naming the field and the words that are known */
    public static Status parse(String field, String word) {
        return Words.parse(Status.class, field, word);
    }
}
