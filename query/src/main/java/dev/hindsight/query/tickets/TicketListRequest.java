package dev.hindsight.query.tickets;

import dev.hindsight.domain.InvalidRequest;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * @param asOf as it was then
 * @param asKnownAt as it had been recorded then
 * @param atPosition as it was after this event
 * @param generation name of what was recovered to a point, asked instead of what answers
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
        @Nullable String watcher,
        @Nullable String text,
        @Nullable String createdAfter,
        @Nullable String createdBefore,
        @Nullable String updatedAfter,
        @Nullable String updatedBefore,
        @Nullable String sort,
        @Nullable String limit,
        @Nullable String cursor,
        @Nullable String minPosition,
        @Nullable String asOf,
        @Nullable String asKnownAt,
        @Nullable String atPosition,
        @Nullable String generation) {

    private static final Set<String> OF_THE_PAST = Set.of("asOf", "asKnownAt", "atPosition", "generation");

    private static final List<String> NAMES = Arrays.stream(TicketListRequest.class.getRecordComponents())
            .map(RecordComponent::getName)
            .filter(name -> !OF_THE_PAST.contains(name))
            .toList();

    /**
     * The list that commands choose tickets from: of now, for nobody acts on what tickets were.
     *
     * @throws InvalidRequest for names that are no parameters of it
     */
    public static TicketListRequest of(Map<String, String> given) {
        given.keySet().stream()
                .filter(name -> !NAMES.contains(name))
                .sorted()
                .findFirst()
                .ifPresent(unknown -> {
                    throw new InvalidRequest(unknown, "is not a parameter of the list");
                });
        return new TicketListRequest(
                given.get("status"),
                given.get("category"),
                given.get("queue"),
                given.get("assignee"),
                given.get("requester"),
                given.get("organization"),
                given.get("priority"),
                given.get("type"),
                given.get("tag"),
                given.get("watcher"),
                given.get("text"),
                given.get("createdAfter"),
                given.get("createdBefore"),
                given.get("updatedAfter"),
                given.get("updatedBefore"),
                given.get("sort"),
                given.get("limit"),
                given.get("cursor"),
                given.get("minPosition"),
                null,
                null,
                null,
                null);
    }
}
