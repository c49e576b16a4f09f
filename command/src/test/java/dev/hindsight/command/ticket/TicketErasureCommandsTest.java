package dev.hindsight.command.ticket;

import static dev.hindsight.command.ticket.TicketFixture.*;

import dev.hindsight.command.ticket.TicketCommand.AddNote;
import dev.hindsight.command.ticket.TicketCommand.AddTag;
import dev.hindsight.command.ticket.TicketCommand.EraseTicketContent;
import dev.hindsight.command.ticket.TicketCommand.HoldTicket;
import dev.hindsight.domain.ticket.Erasure.Cause;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.LegalHoldPlaced;
import dev.hindsight.domain.ticket.TicketEvent.LegalHoldReleased;
import dev.hindsight.domain.ticket.TicketEvent.TagAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TicketErasureCommandsTest {

    private static final TicketContentErased ERASED = new TicketContentErased(ID, T2, "RETENTION", "old");

    private static List<TicketEvent> and(List<TicketEvent> before, TicketEvent... more) {
        return Stream.concat(before.stream(), Stream.of(more)).toList();
    }

    private static EraseTicketContent retention() {
        return new EraseTicketContent(ID, BY_AGENT, T2, Cause.RETENTION, "old");
    }

    @Test
    void content_is_erased_once_and_only_by_retention_after_the_end() {
        given(closedTicket()).when(retention()).expectEvents(ERASED);
        given(and(closedTicket(), ERASED)).when(retention()).expectNoEvents();
        given(openTicket()).when(retention()).expectNoEvents().expectException(refusal("NOT_FINAL"));
        given(openTicket())
                .when(new EraseTicketContent(ID, BY_AGENT, T2, Cause.PERSON_ERASED, null))
                .expectEvents(new TicketContentErased(ID, T2, "PERSON_ERASED", null));
    }

    @Test
    void nothing_is_written_on_what_is_erased() {
        var erased = and(closedTicket(), ERASED);
        given(erased)
                .when(new AddNote(ID, BY_AGENT, T2, MESSAGE, "Look"))
                .expectNoEvents()
                .expectException(refusal("CONTENT_ERASED"));
        given(erased).when(new AddTag(ID, BY_AGENT, T2, "kept")).expectEvents(new TagAdded(ID, T2, "kept"));
    }

    @Test
    void a_hold_is_placed_and_released_once() {
        var placed = new LegalHoldPlaced(ID, T2, "Case 7");
        var place = new HoldTicket(ID, BY_AGENT, T2, true, "Case 7");
        var release = new HoldTicket(ID, BY_AGENT, T2, false, "over");
        given(newTicket()).when(place).expectEvents(placed);
        given(and(newTicket(), placed)).when(place).expectNoEvents();
        given(newTicket()).when(release).expectNoEvents();
        given(and(newTicket(), placed)).when(release).expectEvents(new LegalHoldReleased(ID, T2, "over"));
    }
}
