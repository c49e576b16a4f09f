package dev.hindsight.domain.ticket;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.ticket.TicketEvent.RequesterChanged;
import dev.hindsight.domain.ticket.TicketEvent.TicketImported;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import dev.hindsight.domain.ticket.TicketEvent.TicketReverted;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whose ticket it is from an event on: on whose key its content hangs, and with whom it is erased.
 *
 * @param requesterId null for nobody's
 */
public record ToldRequester(@Nullable UUID requesterId) {

    /** What the event tells; empty where it leaves the requester as it was. */
    public static Optional<ToldRequester> by(Event event) {
        return switch (event) {
            case TicketOpened e -> Optional.of(new ToldRequester(e.requesterId()));
            case TicketImported e -> Optional.of(new ToldRequester(e.requesterId()));
            case RequesterChanged e -> Optional.of(new ToldRequester(e.requesterId()));
            case TicketReverted e
            when e.restored().contains("requester") -> Optional.of(new ToldRequester(e.requesterId()));
            default -> Optional.empty();
        };
    }
}
