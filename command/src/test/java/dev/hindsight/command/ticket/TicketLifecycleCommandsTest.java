package dev.hindsight.command.ticket;

import static dev.hindsight.command.ticket.TicketFixture.*;

import dev.hindsight.command.ticket.TicketCommand.*;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.ticket.Change;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.HoldReason;
import dev.hindsight.domain.ticket.Level;
import dev.hindsight.domain.ticket.ResolutionCode;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.StatusChange;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.domain.ticket.TicketType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.eventhandling.GenericEventMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TicketLifecycleCommandsTest {

    private static OpenTicket open(String subject) {
        return new OpenTicket(
                ID,
                BY_REQUESTER,
                T0,
                1042,
                TicketType.INCIDENT,
                subject,
                MESSAGE,
                "It jams on every page.",
                REQUESTER,
                null,
                Level.HIGH,
                Level.MEDIUM,
                "print",
                null,
                List.of("Printer"),
                Map.of(),
                Channel.WEB);
    }

    private static ChangeStatus to(Status status, @Nullable Long version) {
        return new ChangeStatus(
                ID,
                BY_AGENT,
                T2,
                version,
                status,
                status == Status.ON_HOLD ? HoldReason.VENDOR : null,
                null,
                status == Status.RESOLVED ? ResolutionCode.FIXED : null,
                null,
                null,
                null,
                StatusChange.REOPEN_WINDOW);
    }

    private static ReplyToTicket reply(Actor by, Instant at, @Nullable UUID onBehalfOf) {
        return new ReplyToTicket(ID, by, at, MESSAGE, "Still jams.", onBehalfOf, FOLLOW_UP, () -> 2001, Channel.EMAIL);
    }

    @Test
    void a_ticket_is_opened_with_its_priority_from_the_matrix_under_the_callers_envelope() {
        givenNothing()
                .when(open("  Printer jams "), META)
                .expectEvents(new GenericEventMessage<>(
                        new TicketOpened(
                                ID,
                                T0,
                                1042,
                                "INCIDENT",
                                "Printer jams",
                                MESSAGE,
                                "It jams on every page.",
                                REQUESTER,
                                null,
                                1,
                                2,
                                "P2",
                                "hindsight-1",
                                "print",
                                null,
                                List.of("printer"),
                                Map.of(),
                                Map.of(),
                                "WEB",
                                null),
                        META))
                .expectResultMessagePayload(new TicketResult(ID, 1042, 1, MESSAGE, null));
    }

    @Test
    void opening_without_a_subject_is_invalid() {
        givenNothing().when(open(" ")).expectException(InvalidRequest.class).expectNoEvents();
    }

    @Test
    void a_move_is_stored_with_the_status_it_came_from() {
        given(openTicket())
                .when(to(Status.RESOLVED, 2L))
                .expectEvents(
                        new TicketResolved(ID, T2, "OPEN", "FIXED", null, T2.plus(StatusChange.REOPEN_WINDOW), false))
                .expectResultMessagePayload(new TicketResult(ID, 1042, 3, null, null));
    }

    @Test
    void asking_for_the_status_it_has_changes_nothing() {
        changesNothing(given(resolvedTicket()).when(to(Status.RESOLVED, 2L)), 2);
    }

    @Test
    void an_illegal_move_is_refused_by_name() {
        given(openTicket()).when(to(Status.CLOSED, null)).expectNoEvents().expectException(refusal("NOT_RESOLVED"));
        given(closedTicket()).when(to(Status.OPEN, null)).expectNoEvents().expectException(refusal("ALREADY_CLOSED"));
    }

    @Test
    void a_move_decided_on_an_older_version_is_stale_even_where_it_would_change_nothing() {
        given(openTicket()).when(to(Status.OPEN, 1L)).expectNoEvents().expectException(staleSince(2));
    }

    @Test
    void a_comment_goes_into_the_same_commit_before_the_move() {
        given(newTicket())
                .when(new ChangeStatus(
                        ID,
                        BY_AGENT,
                        T2,
                        null,
                        Status.PENDING,
                        null,
                        null,
                        null,
                        null,
                        MESSAGE,
                        "Which printer?",
                        StatusChange.REOPEN_WINDOW))
                .expectEvents(
                        new PublicReplyAdded(ID, T2, MESSAGE, AGENT, "Which printer?"),
                        new WorkStarted(ID, T2, "NEW", false),
                        new TicketPended(ID, T2, "OPEN", false))
                .expectResultMessagePayload(new TicketResult(ID, 1042, 4, MESSAGE, null));
    }

    @Test
    void assigning_a_new_ticket_to_a_person_starts_work() {
        given(newTicket())
                .when(new AssignTicket(ID, BY_AGENT, T1, 1L, new Change<>(AGENT), new Change<>("print")))
                .expectEvents(
                        new TicketQueued(ID, T1, null, "print"),
                        new TicketAssigned(ID, T1, null, AGENT),
                        new WorkStarted(ID, T1, "NEW", false));
    }

    @Test
    void assigning_to_whom_it_is_assigned_changes_nothing() {
        var assigned = List.<TicketEvent>of(
                opened(), new TicketAssigned(ID, T1, null, AGENT), new WorkStarted(ID, T1, "NEW", false));
        changesNothing(given(assigned).when(new AssignTicket(ID, BY_AGENT, T2, null, new Change<>(AGENT), null)), 3);
    }

    @Test
    void a_closed_ticket_is_not_assigned() {
        given(closedTicket())
                .when(new AssignTicket(ID, BY_AGENT, T2, null, new Change<>(AGENT), null))
                .expectNoEvents()
                .expectException(refusal("ALREADY_CLOSED"));
    }

    @Test
    void unassigning_leaves_the_status_and_does_nothing_twice() {
        var assigned = List.<TicketEvent>of(
                opened(), new TicketAssigned(ID, T1, null, AGENT), new WorkStarted(ID, T1, "NEW", false));
        given(assigned)
                .when(new UnassignTicket(ID, BY_AGENT, T2, 3L))
                .expectEvents(new TicketUnassigned(ID, T2, AGENT));
        changesNothing(given(openTicket()).when(new UnassignTicket(ID, BY_AGENT, T2, null)), 2);
        given(assigned)
                .when(new UnassignTicket(ID, BY_AGENT, T2, 2L))
                .expectNoEvents()
                .expectException(staleSince(3));
    }

    @Test
    void an_agents_first_reply_starts_work_and_the_second_does_not() {
        given(newTicket())
                .when(reply(BY_AGENT, T1, null))
                .expectEvents(
                        new PublicReplyAdded(ID, T1, MESSAGE, AGENT, "Still jams."),
                        new WorkStarted(ID, T1, "NEW", false))
                .expectResultMessagePayload(new TicketResult(ID, 1042, 3, MESSAGE, null));
        given(openTicket())
                .when(reply(BY_AGENT, T2, null))
                .expectEvents(new PublicReplyAdded(ID, T2, MESSAGE, AGENT, "Still jams."));
    }

    @Test
    void an_agents_reply_to_a_closed_ticket_is_refused() {
        given(closedTicket())
                .when(reply(BY_AGENT, T2, null))
                .expectNoEvents()
                .expectException(refusal("ALREADY_CLOSED"));
    }

    @Test
    void a_requesters_reply_resumes_a_pending_ticket() {
        given(pendingTicket())
                .when(reply(BY_REQUESTER, T2, null))
                .expectEvents(
                        new RequesterReplied(ID, T2, MESSAGE, REQUESTER, "Still jams."),
                        new TicketResumed(ID, T2, "PENDING", false));
    }

    @Test
    void a_reply_that_an_agent_passes_on_is_the_requesters() {
        given(pendingTicket())
                .when(reply(BY_AGENT, T2, REQUESTER))
                .expectEvents(
                        new RequesterReplied(ID, T2, MESSAGE, REQUESTER, "Still jams."),
                        new TicketResumed(ID, T2, "PENDING", false));
    }

    @Test
    void a_requesters_reply_inside_the_window_reopens() {
        given(resolvedTicket())
                .when(reply(BY_REQUESTER, DEADLINE, null))
                .expectEvents(
                        new RequesterReplied(ID, DEADLINE, MESSAGE, REQUESTER, "Still jams."),
                        new TicketReopened(ID, DEADLINE, "RESOLVED", false));
    }

    @Test
    void a_requesters_late_reply_opens_a_linked_follow_up_in_the_same_commit() {
        var late = DEADLINE.plusSeconds(1);
        given(resolvedTicket())
                .when(reply(BY_REQUESTER, late, null))
                .expectEvents(
                        new TicketOpened(
                                FOLLOW_UP,
                                late,
                                2001,
                                "INCIDENT",
                                "Re: Printer jams",
                                MESSAGE,
                                "Still jams.",
                                REQUESTER,
                                null,
                                3,
                                3,
                                "P5",
                                "hindsight-1",
                                null,
                                null,
                                List.of(),
                                Map.of(),
                                Map.of(),
                                "EMAIL",
                                ID),
                        new TicketLinked(FOLLOW_UP, late, "FOLLOW_UP_OF", ID))
                .expectResultMessagePayload(new TicketResult(FOLLOW_UP, 2001, 2, MESSAGE, ID));
    }

    @Test
    void a_note_is_allowed_on_a_closed_ticket_and_moves_nothing() {
        given(closedTicket())
                .when(new AddNote(ID, BY_AGENT, T2, MESSAGE, "Seen again elsewhere."))
                .expectEvents(new InternalNoteAdded(ID, T2, MESSAGE, AGENT, "Seen again elsewhere."))
                .expectResultMessagePayload(new TicketResult(ID, 1042, 4, MESSAGE, null));
        given(newTicket())
                .when(new AddNote(ID, BY_AGENT, T2, MESSAGE, " "))
                .expectNoEvents()
                .expectException(InvalidRequest.class);
    }
}
