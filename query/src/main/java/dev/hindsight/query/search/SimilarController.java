package dev.hindsight.query.search;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.jooq.impl.DSL.left;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.ticket.TicketReader;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Tickets like one that the caller sees: by its subject and description, never by notes. */
@RestController
public final class SimilarController {

    private static final int SHOWN = 10;
    /** Characters of the description that say what it is about. */
    private static final int TELLING = 5_000;

    private final TicketReader reader;
    private final SearchTickets tickets;

    public SimilarController(TicketReader reader, SearchTickets tickets) {
        this.reader = reader;
        this.tickets = tickets;
    }

    private record Told(UUID ticket, String text) {}

    @GetMapping("/api/v1/tickets/{id}/similar")
    public ResponseEntity<SimilarTickets> similar(
            Caller caller,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String minPosition) {
        int most = limit == null ? SHOWN : Parameters.limit(limit);
        Told told =
                reader.read(caller, id, minPosition, SimilarController::told).body();
        SimilarTickets similar =
                tickets.similar(caller, told.ticket(), told.text(), most, Parameters.minPosition(minPosition));
        return Freshness.answer(similar.position()).body(similar);
    }

    private static Told told(Snapshot snapshot, TicketReader.Subject ticket) {
        return snapshot.jooq()
                .select(TICKET.SUBJECT, left(TICKET.DESCRIPTION, TELLING))
                .from(TICKET)
                .where(TICKET.ID.eq(ticket.id()))
                .fetchSingle(row -> new Told(
                        ticket.id(),
                        Stream.of(row.value1(), row.value2())
                                .filter(Objects::nonNull)
                                .collect(Collectors.joining("\n"))));
    }
}
