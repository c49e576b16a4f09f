package dev.hindsight.query.search;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of hits, best first. A ticket that was found but is there no more, or is the caller's no more, is left out of
 * the items and still counted until the index knows it too; so a page may hold fewer items than its limit and yet have a
 * next one.
 *
 * @param nextCursor null on the last page
 * @param position everything up to here was searched
 * @param total how many tickets were found, at most 10,000
 * @param totalIsMore whether more than 10,000 were found
 * @param parked how many tickets stand still in the read model that hits are shown from
 * @param facets the most frequent values of everything found, by field; on the first page, null on others
 */
public record SearchPage(
        List<SearchHit> items,
        @Nullable String nextCursor,
        long position,
        long total,
        boolean totalIsMore,
        int parked,
        @Nullable Map<String, List<FacetCount>> facets) {

    /** How often a value occurs. */
    public record FacetCount(String value, long count) {}
}
