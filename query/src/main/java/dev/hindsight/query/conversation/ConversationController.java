package dev.hindsight.query.conversation;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.query.TicketMomentRequest;
import dev.hindsight.query.ticket.TicketReader;
import dev.hindsight.query.ticket.VersionPages;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
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
            @ModelAttribute TicketMomentRequest asked) {
        var moment = asked.moment();
        var answer = reader.read(
                caller,
                id,
                asked.minPosition(),
                moment,
                (snapshot, ticket) -> pages.page(
                        "conversation " + caller.person() + " " + moment.text(),
                        ticket,
                        limit,
                        cursor,
                        (after, most) -> Messages.of(snapshot, ticket, after, most),
                        Message::version));
        var page = answer.body();
        return answer.headersWithVersion().body(new MessagePage(page.items(), page.nextCursor(), answer.position()));
    }
}
