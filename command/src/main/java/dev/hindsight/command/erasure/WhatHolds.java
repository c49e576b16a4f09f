package dev.hindsight.command.erasure;

import dev.hindsight.command.erasure.LegalHolds.Hold;
import dev.hindsight.command.erasure.LegalHolds.Kind;
import dev.hindsight.domain.ticket.Ticket;
import dev.hindsight.domain.ticket.TicketEvent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/** Which holds an erasure waits for. Safe for concurrent use. */
public final class WhatHolds {

    private final LegalHolds holds;
    private final DataKeyErasure keys;
    private final EventStore events;

    public WhatHolds(LegalHolds holds, DataKeyErasure keys, EventStore events) {
        this.holds = holds;
        this.keys = keys;
        this.events = events;
    }

    /**
     * Those on the person, on their organization, on one of the tickets whose requester they are, and on the
     * organizations of these.
     *
     * @param organization to which they belong; null for none
     */
    public List<Hold> person(UUID person, @Nullable UUID organization) {
        var found = new LinkedHashSet<Hold>();
        holds.on(Kind.PERSON, person).ifPresent(found::add);
        holds.on(Kind.ORGANIZATION, organization).ifPresent(found::add);
        holds.all(Kind.TICKET).stream()
                .filter(hold -> keys.isOf(person, hold.id()))
                .forEach(found::add);
        var organizations = new ArrayList<>(holds.all(Kind.ORGANIZATION));
        organizations.removeAll(found);
        if (!organizations.isEmpty()) {
            for (UUID id : keys.ticketsOf(person)) {
                ticket(id)
                        .map(ticket -> ticket.about().organizationId())
                        .ifPresent(its -> organizations.stream()
                                .filter(hold -> hold.id().equals(its))
                                .forEach(found::add));
            }
        }
        return List.copyOf(found);
    }

    /** Those on the ticket, its requester and its organization. */
    public List<Hold> ticket(Ticket ticket) {
        return holds.concerning(
                ticket.id(), ticket.about().requesterId(), ticket.about().organizationId());
    }

    /** As its events leave it; empty where there is none. */
    public Optional<Ticket> ticket(UUID id) {
        Ticket ticket = null;
        var history = events.readEvents("ticket-" + id);
        while (history.hasNext()) {
            ticket = Ticket.evolve(ticket, (TicketEvent) history.next().getPayload());
        }
        return Optional.ofNullable(ticket);
    }
}
