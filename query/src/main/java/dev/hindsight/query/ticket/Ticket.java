package dev.hindsight.query.ticket;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.tickets.TicketSummary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A ticket in full.
 *
 * @param summary its members stand beside the others
 * @param description the first message, null without one
 */
public record Ticket(
        @JsonUnwrapped TicketSummary summary,
        @Nullable String description,
        List<PersonRef> watchers,
        List<Link> links) {}
