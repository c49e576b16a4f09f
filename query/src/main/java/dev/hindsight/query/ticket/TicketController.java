package dev.hindsight.query.ticket;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.query.TicketMomentRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A ticket and its links, by id or number, as they are or as they were. */
@RestController
public final class TicketController {

    private final TicketReader reader;
    private final Tickets tickets;

    public TicketController(TicketReader reader, Tickets tickets) {
        this.reader = reader;
        this.tickets = tickets;
    }

    @GetMapping("/api/v1/tickets/{id}")
    public ResponseEntity<Ticket> ticket(
            Caller caller, @PathVariable String id, @ModelAttribute TicketMomentRequest asked) {
        var answer = reader.read(caller, id, asked.minPosition(), asked.moment(), tickets::of);
        return answer.headersWithVersion().body(answer.body());
    }

    @GetMapping("/api/v1/tickets/{id}/links")
    public ResponseEntity<LinkList> links(
            Caller caller, @PathVariable String id, @ModelAttribute TicketMomentRequest asked) {
        var answer = reader.read(caller, id, asked.minPosition(), asked.moment(), tickets::links);
        return answer.headers().body(new LinkList(answer.body(), answer.position()));
    }
}
