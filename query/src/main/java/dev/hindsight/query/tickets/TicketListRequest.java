package dev.hindsight.query.tickets;

import org.jspecify.annotations.Nullable;

/**
 * The list's parameters as they arrive. Filters are comma lists: a ticket matches a filter when it matches one of its
 * choices, and the list when it matches all filters. {@code none} means without one, {@code me} the caller.
 *
 * @param text words: all of them are in subject or description, each as it is or as the beginning of a longer one,
 *     without case and accents
 * @param createdAfter at or after this instant; the Before filters are before it, so that neighbouring spans share no ticket
 * @param sort createdAt, updatedAt, number, priority or status, with {@code -} for descending; newest first unless said
 * @param limit 1 to 200, 50 unless said
 * @param cursor nextCursor of the page before
 * @param minPosition waits up to 2 s until this position is included
 */
public record TicketListRequest(
        @Nullable String status,
        @Nullable String category,
        @Nullable String queue,
        @Nullable String assignee,
        @Nullable String requester,
        @Nullable String organization,
        @Nullable String priority,
        @Nullable String type,
        @Nullable String tag,
        @Nullable String text,
        @Nullable String createdAfter,
        @Nullable String createdBefore,
        @Nullable String updatedAfter,
        @Nullable String updatedBefore,
        @Nullable String sort,
        @Nullable String limit,
        @Nullable String cursor,
        @Nullable String minPosition) {}
