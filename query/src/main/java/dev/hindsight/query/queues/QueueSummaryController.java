package dev.hindsight.query.queues;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Moment;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.PastMoment;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.tickets.TicketLists;
import dev.hindsight.query.tickets.TicketSource;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What waits in the queues, for those who work tickets and auditors. */
@RestController
public final class QueueSummaryController {

    private static final String WITHOUT = "none";
    private static final String FINAL = "final";

    private final Freshness freshness;
    private final EventLog log;
    private final QueueSummaries summaries;

    public QueueSummaryController(Freshness freshness, EventLog log, QueueSummaries summaries) {
        this.log = log;
        this.freshness = freshness;
        this.summaries = summaries;
    }

    @GetMapping("/api/v1/queues/summaries")
    public ResponseEntity<QueueSummaryList> all(Caller caller, @ModelAttribute SummaryRequest asked) {
        QueueSummaryList list = read(caller, new QueueSummaries.Of.Every(), asked);
        return Freshness.answer(list.position(), asked.generation()).body(list);
    }

    /** One queue, or with {@code none} the tickets without one. */
    @GetMapping("/api/v1/queues/{queue}/summary")
    public ResponseEntity<QueueSummary> one(
            Caller caller, @PathVariable String queue, @ModelAttribute SummaryRequest asked) {
        String key = queue.equals(WITHOUT) ? null : Parameters.text("queue", queue);
        QueueSummaryList list = read(caller, new QueueSummaries.Of.One(key), asked);
        if (list.items().isEmpty() && key != null) {
            throw new NotFound("There is no such queue.");
        }
        return Freshness.answer(list.position(), asked.generation())
                .body(
                        list.items().isEmpty()
                                ? QueueSummaries.nothing(null, null, finalToo(asked.include()))
                                : list.items().getFirst());
    }

    private QueueSummaryList read(Caller caller, QueueSummaries.Of of, SummaryRequest asked) {
        if (!caller.readsAllTickets()) {
            throw new Forbidden("Queues are summed up for the roles agent, supervisor and auditor.");
        }
        Moment moment = asked.moment();
        boolean finalToo = finalToo(asked.include());
        long position = Parameters.minPosition(asked.minPosition());
        TicketSource source = new TicketSource(PastMoment.of(moment, log));
        PastMoment past = source.moment();
        Instant recovered = moment.generation() == null ? null : lastOf(caller, position, moment.generation());
        return freshness.readFor(
                caller,
                position,
                moment,
                past,
                snapshot -> {
                    Instant at = past != null ? past.at() : recovered != null ? recovered : Instant.now();
                    return list(snapshot, source, Visibility.of(snapshot, caller), of, finalToo, at);
                },
                ReadModel.TICKETS,
                ReadModel.DIRECTORY);
    }

    /** The time of its last event: ages are told to it. */
    private Instant lastOf(Caller caller, long minPosition, String generation) {
        return PastMoment.recordedAt(
                log,
                freshness.readFor(
                        caller,
                        minPosition,
                        generation,
                        snapshot -> snapshot.position(ReadModel.TICKETS),
                        ReadModel.TICKETS));
    }

    private QueueSummaryList list(
            Snapshot snapshot,
            TicketSource source,
            Visibility visibility,
            QueueSummaries.Of of,
            boolean finalToo,
            Instant at) {
        List<QueueSummary> items = summaries.of(snapshot, source, visibility, of, finalToo, at);
        return new QueueSummaryList(
                items, at, snapshot.position(source.model()), TicketLists.parked(snapshot, source, visibility));
    }

    private static boolean finalToo(@Nullable String include) {
        if (include != null && !include.equals(FINAL)) {
            throw new InvalidRequest("include", "must be final, or left out");
        }
        return include != null;
    }
}
