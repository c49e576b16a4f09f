package dev.hindsight.domain.ticket;

import static dev.hindsight.domain.ticket.Tickets.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifecycleTest {

    /** Every pair of statuses: what a person who asks for it gets. Written from VOCABULARY, not from the code. */
    @ParameterizedTest(name = "{0} to {1}: {2}")
    @CsvSource(useHeadersInDisplayName = true, textBlock = """
                    from,      to,        outcome
                    NEW,       NEW,       nothing
                    NEW,       OPEN,      WorkStarted
                    NEW,       PENDING,   WorkStarted TicketPended
                    NEW,       ON_HOLD,   WorkStarted TicketPutOnHold
                    NEW,       RESOLVED,  TicketResolved
                    NEW,       CLOSED,    NOT_RESOLVED
                    NEW,       CANCELLED, TicketCancelled
                    NEW,       MERGED,    NEEDS_MERGE
                    OPEN,      NEW,       ALREADY_STARTED
                    OPEN,      OPEN,      nothing
                    OPEN,      PENDING,   TicketPended
                    OPEN,      ON_HOLD,   TicketPutOnHold
                    OPEN,      RESOLVED,  TicketResolved
                    OPEN,      CLOSED,    NOT_RESOLVED
                    OPEN,      CANCELLED, TicketCancelled
                    OPEN,      MERGED,    NEEDS_MERGE
                    PENDING,   NEW,       ALREADY_STARTED
                    PENDING,   OPEN,      TicketResumed
                    PENDING,   PENDING,   nothing
                    PENDING,   ON_HOLD,   TicketPutOnHold
                    PENDING,   RESOLVED,  TicketResolved
                    PENDING,   CLOSED,    NOT_RESOLVED
                    PENDING,   CANCELLED, TicketCancelled
                    PENDING,   MERGED,    NEEDS_MERGE
                    ON_HOLD,   NEW,       ALREADY_STARTED
                    ON_HOLD,   OPEN,      TicketResumed
                    ON_HOLD,   PENDING,   TicketPended
                    ON_HOLD,   ON_HOLD,   nothing
                    ON_HOLD,   RESOLVED,  TicketResolved
                    ON_HOLD,   CLOSED,    NOT_RESOLVED
                    ON_HOLD,   CANCELLED, TicketCancelled
                    ON_HOLD,   MERGED,    NEEDS_MERGE
                    RESOLVED,  NEW,       ALREADY_STARTED
                    RESOLVED,  OPEN,      TicketReopened
                    RESOLVED,  PENDING,   ALREADY_RESOLVED
                    RESOLVED,  ON_HOLD,   ALREADY_RESOLVED
                    RESOLVED,  RESOLVED,  nothing
                    RESOLVED,  CLOSED,    TicketClosed
                    RESOLVED,  CANCELLED, TicketCancelled
                    RESOLVED,  MERGED,    NEEDS_MERGE
                    CLOSED,    NEW,       ALREADY_CLOSED
                    CLOSED,    OPEN,      ALREADY_CLOSED
                    CLOSED,    PENDING,   ALREADY_CLOSED
                    CLOSED,    ON_HOLD,   ALREADY_CLOSED
                    CLOSED,    RESOLVED,  ALREADY_CLOSED
                    CLOSED,    CLOSED,    nothing
                    CLOSED,    CANCELLED, ALREADY_CLOSED
                    CLOSED,    MERGED,    ALREADY_CLOSED
                    CANCELLED, NEW,       ALREADY_CANCELLED
                    CANCELLED, OPEN,      ALREADY_CANCELLED
                    CANCELLED, PENDING,   ALREADY_CANCELLED
                    CANCELLED, ON_HOLD,   ALREADY_CANCELLED
                    CANCELLED, RESOLVED,  ALREADY_CANCELLED
                    CANCELLED, CLOSED,    ALREADY_CANCELLED
                    CANCELLED, CANCELLED, nothing
                    CANCELLED, MERGED,    ALREADY_CANCELLED
                    """)
    void every_move_is_stored_refused_by_name_or_nothing(Status from, Status to, String outcome) {
        var ticket = ticket(from);
        if (outcome.equals(outcome.toUpperCase(Locale.ROOT))) {
            assertThatThrownBy(() -> to(to).decide(ticket, T2))
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(outcome));
            assertThat(Lifecycle.allowedStatuses(from)).doesNotContain(to);
            return;
        }
        var events = to(to).decide(ticket, T2);
        if (outcome.equals("nothing")) {
            assertThat(events).isEmpty();
        } else {
            assertThat(events)
                    .extracting(event -> event.getClass().getSimpleName())
                    .isEqualTo(Arrays.asList(outcome.split(" ")));
            assertThat(events)
                    .allSatisfy(event -> assertThat(event)
                            .isInstanceOfSatisfying(
                                    StatusEvent.class,
                                    move -> assertThat(move.irregular()).isFalse()));
            assertThat(((StatusEvent) events.getFirst()).from()).isEqualTo(from.name());
            assertThat(after(ticket, events).status()).isEqualTo(to);
            assertThat(Lifecycle.allowedStatuses(from)).contains(to);
        }
    }

    @Test
    void a_hold_says_what_it_waits_for() {
        assertThatThrownBy(() -> new StatusChange(Status.ON_HOLD, null, null, null, null, WINDOW))
                .isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> hold(HoldReason.OTHER, " ")).isInstanceOf(InvalidRequest.class);
    }

    @Test
    void another_hold_reason_is_a_change_of_its_own_and_the_same_is_none() {
        var held = ticket(Status.ON_HOLD);
        assertThat(hold(HoldReason.OTHER, "Strike at the carrier").decide(held, T2))
                .containsExactly(new HoldReasonChanged(ID, T2, "VENDOR", "OTHER", "Strike at the carrier"));
        assertThat(hold(HoldReason.VENDOR, null).decide(held, T2)).isEmpty();
        assertThat(hold(HoldReason.VENDOR, "Order 77").decide(held, T2))
                .containsExactly(new HoldReasonChanged(ID, T2, "VENDOR", "VENDOR", "Order 77"));
    }

    @Test
    void a_resolution_says_how_and_until_when_a_reply_reopens() {
        assertThatThrownBy(() -> new StatusChange(Status.RESOLVED, null, null, null, null, WINDOW))
                .isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> new StatusChange(Status.RESOLVED, null, null, ResolutionCode.OTHER, null, WINDOW))
                .isInstanceOf(InvalidRequest.class);
        assertThat(to(Status.RESOLVED).decide(ticket(Status.OPEN), T2))
                .containsExactly(new TicketResolved(ID, T2, "OPEN", "FIXED", null, T2.plus(WINDOW), false));
    }

    @Test
    void a_cancellation_keeps_its_reason() {
        var cancel = new StatusChange(Status.CANCELLED, null, "Asked twice", null, null, WINDOW);
        assertThat(cancel.decide(ticket(Status.OPEN), T2))
                .containsExactly(new TicketCancelled(ID, T2, "OPEN", "Asked twice", false));
    }

    @Test
    void nothing_is_dated_before_the_tickets_last_event() {
        assertThat(to(Status.PENDING).decide(ticket(Status.OPEN), T0))
                .containsExactly(new TicketPended(ID, T1, "OPEN", false));
    }

    @Test
    void moments_are_kept_to_the_microsecond() {
        assertThat(to(Status.OPEN).decide(newTicket(), T1.plusNanos(1_999)))
                .containsExactly(new WorkStarted(ID, T1.plusNanos(1_000), "NEW", false));
    }

    @Test
    void giving_a_new_ticket_to_a_person_starts_work_and_queueing_does_not() {
        assertThat(Routing.assign(newTicket(), null, new Change<>("print"), T1))
                .containsExactly(new TicketQueued(ID, T1, null, "print"));
        var assigned = Routing.assign(newTicket(), new Change<>(AGENT), null, T1);
        assertThat(assigned)
                .containsExactly(new TicketAssigned(ID, T1, null, AGENT), new WorkStarted(ID, T1, "NEW", false));
        var ticket = after(newTicket(), assigned);
        assertThat(Routing.assign(ticket, new Change<>(AGENT), null, T2)).isEmpty();
        assertThat(Routing.assign(ticket, new Change<>(ANA), null, T2))
                .containsExactly(new TicketAssigned(ID, T2, AGENT, ANA));
    }

    @Test
    void unassigning_leaves_the_status_and_the_queue() {
        var ticket = after(newTicket(), Routing.assign(newTicket(), new Change<>(AGENT), new Change<>("print"), T1));
        var events = Routing.unassign(ticket, T2);
        assertThat(events).isEqualTo(List.of(new TicketUnassigned(ID, T2, AGENT)));
        assertThat(after(ticket, events).status()).isEqualTo(Status.OPEN);
        assertThat(after(ticket, events).place().queue()).isEqualTo("print");
        assertThat(Routing.unassign(newTicket(), T2)).isEmpty();
    }
}
