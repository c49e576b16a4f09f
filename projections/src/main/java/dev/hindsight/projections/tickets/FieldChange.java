package dev.hindsight.projections.tickets;

import org.jspecify.annotations.Nullable;

/**
 * One difference that an event made.
 *
 * @param field as the API names it; {@code customFields.<key>}, {@code links.<TYPE>}, and {@code message} for the id of
 *     a message of the conversation
 * @param before null, String, Integer, Boolean or a list of String
 * @param after likewise
 * @param internal not for requesters
 */
public record FieldChange(
        String field, @Nullable Object before, @Nullable Object after, boolean internal) {}
