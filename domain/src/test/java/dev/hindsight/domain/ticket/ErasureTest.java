package dev.hindsight.domain.ticket;

import static dev.hindsight.domain.ticket.Tickets.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.ticket.Conversation.Reply;
import dev.hindsight.domain.ticket.Erasure.Cause;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import dev.hindsight.domain.ticket.TicketEvent.LegalHoldPlaced;
import dev.hindsight.domain.ticket.TicketEvent.LegalHoldReleased;
import dev.hindsight.domain.ticket.TicketEvent.TagAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErasureTest {

    private static final TicketContentErased ERASED = new TicketContentErased(ID, T1, "PERSON_ERASED", null);

    @Test
    void a_ticket_of_an_erased_person_is_erased_in_every_status_once() {
        assertThat(Erasure.erase(newTicket(), Cause.PERSON_ERASED, null, T1)).containsExactly(ERASED);
        assertThat(Erasure.erase(after(newTicket(), List.of(ERASED)), Cause.PERSON_ERASED, null, T2))
                .isEmpty();
    }

    @Test
    void retention_erases_only_what_has_ended() {
        assertThatThrownBy(() -> Erasure.erase(newTicket(), Cause.RETENTION, "old", T1))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo("NOT_FINAL"));
    }

    @Test
    void what_people_write_has_no_place_on_an_erased_ticket_and_work_goes_on() {
        var erased = after(newTicket(), List.of(ERASED));
        var reply = Conversation.reply(erased, new Reply(BY_AGENT, null, MESSAGE, "Hello"), T2);
        assertThatThrownBy(() -> Erasure.keptBy(erased, reply))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo("CONTENT_ERASED"));
        var tag = List.<TicketEvent>of(new TagAdded(ID, T2, "kept"));
        assertThat(Erasure.keptBy(erased, tag)).isEqualTo(tag);
        assertThat(Erasure.keptBy(newTicket(), reply)).isEqualTo(reply);
    }

    @Test
    void a_hold_is_placed_and_released_once() {
        var held = new LegalHoldPlaced(ID, T1, "Case 7");
        assertThat(Erasure.placeHold(newTicket(), "Case 7", T1)).containsExactly(held);
        assertThat(Erasure.placeHold(after(newTicket(), List.of(held)), "Case 8", T2))
                .isEmpty();
        assertThat(Erasure.releaseHold(newTicket(), "Case 7", T1)).isEmpty();
        assertThat(Erasure.releaseHold(after(newTicket(), List.of(held)), "over", T2))
                .containsExactly(new LegalHoldReleased(ID, T2, "over"));
    }

    @Test
    void nothing_refers_to_the_contents_of_an_erased_ticket() {
        var file = new AttachmentAdded(
                ID, T1, OTHER, null, ANA, false, "c".repeat(64), 1, "a.txt", "text/plain", "d".repeat(64), "k");
        var attachments = Attachments.NONE.evolve(file);
        assertThat(attachments.referTo("c".repeat(64))).isTrue();
        assertThat(attachments.evolve(ERASED).referTo("c".repeat(64))).isFalse();
        assertThat(attachments.evolve(ERASED).remove(newTicket(), BY_AGENT, OTHER, T2))
                .isEmpty();
    }
}
