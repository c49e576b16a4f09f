package dev.hindsight.domain.ticket;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.ticket.Conversation.Reply;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tickets named by their state, and the people around them. */
final class Tickets {

    static final UUID ID = new UUID(0x0190_0000_0000_7000L, 1);
    static final UUID OTHER = new UUID(0x0190_0000_0000_7000L, 2);
    static final UUID MESSAGE = new UUID(0x0190_0000_0000_7000L, 3);
    static final UUID ANA = new UUID(0x0190_0000_0000_7000L, 10);
    static final UUID AGENT = new UUID(0x0190_0000_0000_7000L, 11);

    static final Instant T0 = Instant.parse("2026-03-02T08:00:00Z");
    static final Instant T1 = T0.plusSeconds(60);
    static final Instant T2 = T0.plusSeconds(120);
    static final Duration WINDOW = StatusChange.REOPEN_WINDOW;

    static final Actor BY_AGENT = new Actor(ActorKind.AGENT, AGENT, List.of("agent"));
    static final Actor BY_ANA = new Actor(ActorKind.REQUESTER, ANA, List.of("requester"));

    private Tickets() {}

    static NewTicket request() {
        return new NewTicket(
                ID,
                1042,
                TicketType.INCIDENT,
                "Printer jams",
                null,
                null,
                ANA,
                null,
                Level.LOW,
                Level.LOW,
                null,
                null,
                List.of(),
                Map.of(),
                Channel.API,
                null);
    }

    static Ticket after(List<? extends TicketEvent> events) {
        return after(null, events);
    }

    static Ticket after(@Nullable Ticket before, List<? extends TicketEvent> events) {
        var ticket = before;
        for (var event : events) {
            ticket = Ticket.evolve(ticket, event);
        }
        if (ticket == null) {
            throw new IllegalArgumentException("no events, no ticket");
        }
        return ticket;
    }

    static Ticket newTicket() {
        return after(request().open(T0));
    }

    /** A ticket whose last event, at T1, brought it to this status. */
    static Ticket ticket(Status status) {
        var opened = newTicket();
        return switch (status) {
            case NEW -> opened;
            case OPEN -> after(opened, List.of(new WorkStarted(ID, T1, "NEW", false)));
            case PENDING, ON_HOLD, RESOLVED, CANCELLED ->
                after(opened, to(status).decide(opened, T1));
            case CLOSED -> after(ticket(Status.RESOLVED), List.of(new TicketClosed(ID, T1, "RESOLVED", false)));
            case MERGED -> throw new IllegalArgumentException("merging comes later");
        };
    }

    static StatusChange to(Status status) {
        return new StatusChange(
                status,
                status == Status.ON_HOLD ? HoldReason.VENDOR : null,
                null,
                status == Status.RESOLVED ? ResolutionCode.FIXED : null,
                null,
                WINDOW);
    }

    static StatusChange hold(HoldReason reason, @Nullable String text) {
        return new StatusChange(Status.ON_HOLD, reason, text, null, null, WINDOW);
    }

    static Reply reply(Actor by) {
        return new Reply(by, null, MESSAGE, "Still jams.");
    }
}
