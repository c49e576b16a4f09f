package dev.hindsight.command.ticket;

import static dev.hindsight.command.ticket.TicketFixture.*;

import dev.hindsight.command.ticket.TicketCommand.*;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Change;
import dev.hindsight.domain.ticket.Level;
import dev.hindsight.domain.ticket.LinkType;
import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.domain.ticket.TicketType;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TicketClassificationCommandsTest {

    private static final ChangeTicket PATCH = new ChangeTicket(
            ID,
            BY_AGENT,
            T2,
            null,
            "Printer on floor 2 jams",
            TicketType.PROBLEM,
            new Change<>("print"),
            Level.HIGH,
            null,
            Map.of("floor", FieldValue.of("2"), "model", FieldValue.ofText("LaserJet 4")));

    private static final List<TicketEvent> PATCHED = List.of(
            new SubjectChanged(ID, T2, "Printer on floor 2 jams"),
            new TypeChanged(ID, T2, "INCIDENT", "PROBLEM"),
            new TicketCategorized(ID, T2, null, "print"),
            new TicketPrioritized(ID, T2, 1, 3, "P3", "hindsight-1"),
            new CustomFieldChanged(ID, T2, "floor", List.of("2"), null),
            new CustomFieldChanged(ID, T2, "model", null, "LaserJet 4"));

    private static List<TicketEvent> and(List<TicketEvent> before, TicketEvent... more) {
        return Stream.concat(before.stream(), Stream.of(more)).toList();
    }

    @Test
    void each_given_member_changes_by_an_event_of_its_own() {
        given(newTicket()).when(PATCH).expectEvents(PATCHED.toArray());
    }

    @Test
    void giving_what_already_is_changes_nothing_even_on_a_closed_ticket() {
        changesNothing(
                given(and(newTicket(), PATCHED.toArray(TicketEvent[]::new))).when(PATCH), 7);
        changesNothing(
                given(and(closedTicket(), PATCHED.toArray(TicketEvent[]::new))).when(PATCH), 9);
    }

    @Test
    void a_closed_ticket_is_not_changed() {
        given(closedTicket()).when(PATCH).expectNoEvents().expectException(refusal("ALREADY_CLOSED"));
    }

    @Test
    void the_requester_changes_once_and_not_on_a_closed_ticket() {
        var change = new ChangeRequester(ID, BY_AGENT, T2, null, COLLEAGUE, null);
        var changed = new RequesterChanged(ID, T2, REQUESTER, COLLEAGUE, null);
        given(newTicket()).when(change).expectEvents(changed);
        changesNothing(given(and(newTicket(), changed)).when(change), 2);
        given(closedTicket()).when(change).expectNoEvents().expectException(refusal("ALREADY_CLOSED"));
    }

    @Test
    void an_override_holds_once_and_not_on_a_closed_ticket() {
        var override = new OverridePriority(ID, BY_AGENT, T2, null, Priority.P1, "The boss asks.");
        var overridden = new PriorityOverridden(ID, T2, "P5", "P1", "The boss asks.");
        given(newTicket()).when(override).expectEvents(overridden);
        changesNothing(given(and(newTicket(), overridden)).when(override), 2);
        given(closedTicket()).when(override).expectNoEvents().expectException(refusal("ALREADY_CLOSED"));
    }

    @Test
    void an_override_without_a_reason_is_invalid() {
        given(newTicket())
                .when(new OverridePriority(ID, BY_AGENT, T2, null, Priority.P1, ""))
                .expectNoEvents()
                .expectException(InvalidRequest.class);
    }

    @Test
    void withdrawing_an_override_goes_back_to_what_the_matrix_gives_by_now() {
        var withdraw = new WithdrawPriorityOverride(ID, BY_AGENT, T2, null);
        var overridden = and(
                newTicket(),
                new PriorityOverridden(ID, T1, "P5", "P1", "The boss asks."),
                new TicketPrioritized(ID, T1, 2, 2, "P3", "hindsight-1"));
        given(overridden).when(withdraw).expectEvents(new PriorityOverrideWithdrawn(ID, T2, "P1", "P3"));
        changesNothing(given(newTicket()).when(withdraw), 1);
        given(and(overridden, new TicketCancelled(ID, T1, "NEW", null, false)))
                .when(withdraw)
                .expectNoEvents()
                .expectException(refusal("ALREADY_CANCELLED"));
    }

    @Test
    void a_tag_is_added_once_in_lower_case_and_up_to_fifty() {
        var add = new AddTag(ID, BY_AGENT, T2, " VIP ");
        given(newTicket()).when(add).expectEvents(new TagAdded(ID, T2, "vip"));
        changesNothing(given(and(newTicket(), new TagAdded(ID, T1, "vip"))).when(add), 2);
        var full = and(
                newTicket(),
                IntStream.range(0, 50)
                        .mapToObj(n -> new TagAdded(ID, T1, "tag" + n))
                        .toArray(TicketEvent[]::new));
        given(full).when(add).expectNoEvents().expectException(refusal("TOO_MANY_TAGS"));
    }

    @Test
    void a_tag_is_removed_once() {
        var remove = new RemoveTag(ID, BY_AGENT, T2, "VIP");
        given(and(newTicket(), new TagAdded(ID, T1, "vip"))).when(remove).expectEvents(new TagRemoved(ID, T2, "vip"));
        changesNothing(given(newTicket()).when(remove), 1);
        given(newTicket())
                .when(new RemoveTag(ID, BY_AGENT, T2, "two words"))
                .expectNoEvents()
                .expectException(InvalidRequest.class);
    }

    @Test
    void spam_is_a_mark_that_comes_and_goes_in_every_status() {
        var mark = new MarkTicketAsSpam(ID, BY_AGENT, T2);
        var unmark = new UnmarkTicketAsSpam(ID, BY_AGENT, T2);
        given(closedTicket()).when(mark).expectEvents(new TicketMarkedAsSpam(ID, T2));
        changesNothing(given(and(newTicket(), new TicketMarkedAsSpam(ID, T1))).when(mark), 2);
        given(and(newTicket(), new TicketMarkedAsSpam(ID, T1)))
                .when(unmark)
                .expectEvents(new TicketUnmarkedAsSpam(ID, T2));
        changesNothing(given(newTicket()).when(unmark), 1);
    }

    @Test
    void a_major_incident_is_declared_once_and_not_on_a_closed_ticket() {
        var declare = new DeclareMajorIncident(ID, BY_AGENT, T2);
        var standDown = new StandDownMajorIncident(ID, BY_AGENT, T2);
        var declared = and(newTicket(), new MajorIncidentDeclared(ID, T1));
        given(newTicket()).when(declare).expectEvents(new MajorIncidentDeclared(ID, T2));
        changesNothing(given(declared).when(declare), 2);
        given(closedTicket()).when(declare).expectNoEvents().expectException(refusal("ALREADY_CLOSED"));
        given(declared).when(standDown).expectEvents(new MajorIncidentStoodDown(ID, T2));
        changesNothing(given(newTicket()).when(standDown), 1);
    }

    @Test
    void a_link_is_made_once_and_never_to_itself() {
        var link = new LinkTickets(ID, BY_AGENT, T2, LinkType.CAUSED_BY, OTHER);
        given(closedTicket()).when(link).expectEvents(new TicketLinked(ID, T2, "CAUSED_BY", OTHER));
        changesNothing(
                given(and(newTicket(), new TicketLinked(ID, T1, "CAUSED_BY", OTHER)))
                        .when(link),
                2);
        given(newTicket())
                .when(new LinkTickets(ID, BY_AGENT, T2, LinkType.RELATES_TO, ID))
                .expectNoEvents()
                .expectException(refusal("LINKED_TO_ITSELF"));
    }

    @Test
    void a_link_is_taken_away_once() {
        var unlink = new UnlinkTickets(ID, BY_AGENT, T2, LinkType.CAUSED_BY, OTHER);
        given(and(newTicket(), new TicketLinked(ID, T1, "CAUSED_BY", OTHER)))
                .when(unlink)
                .expectEvents(new TicketUnlinked(ID, T2, "CAUSED_BY", OTHER));
        changesNothing(given(newTicket()).when(unlink), 1);
    }
}
