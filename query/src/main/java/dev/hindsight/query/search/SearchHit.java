package dev.hindsight.query.search;

import dev.hindsight.query.tickets.TicketSummary;
import java.util.List;
import java.util.Map;

/**
 * A ticket that was found.
 *
 * @param ticket as it is now, which may be newer than what was found
 * @param score how well it fits; 0 where the query holds filters only
 * @param highlights fragments by field; matches stand in {@code <em>}, everything else is escaped for HTML
 */
public record SearchHit(TicketSummary ticket, double score, Map<String, List<String>> highlights) {}
