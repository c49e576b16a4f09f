package dev.hindsight.query.conversation;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_MESSAGE;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.ActorRef;
import dev.hindsight.query.attachments.Attachment;
import dev.hindsight.query.attachments.Attachments;
import dev.hindsight.query.ticket.TicketReader;
import dev.hindsight.query.ticket.TicketReader.Subject;
import dev.hindsight.query.ticket.VersionPages;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What was said about a ticket; requesters never see notes. */
@RestController
public final class ConversationController {

    private final TicketReader reader;
    private final VersionPages pages;

    public ConversationController(TicketReader reader, VersionPages pages) {
        this.reader = reader;
        this.pages = pages;
    }

    @GetMapping("/api/v1/tickets/{id}/conversation")
    public ResponseEntity<MessagePage> conversation(
            Caller caller,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String minPosition) {
        var answer = reader.read(
                caller,
                id,
                minPosition,
                (snapshot, ticket) -> pages.page(
                        "conversation " + caller.person(),
                        ticket,
                        limit,
                        cursor,
                        (after, most) -> messages(snapshot, ticket, after, most),
                        Message::version));
        var page = answer.body();
        return answer.headersWithVersion().body(new MessagePage(page.items(), page.nextCursor(), answer.position()));
    }

    private static List<Message> messages(Snapshot snapshot, Subject ticket, long after, int most) {
        List<Message> messages = snapshot.jooq()
                .select(
                        TICKET_MESSAGE.ID,
                        TICKET_MESSAGE.KIND,
                        TICKET_MESSAGE.AUTHOR,
                        PERSON.NAME,
                        TICKET_MESSAGE.AUTHOR_KIND,
                        TICKET_MESSAGE.BODY,
                        TICKET_MESSAGE.AT,
                        TICKET_MESSAGE.VERSION)
                .from(TICKET_MESSAGE)
                .leftJoin(PERSON)
                .on(PERSON.ID.eq(TICKET_MESSAGE.AUTHOR))
                .where(TICKET_MESSAGE.TICKET_ID.eq(ticket.id()))
                .and(TICKET_MESSAGE.VERSION.gt(after))
                .and(ticket.visibility().internal() ? noCondition() : TICKET_MESSAGE.KIND.ne(inline("INTERNAL_NOTE")))
                .orderBy(TICKET_MESSAGE.VERSION)
                .limit(most)
                .fetch(row -> new Message(
                        row.value1(),
                        row.value2(),
                        new ActorRef(row.value3(), row.value4(), row.value5()),
                        row.value6(),
                        row.value7(),
                        row.value8(),
                        List.of()));
        Map<UUID, List<Attachment>> files = Attachments.carriedBy(
                snapshot, ticket, messages.stream().map(Message::id).toList());
        return messages.stream()
                .map(message -> message.with(files.getOrDefault(message.id(), List.of())))
                .toList();
    }
}
