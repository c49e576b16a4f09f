package dev.hindsight.query.changes;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.ActorRef;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Moment;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.TicketNumber;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.conversation.Message;
import dev.hindsight.query.conversation.Messages;
import dev.hindsight.query.ticket.TicketHistory.Step;
import dev.hindsight.query.ticket.TicketReader;
import dev.hindsight.query.ticket.TicketReader.Found;
import dev.hindsight.query.ticket.TicketReader.Subject;
import dev.hindsight.query.ticket.TicketReader.Then;
import dev.hindsight.query.timeline.Cause;
import dev.hindsight.query.timeline.CausedEntry;
import dev.hindsight.query.timeline.TimelineEntry;
import dev.hindsight.query.timeline.Timelines;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * What differs between two moments of a ticket. The caller must see the ticket as it is now and every place in which it
 * was from the first moment to the second.
 */
@RestController
public final class TicketChangesController {

    /** Messages and events that one answer tells. */
    private static final int MOST = 1_000;

    private final TicketReader reader;
    private final Timelines timelines;

    public TicketChangesController(TicketReader reader, Timelines timelines) {
        this.reader = reader;
        this.timelines = timelines;
    }

    /**
     * @param from an instant, a day or a version; null for before the ticket's first event
     * @param to likewise; null for now
     */
    @GetMapping("/api/v1/tickets/{id}/changes")
    public ResponseEntity<TicketChanges> changes(
            Caller caller,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String minPosition) {
        Visibility.needReader(caller);
        Instant now = Instant.now();
        Moment first = from == null ? null : moment("from", from, now);
        Moment last = to == null ? Moment.NOW : moment("to", to, now);
        refuseBackwards(first, last);
        Found found = reader.find(caller, id, minPosition, first == null ? List.of(last) : Arrays.asList(first, last));
        Range range = read(found, first, last);
        TicketChanges changes = reader.again(
                caller,
                found,
                List.copyOf(range.scopes),
                (snapshot, visibility) -> changes(snapshot, visibility, found, last, range));
        var answer = Freshness.answer(found.position());
        if (found.parked() != null) {
            Freshness.parked(answer, found.parked());
        }
        return answer.body(changes);
    }

    private static Moment moment(String field, String value, Instant now) {
        String text = value.strip();
        try {
            return Parameters.natural(text).isPresent()
                    ? Moment.of(null, null, null, text, now)
                    : Moment.of(text, null, null, null, now);
        } catch (InvalidRequest e) {
            throw new InvalidRequest(
                    field,
                    "must be a version from 1 on, or an instant such as 2026-03-03T14:30:00Z or a day that is not in"
                            + " the future");
        }
    }

    private static void refuseBackwards(@Nullable Moment first, Moment last) {
        if (first == null) {
            return;
        }
        boolean versions = first.version() != null && last.version() != null && first.version() > last.version();
        boolean times =
                first.asOf() != null && last.asOf() != null && first.asOf().isAfter(last.asOf());
        if (versions || times) {
            throw backwards();
        }
    }

    private static InvalidRequest backwards() {
        return new InvalidRequest("from", "must not be later than to");
    }

    /** The two states and what lies between them. */
    private static final class Range {
        private @Nullable PastTicket before;
        private @Nullable PastTicket after;
        private @Nullable Instant beforeAt;
        private @Nullable Instant afterAt;
        /** The places that the ticket was in, one after the other. */
        private final List<PastTicket> scopes = new ArrayList<>();
        /** By version, of the first events of the range. */
        private final Map<Long, Envelope> envelopes = new HashMap<>();

        private void add(PastTicket state) {
            PastTicket last = scopes.isEmpty() ? null : scopes.getLast();
            if (last == null
                    || !Objects.equals(last.queue(), state.queue())
                    || !Objects.equals(last.requester(), state.requester())
                    || !Objects.equals(last.organization(), state.organization())) {
                scopes.add(state);
            }
        }
    }

    private Range read(Found found, @Nullable Moment first, Moment last) {
        var range = new Range();
        Step opening = null;
        long furthest = 0;
        Long end = last.version();
        Moment withNext = end == null ? last : new Moment(null, null, null, end + 1); // tells whether from lies beyond
        try (Stream<Step> steps = reader.steps(found, withNext)) {
            Iterator<Step> each = steps.iterator();
            while (each.hasNext()) {
                Step step = each.next();
                opening = opening == null ? step : opening;
                boolean isBefore = first != null && step.isIn(first);
                if (!step.isIn(last)) {
                    if (isBefore) { // of a version and a time, which the parameters alone do not tell
                        throw backwards();
                    }
                    break;
                }
                furthest = step.event().version();
                PastTicket state = step.after();
                range.after = state;
                range.afterAt = step.occurredAt();
                if (isBefore) {
                    range.before = state;
                    range.beforeAt = step.occurredAt();
                    range.scopes.clear();
                } else if (range.envelopes.size() < MOST) {
                    range.envelopes.put(furthest, step.event().envelope());
                }
                if (state != null) {
                    range.add(state);
                }
            }
        }
        if (range.after == null) {
            throw TicketReader.notYet(found, opening);
        }
        refuseMissing(found, range.after, first, furthest);
        refuseMissing(found, range.after, last, furthest);
        return range;
    }

    /** @param last the last version that there is */
    private static void refuseMissing(Found found, PastTicket after, @Nullable Moment moment, long last) {
        Long version = moment == null ? null : moment.version();
        if (version != null && version > last && TicketReader.sees(found.visibility(), after)) {
            throw new NotFound("This ticket has no version " + version + " yet: its last is " + last + ".");
        }
    }

    private TicketChanges changes(Snapshot snapshot, Visibility visibility, Found found, Moment last, Range range) {
        PastTicket before = range.before;
        PastTicket after = Objects.requireNonNull(range.after);
        var then = new Then(last, after, after.position());
        var subject = new Subject(found.id(), after.version(), visibility, found.parked(), then);
        long past = before == null ? 0 : before.version();
        List<Message> messages = Messages.of(snapshot, subject, past, MOST + 1);
        List<TimelineEntry> entries = timelines.entries(snapshot, subject, past, MOST + 1);
        List<TimelineEntry> told = entries.subList(0, Math.min(MOST, entries.size()));
        return new TicketChanges(
                found.id(),
                TicketNumber.text(after.row().getNumber()),
                before == null ? null : state(before, range.beforeAt),
                state(after, range.afterAt),
                timelines.differences(
                        snapshot,
                        visibility,
                        after.since(before),
                        before == null ? 0 : before.position(),
                        after.position()),
                messages.subList(0, Math.min(MOST, messages.size())),
                people(told),
                told.stream()
                        .map(entry -> new CausedEntry(entry, visibility.internal() ? cause(entry, range) : null))
                        .toList(),
                messages.size() > MOST || entries.size() > MOST,
                found.position());
    }

    private static TicketChanges.State state(PastTicket ticket, @Nullable Instant at) {
        return new TicketChanges.State(ticket.version(), ticket.position(), Objects.requireNonNull(at));
    }

    private static @Nullable Cause cause(TimelineEntry entry, Range range) {
        Envelope envelope = range.envelopes.get(entry.version());
        return envelope == null ? null : Cause.of(envelope);
    }

    private static List<ActorRef> people(List<TimelineEntry> entries) {
        var people = new LinkedHashMap<List<@Nullable Object>, ActorRef>();
        for (TimelineEntry entry : entries) {
            people.putIfAbsent(Arrays.asList(entry.actor().id(), entry.actor().kind()), entry.actor());
        }
        return List.copyOf(people.values());
    }
}
