package dev.hindsight.domain.ticket;

import dev.hindsight.domain.ticket.Ticket.Link;
import dev.hindsight.domain.ticket.TicketEvent.TicketLinked;
import dev.hindsight.domain.ticket.TicketEvent.TicketUnlinked;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Links to other tickets, in every status; the other end reads them inverted, nothing is written there. */
public final class Relations {

    private Relations() {}

    /** @throws dev.hindsight.domain.Refusal {@code LINKED_TO_ITSELF} */
    public static List<TicketEvent> link(Ticket ticket, LinkType type, UUID otherId, Instant at) {
        if (otherId.equals(ticket.id())) {
            throw Refusals.linkedToItself();
        }
        return ticket.links().contains(new Link(type, otherId))
                ? List.of()
                : List.of(new TicketLinked(ticket.id(), ticket.notBefore(at), type.name(), otherId));
    }

    public static List<TicketEvent> unlink(Ticket ticket, LinkType type, UUID otherId, Instant at) {
        return ticket.links().contains(new Link(type, otherId))
                ? List.of(new TicketUnlinked(ticket.id(), ticket.notBefore(at), type.name(), otherId))
                : List.of();
    }
}
