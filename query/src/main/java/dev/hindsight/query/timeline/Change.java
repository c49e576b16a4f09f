package dev.hindsight.query.timeline;

import org.jspecify.annotations.Nullable;

/**
 * A difference that an event made.
 *
 * @param field as the ticket names it; {@code customFields.<key>}, {@code links.<TYPE>}, or {@code message} for a
 *     message's id
 * @param before null where it was unknown; people as {id, name}, watchers as a list of them, linked tickets as ids
 * @param after likewise
 * @param beforeName what the queue {@code before} was called then, the number of the linked ticket {@code before}; null
 *     for other fields; queues' for requesters
 * @param afterName likewise
 */
public record Change(
        String field,
        @Nullable Object before,
        @Nullable Object after,
        @Nullable String beforeName,
        @Nullable String afterName) {

    /** Of what has no name beside it. */
    public Change(String field, @Nullable Object before, @Nullable Object after) {
        this(field, before, after, null, null);
    }
}
