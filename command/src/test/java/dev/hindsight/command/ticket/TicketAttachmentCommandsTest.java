package dev.hindsight.command.ticket;

import static dev.hindsight.command.ticket.TicketFixture.*;
import static org.axonframework.test.matchers.Matchers.payloadsMatching;
import static org.axonframework.test.matchers.Matchers.sequenceOf;
import static org.hamcrest.CoreMatchers.equalTo;
import static org.hamcrest.CoreMatchers.instanceOf;

import dev.hindsight.command.ticket.TicketCommand.*;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.ticket.Attachments.Stored;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TicketAttachmentCommandsTest {

    private static final UUID FILE = UUID.fromString("01900000-0000-7000-8000-0000000000f1");
    private static final String CONTENT = "a".repeat(64);
    private static final String PLAIN = "b".repeat(64);

    private static List<TicketEvent> and(List<TicketEvent> before, TicketEvent... more) {
        return Stream.concat(before.stream(), Stream.of(more)).toList();
    }

    private static AttachmentAdded added(@Nullable UUID messageId, UUID uploader, boolean internal) {
        return added(ID, messageId, uploader, internal, "key");
    }

    private static AttachmentAdded added(
            UUID ticket, @Nullable UUID messageId, UUID uploader, boolean internal, String key) {
        return new AttachmentAdded(
                ticket, T2, FILE, messageId, uploader, internal, CONTENT, 7, "a.png", "image/png", PLAIN, key);
    }

    private static AddAttachments upload(Actor by) {
        return new AddAttachments(
                ID, by, T2, List.of(new Stored(FILE, "a.png", "image/png", 7, CONTENT, PLAIN, "key")));
    }

    private static AddNote note(List<UUID> ids) {
        return new AddNote(ID, BY_AGENT, T2, MESSAGE, "Look", ids);
    }

    private static ReplyToTicket reply(KeyHandOver handOver) {
        return new ReplyToTicket(
                ID,
                BY_REQUESTER,
                T2.plusSeconds(60 * 24 * 3600),
                MESSAGE,
                "Look",
                null,
                FOLLOW_UP,
                () -> 1043,
                Channel.API,
                List.of(FILE),
                handOver);
    }

    @Test
    void an_upload_is_stored_even_on_a_closed_ticket() {
        given(newTicket()).when(upload(BY_REQUESTER)).expectEvents(added(null, REQUESTER, false));
        given(closedTicket()).when(upload(BY_AGENT)).expectEvents(added(null, AGENT, true));
    }

    @Test
    void an_upload_beyond_two_hundred_is_refused() {
        var full = IntStream.range(0, 200)
                .mapToObj(i -> new AttachmentAdded(
                        ID, T1, new UUID(9, i), null, AGENT, true, CONTENT, 7, "a", "image/png", PLAIN, "key"))
                .toArray(TicketEvent[]::new);
        given(and(newTicket(), full))
                .when(upload(BY_AGENT))
                .expectNoEvents()
                .expectException(refusal("TOO_MANY_ATTACHMENTS"));
    }

    @Test
    void a_note_carries_waiting_files_once() {
        var waiting = and(newTicket(), added(null, AGENT, true));
        given(waiting)
                .when(note(List.of(FILE)))
                .expectEvents(new InternalNoteAdded(ID, T2, MESSAGE, AGENT, "Look"), added(MESSAGE, AGENT, true));
        given(and(waiting, added(OTHER, AGENT, true)))
                .when(note(List.of(FILE)))
                .expectNoEvents()
                .expectException(InvalidRequest.class);
    }

    @Test
    void a_late_reply_takes_its_files_to_the_follow_up() {
        var at = T2.plusSeconds(60 * 24 * 3600);
        var carried = new AttachmentAdded(
                FOLLOW_UP, at, FILE, MESSAGE, REQUESTER, false, CONTENT, 7, "a.png", "image/png", PLAIN, "rewrapped");
        given(and(closedTicket(), added(null, REQUESTER, false)))
                .when(reply((content, from, wrapped, to, requester) -> "rewrapped"))
                .expectSuccessfulHandlerExecution()
                .expectResultMessagePayload(new TicketResult(FOLLOW_UP, 1043, 3, MESSAGE, ID))
                .expectEventsMatching(payloadsMatching(sequenceOf(instanceOf(TicketOpened.class), equalTo(carried))));
    }

    @Test
    void what_is_taken_away_twice_is_taken_away_once() {
        var remove = new RemoveAttachment(ID, BY_AGENT, T2, FILE);
        var removed = new AttachmentRemoved(ID, T2, FILE, true, "a.png");
        given(and(newTicket(), added(null, AGENT, true))).when(remove).expectEvents(removed);
        changesNothing(
                given(and(newTicket(), added(null, AGENT, true), removed)).when(remove), 3);
        given(newTicket()).when(remove).expectNoEvents().expectException(NotFound.class);
    }

    @Test
    void a_requester_takes_nothing_of_others_away() {
        var remove = new RemoveAttachment(ID, BY_REQUESTER, T2, FILE);
        given(and(newTicket(), added(null, COLLEAGUE, false)))
                .when(remove)
                .expectNoEvents()
                .expectException(Forbidden.class);
        given(and(newTicket(), added(null, AGENT, true)))
                .when(remove)
                .expectNoEvents()
                .expectException(NotFound.class);
    }
}
