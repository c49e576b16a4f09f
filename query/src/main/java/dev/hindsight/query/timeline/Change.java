package dev.hindsight.query.timeline;

import org.jspecify.annotations.Nullable;

/**
 * A difference that an event made.
 *
 * @param field as the ticket names it; {@code customFields.<key>}, {@code links.<TYPE>}, or {@code message} for a
 *     message's id
 * @param before null where it was unknown; people as {id, name}
 * @param after likewise
 */
public record Change(
        String field, @Nullable Object before, @Nullable Object after) {}
