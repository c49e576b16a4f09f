package dev.hindsight.query.audit;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.hindsight.query.conversation.Message;
import dev.hindsight.query.ticket.Ticket;
import dev.hindsight.query.timeline.Cause;
import dev.hindsight.query.timeline.TimelineEntry;
import org.jspecify.annotations.Nullable;

/**
 * One event of a ticket and what it made of it.
 *
 * @param entry who did what and when, and what changed; its members stand beside the others
 * @param cause why
 * @param message that it added, null mostly
 * @param ticket after it, by the names of that position
 */
public record ReplayedEvent(
        @JsonUnwrapped TimelineEntry entry,
        Cause cause,
        @Nullable Message message,
        Ticket ticket) {}
