package dev.hindsight.query.tickets;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of the list.
 *
 * @param nextCursor null on the last page
 * @param position the log up to which the page is right
 * @param total how many tickets match, at most 10,000
 * @param totalIsMore whether more than 10,000 match
 * @param parked how many tickets stand still in this read model
 */
public record TicketPage(
        List<TicketSummary> items,
        @Nullable String nextCursor,
        long position,
        int total,
        boolean totalIsMore,
        int parked) {}
