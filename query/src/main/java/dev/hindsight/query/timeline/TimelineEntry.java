package dev.hindsight.query.timeline;

import dev.hindsight.query.ActorRef;
import dev.hindsight.query.PersonRef;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event of a ticket.
 *
 * @param version the ticket's version that it made
 * @param event what happened, such as TicketAssigned
 * @param rule the automation that acted, null for people
 * @param occurredAt when it happened
 * @param recordedAt when it was given its position; later than occurredAt only for imports
 */
public record TimelineEntry(
        long version,
        long position,
        String event,
        ActorRef actor,
        @Nullable PersonRef onBehalfOf,
        @Nullable String rule,
        Instant occurredAt,
        Instant recordedAt,
        List<Change> changes) {}
