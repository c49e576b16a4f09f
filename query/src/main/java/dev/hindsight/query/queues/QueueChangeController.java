package dev.hindsight.query.queues;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Moment;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.PastMoment;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.tickets.TicketSource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What changed in a queue between two moments, for those who work tickets and auditors. */
@RestController
public final class QueueChangeController {

    private static final String WITHOUT = "none";

    private final Freshness freshness;
    private final EventLog log;
    private final Cursors cursors;
    private final QueueChanges changes = new QueueChanges();

    public QueueChangeController(Freshness freshness, EventLog log, Cursors cursors) {
        this.freshness = freshness;
        this.log = log;
        this.cursors = cursors;
    }

    /** Of a queue, or with {@code none} of what is in none; nothing for a queue that never had a ticket. */
    @GetMapping("/api/v1/queues/{queue}/changes")
    public ResponseEntity<QueueChangePage> changes(
            Caller caller,
            @PathVariable String queue,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String minPosition) {
        if (!caller.readsAllTickets()) {
            throw new Forbidden("Changes of queues are told to the roles agent, supervisor and auditor.");
        }
        String key = queue.equals(WITHOUT) ? null : Parameters.text("queue", queue);
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Instant begin = Parameters.instant("from", from);
        Instant asked = Parameters.instant("to", to);
        String question = "queue changes " + caller.person() + " " + key + " " + begin + " " + asked;
        // Without an end, the pages go on to the moment at which the first was asked for.
        List<String> place = cursor == null ? null : cursors.open(question, cursor);
        Instant end = asked != null ? asked : place == null ? now : Instant.parse(place.getLast());
        if (begin == null) {
            throw new InvalidRequest("from", "must be an instant or a day");
        } else if (end.isAfter(now)) {
            throw new InvalidRequest("to", "must not lie in the future");
        } else if (!begin.isBefore(end)) {
            throw new InvalidRequest("to", "must come behind from");
        }
        int most = Parameters.limit(limit);
        PastMoment moment = Objects.requireNonNull(PastMoment.of(new Moment(end, null, null, null), log));
        TicketSource source = new TicketSource(moment);
        QueueChangePage page = freshness.readFor(
                caller,
                Parameters.minPosition(minPosition),
                moment,
                snapshot -> {
                    Visibility visibility = Visibility.of(snapshot, caller);
                    if (!visibility.sees(key, null, null)) {
                        throw new NotFound("There is no such queue.");
                    }
                    List<QueueChange> found = changes.of(
                            snapshot,
                            source,
                            visibility,
                            key,
                            begin,
                            end,
                            place == null ? null : QueueChanges.Place.of(place),
                            most + 1,
                            moment.named());
                    List<QueueChange> shown = found.subList(0, Math.min(most, found.size()));
                    return new QueueChangePage(
                            List.copyOf(shown),
                            begin,
                            end,
                            found.size() > most ? cursors.seal(question, next(shown.getLast(), end)) : null,
                            snapshot.position(ReadModel.TICKET_PAST));
                },
                ReadModel.TICKETS,
                ReadModel.DIRECTORY);
        return Freshness.answer(page.position()).body(page);
    }

    private static List<String> next(QueueChange last, Instant end) {
        List<String> place = QueueChanges.Place.of(last).text();
        return List.of(place.get(0), place.get(1), place.get(2), end.toString());
    }
}
