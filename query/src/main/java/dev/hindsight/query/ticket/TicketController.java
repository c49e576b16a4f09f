package dev.hindsight.query.ticket;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.tickets.TicketSummaries;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A ticket and its links, by id or number. */
@RestController
public final class TicketController {

    private final TicketReader reader;
    private final TicketSummaries summaries;

    public TicketController(TicketReader reader, TicketSummaries summaries) {
        this.reader = reader;
        this.summaries = summaries;
    }

    @GetMapping("/api/v1/tickets/{id}")
    public ResponseEntity<Ticket> ticket(
            Caller caller, @PathVariable String id, @RequestParam(required = false) @Nullable String minPosition) {
        var answer = reader.read(caller, id, minPosition, this::ticket);
        return answer.headersWithVersion().body(answer.body());
    }

    @GetMapping("/api/v1/tickets/{id}/links")
    public ResponseEntity<LinkList> links(
            Caller caller, @PathVariable String id, @RequestParam(required = false) @Nullable String minPosition) {
        var answer = reader.read(caller, id, minPosition, Links::of);
        return answer.headers().body(new LinkList(answer.body(), answer.position()));
    }

    private Ticket ticket(Snapshot snapshot, TicketReader.Subject ticket) {
        return new Ticket(
                summaries
                        .of(snapshot, ticket.visibility(), List.of(ticket.id()))
                        .getFirst(),
                snapshot.jooq()
                        .select(TICKET.DESCRIPTION)
                        .from(TICKET)
                        .where(TICKET.ID.eq(ticket.id()))
                        .fetchSingle(TICKET.DESCRIPTION),
                Watchers.of(snapshot, ticket),
                Links.of(snapshot, ticket));
    }
}
