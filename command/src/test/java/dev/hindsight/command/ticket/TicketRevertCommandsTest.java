package dev.hindsight.command.ticket;

import static dev.hindsight.command.ticket.TicketFixture.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.command.ticket.TicketCommand.RevertTicket;
import dev.hindsight.domain.ticket.Reversal;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Reverting a ticket: it succeeds, changes nothing when repeated, and minds the version that was expected. */
class TicketRevertCommandsTest {

    private static final Reversal.Limits ANYBODY = new Reversal.Limits() {
        @Override
        public boolean isForgotten(UUID person) {
            return false;
        }

        @Override
        public boolean mayWork(UUID agent, @Nullable String queue) {
            return true;
        }
    };

    private static List<TicketEvent> cancelled() {
        var events = new ArrayList<>(openTicket());
        events.add(new TicketCancelled(ID, T1, "OPEN", null, false));
        return events;
    }

    private static RevertTicket revert(List<TicketEvent> history, long toVersion, @Nullable Long expected) {
        return new RevertTicket(
                ID,
                BY_AGENT,
                T2,
                expected,
                version -> Reversal.to(history.subList(0, (int) version), toVersion, ANYBODY),
                "by mistake");
    }

    @Test
    void aCancelledTicketIsOpenAgain() {
        given(cancelled())
                .when(revert(cancelled(), 2, 3L), META)
                .expectSuccessfulHandlerExecution()
                .expectResultMessagePayload(new TicketResult(ID, 1042, 4, null, null))
                .expectState(
                        ticket -> assertThat(ticket.ticket().status().name()).isEqualTo("OPEN"));
    }

    @Test
    void whatIsSoAlreadyStoresNothing() {
        changesNothing(given(cancelled()).when(revert(cancelled(), 3, null), META), 3);
    }

    @Test
    void anotherVersionThanExpectedIsRefused() {
        given(cancelled())
                .when(revert(cancelled(), 2, 2L), META)
                .expectNoEvents()
                .expectException(staleSince(3));
    }

    @Test
    void anErasedTicketIsRefusedByName() {
        var erased = new ArrayList<>(cancelled());
        erased.add(new TicketContentErased(ID, T2, "RETENTION", "old"));
        given(erased).when(revert(erased, 2, null), META).expectNoEvents().expectException(refusal("CONTENT_ERASED"));
    }
}
