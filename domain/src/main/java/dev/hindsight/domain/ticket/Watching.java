package dev.hindsight.domain.ticket;

import dev.hindsight.domain.ticket.TicketEvent.WatcherAdded;
import dev.hindsight.domain.ticket.TicketEvent.WatcherRemoved;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Who follows a ticket, in every status. Watching gives no right to read it. */
public final class Watching {

    /** How many people watch a ticket at most. */
    public static final int MOST = 100;

    private Watching() {}

    /** @throws dev.hindsight.domain.Refusal {@code TOO_MANY_WATCHERS} */
    public static List<TicketEvent> add(Ticket ticket, UUID person, Instant at) {
        if (ticket.watchers().contains(person)) {
            return List.of();
        } else if (ticket.watchers().size() >= MOST) {
            throw Refusals.tooManyWatchers();
        }
        return List.of(new WatcherAdded(ticket.id(), ticket.notBefore(at), person));
    }

    public static List<TicketEvent> remove(Ticket ticket, UUID person, Instant at) {
        return ticket.watchers().contains(person)
                ? List.of(new WatcherRemoved(ticket.id(), ticket.notBefore(at), person))
                : List.of();
    }
}
