package dev.hindsight.query.timeline;

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

/** Every change of a ticket; requesters see neither notes nor internal reasons. */
@RestController
public final class TimelineController {

    private final TicketReader reader;
    private final VersionPages pages;
    private final Timelines timelines;

    public TimelineController(TicketReader reader, VersionPages pages, Timelines timelines) {
        this.reader = reader;
        this.pages = pages;
        this.timelines = timelines;
    }

    @GetMapping("/api/v1/tickets/{id}/timeline")
    public ResponseEntity<TimelinePage> timeline(
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
                        "timeline " + caller.person() + " " + moment.text(),
                        ticket,
                        limit,
                        cursor,
                        (after, most) -> timelines.entries(snapshot, ticket, after, most),
                        TimelineEntry::version));
        var page = answer.body();
        return answer.headersWithVersion().body(new TimelinePage(page.items(), page.nextCursor(), answer.position()));
    }
}
