package dev.hindsight.command.reversion;

import dev.hindsight.command.reversion.Reversion.Outcome;
import dev.hindsight.domain.ticket.Reversal.MovedOn;
import dev.hindsight.domain.ticket.Reversal.NotUndone;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of a ticket, or would. Holds no content.
 *
 * @param undone versions of the events that match
 * @param outcome null until it was looked at
 * @param version the ticket's, when it was looked at or after it was reverted
 * @param restored fields
 * @param movedOn later events of others that changed the same
 * @param refusal its name, null where nothing was refused
 */
public record RevertedTicket(
        UUID ticketId,
        List<Long> undone,
        @Nullable Outcome outcome,
        @Nullable Long version,
        List<String> restored,
        List<NotUndone> notUndone,
        List<MovedOn> movedOn,
        @Nullable String refusal) {}
