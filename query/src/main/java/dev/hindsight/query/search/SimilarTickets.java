package dev.hindsight.query.search;

import dev.hindsight.query.tickets.TicketSummary;
import java.util.List;

/**
 * Tickets about the same, the most similar first.
 *
 * @param position everything up to here was searched
 */
public record SimilarTickets(List<Similar> items, long position) {

    /** @param score how similar; comparable within one answer only */
    public record Similar(TicketSummary ticket, double score) {}
}
