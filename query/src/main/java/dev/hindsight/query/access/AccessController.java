package dev.hindsight.query.access;

import static dev.hindsight.projections.readmodel.jooq.Tables.ACCESS_BATCH;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.operations.OperationsEvent.Access;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.PastNames;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.TicketNumber;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** Auditors ask who looked. */
@RestController
public final class AccessController {

    private static final int BATCHES = 50;

    private final Freshness freshness;
    private final Cursors cursors;
    private final JsonMapper json;

    public AccessController(Freshness freshness, Cursors cursors, JsonMapper json) {
        this.freshness = freshness;
        this.cursors = cursors;
        this.json = json;
    }

    /** Null for what was not asked for. */
    private record Asked(
            @Nullable UUID person,
            @Nullable UUID ticket,
            @Nullable Instant from,
            @Nullable Instant to) {

        private boolean holds(Access access) {
            return (person == null || person.equals(access.person()))
                    && (ticket == null || ticket.equals(access.ticket()))
                    && (from == null || !access.at().isBefore(from))
                    && (to == null || access.at().isBefore(to));
        }

        private Condition batches() {
            Condition batches = DSL.noCondition();
            if (person != null) {
                batches = batches.and(ACCESS_BATCH.PEOPLE.contains(new UUID[] {person}));
            }
            if (ticket != null) {
                batches = batches.and(ACCESS_BATCH.TICKETS.contains(new UUID[] {ticket}));
            }
            if (from != null) {
                batches = batches.and(ACCESS_BATCH.LAST_AT.ge(from));
            }
            if (to != null) {
                batches = batches.and(ACCESS_BATCH.FIRST_AT.lt(to));
            }
            return batches;
        }
    }

    /** Of one batch, the last first: below {@code index} at {@code position}. */
    private record Place(long position, int index) {}

    private record Found(Place place, Access access) {}

    /**
     * @param person id; everybody unless said
     * @param ticket id or number; all unless said
     * @param from the first moment
     * @param to the first moment after it
     */
    @GetMapping("/api/v1/audit/access")
    public ResponseEntity<AccessPage> listAccess(
            Caller caller,
            @RequestParam(required = false) @Nullable String person,
            @RequestParam(required = false) @Nullable String ticket,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String minPosition) {
        if (!caller.is(Role.AUDITOR)) {
            throw new Forbidden("Only auditors read who looked at what.");
        }
        int most = Parameters.limit(limit);
        UUID who = person == null ? null : Parameters.id("person", person);
        Instant first = Parameters.instant("from", from);
        Instant end = Parameters.instant("to", to);
        String question = String.join(
                " ", "access", String.valueOf(who), String.valueOf(ticket), String.valueOf(first), String.valueOf(end));
        Place below = cursor == null ? new Place(Long.MAX_VALUE, 0) : place(cursors.open(question, cursor));
        return freshness.read(
                Parameters.minPosition(minPosition),
                snapshot -> {
                    var asked = new Asked(who, ticket == null ? null : ticket(snapshot, ticket), first, end);
                    return answer(snapshot, asked, below, most, question);
                },
                ReadModel.ACCESS,
                ReadModel.TICKETS,
                ReadModel.DIRECTORY);
    }

    private static Place place(List<String> place) {
        return new Place(Long.parseLong(place.getFirst()), Integer.parseInt(place.getLast()));
    }

    private static UUID ticket(Snapshot snapshot, String given) {
        var number = TicketNumber.parse(given);
        if (number.isEmpty()) {
            return Parameters.id("ticket", given);
        }
        return snapshot.jooq()
                .select(TICKET.ID)
                .from(TICKET)
                .where(TICKET.NUMBER.eq(number.getAsLong()))
                .fetchOptional(TICKET.ID)
                .orElseThrow(() -> new InvalidRequest("ticket", "there is no ticket of this number"));
    }

    private ResponseEntity<AccessPage> answer(Snapshot snapshot, Asked asked, Place below, int most, String question) {
        List<Found> found = new ArrayList<>();
        long lost = 0;
        Place from = below;
        while (found.size() <= most) {
            var batches = snapshot.jooq()
                    .select(ACCESS_BATCH.LAST_POSITION, ACCESS_BATCH.LOST, ACCESS_BATCH.RECORDS)
                    .from(ACCESS_BATCH)
                    .where(asked.batches())
                    .and(
                            from.index() > 0
                                    ? ACCESS_BATCH.LAST_POSITION.le(from.position())
                                    : ACCESS_BATCH.LAST_POSITION.lt(from.position()))
                    .orderBy(ACCESS_BATCH.LAST_POSITION.desc())
                    .limit(BATCHES)
                    .fetch();
            for (var batch : batches) {
                Access[] all = json.readValue(batch.value3().data(), Access[].class);
                int end = batch.value1() == from.position() ? Math.min(from.index(), all.length) : all.length;
                lost += found.size() <= most ? batch.value2() : 0;
                for (int i = end - 1; i >= 0; i--) {
                    if (asked.holds(all[i])) {
                        found.add(new Found(new Place(batch.value1(), i), all[i]));
                    }
                }
            }
            if (batches.size() < BATCHES) {
                break;
            }
            from = new Place(batches.getLast().value1(), 0);
        }
        boolean more = found.size() > most;
        List<Found> shown = more ? found.subList(0, most) : found;
        String next = null;
        if (more) {
            Place last = shown.getLast().place();
            next = cursors.seal(question, List.of(Long.toString(last.position()), Integer.toString(last.index())));
        }
        long position = snapshot.position(ReadModel.ACCESS);
        return Freshness.answer(position).body(new AccessPage(entries(snapshot, shown), lost, next, position));
    }

    private static List<AccessEntry> entries(Snapshot snapshot, List<Found> found) {
        Set<UUID> people = new HashSet<>();
        found.stream()
                .map(one -> one.access().person())
                .filter(Objects::nonNull)
                .forEach(people::add);
        PastNames<UUID> names = PastNames.ofPeople(snapshot, people);
        return found.stream()
                .map(one -> {
                    Access access = one.access();
                    UUID person = access.person();
                    long position = one.place().position();
                    return new AccessEntry(
                            access.at(),
                            position,
                            person == null ? null : new PersonRef(person, names.at(person, position)),
                            access.client(),
                            access.call(),
                            access.status(),
                            access.ticket(),
                            access.version(),
                            access.subject(),
                            access.requestId(),
                            access.times());
                })
                .toList();
    }
}
