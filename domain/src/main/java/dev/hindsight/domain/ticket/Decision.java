package dev.hindsight.domain.ticket;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Events as they are decided one after the other, each seeing the ticket as the ones before left it. */
final class Decision {

    private final List<TicketEvent> events = new ArrayList<>();
    private final Instant at;
    private final Status began;
    private Ticket ticket;

    Decision(Ticket ticket, Instant at) {
        this.ticket = ticket;
        this.at = ticket.notBefore(at);
        this.began = ticket.status();
    }

    Ticket ticket() {
        return ticket;
    }

    /** When all of it happens. */
    Instant at() {
        return at;
    }

    void add(TicketEvent event) {
        events.add(event);
        ticket = Ticket.evolve(ticket, event);
    }

    List<TicketEvent> events() {
        return List.copyOf(events);
    }

    /** The events, refused where there are any and the ticket was final: what already is stays no change. */
    List<TicketEvent> unlessFinal() {
        if (!events.isEmpty() && began.isFinal()) {
            throw Refusals.isFinal(began);
        }
        return events();
    }
}
