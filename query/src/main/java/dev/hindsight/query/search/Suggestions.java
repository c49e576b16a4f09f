package dev.hindsight.query.search;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is offered while somebody types.
 *
 * @param items tickets
 * @param tags that begin as was typed, with how many of the tickets that the caller sees have them
 * @param position everything up to here was searched
 */
public record Suggestions(List<Suggestion> items, List<SearchPage.FacetCount> tags, long position) {

    /** @param number as people write it, such as {@code HD-1042} */
    public record Suggestion(
            UUID id, String number, @Nullable String subject, String status) {}
}
