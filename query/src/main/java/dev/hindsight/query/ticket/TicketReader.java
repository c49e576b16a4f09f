package dev.hindsight.query.ticket;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_TIMELINE;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.selectOne;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.Parked;
import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.PastTickets;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Accessed;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Moment;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.TicketNumber;
import dev.hindsight.query.Visibility;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity.BodyBuilder;

/**
 * The way into one ticket for all reads about it: finds it by id or number, hides it from who may not see it, waits for
 * minPosition unless the ticket is parked, and tells what it was at a moment. Safe for concurrent use.
 */
public final class TicketReader {

    private final Freshness freshness;
    private final EventLog log;
    private final TicketHistory history;

    public TicketReader(Freshness freshness, EventLog log, PastTickets folds) {
        this.freshness = freshness;
        this.log = log;
        this.history = new TicketHistory(log, folds);
    }

    /**
     * The ticket that was asked for, visible to the caller.
     *
     * @param version at the moment that was asked for
     * @param parked why it stands still, null mostly
     * @param then what it was; null where what is now was asked for
     */
    public record Subject(
            UUID id,
            long version,
            Visibility visibility,
            @Nullable Parked parked,
            @Nullable Then then) {}

    /**
     * What a ticket was at a moment.
     *
     * @param moment that was asked for
     * @param position how far the log was: the names that held there are shown
     */
    public record Then(Moment moment, PastTicket ticket, long position) {

        /** Whether what another ticket's timeline tells had happened by then. */
        public boolean includes(long otherPosition, Instant recordedAt, Instant occurredAt) {
            return moment.version() == null
                    ? moment.includes(otherPosition, recordedAt, occurredAt)
                    : otherPosition <= position;
        }
    }

    /**
     * A ticket whose history is to be read, visible to the caller when it was found.
     *
     * @param position the log up to which it is told
     */
    public record Found(
            UUID id, Visibility visibility, @Nullable Parked parked, long position, TicketHistory.Recorded recorded) {}

    /**
     * What was read.
     *
     * @param position the log up to which it is right
     * @param generation of what was recovered and asked; null for what answers
     */
    public record Answer<T>(
            T body, Subject ticket, long position, @Nullable String generation) {

        /** Headers that every read of a ticket carries. */
        public BodyBuilder headers() {
            BodyBuilder answer = Freshness.answer(position, generation);
            if (ticket.parked() != null) {
                Freshness.parked(answer, ticket.parked());
            }
            return answer;
        }

        /**
         * The same with the ticket's version as ETag; Spring answers 304 where If-None-Match names it. What was recovered
         * has none: nobody shall write by it.
         */
        public BodyBuilder headersWithVersion() {
            return generation != null ? headers() : headers().eTag("\"" + ticket.version() + "\"");
        }
    }

    /**
     * Answers a question about one ticket from one snapshot.
     *
     * @param idOrNumber a ticket's id, or its number as people write it
     * @param minPosition as it arrived, null for whatever is there
     * @throws NotFound where there is no such ticket and, in the same words, where the caller may not see it
     * @throws InvalidRequest for a malformed minPosition
     * @throws Unavailable NOT_YET_PROJECTED, or PARKED where waiting does not help
     */
    public <T> Answer<T> read(
            Caller caller, String idOrNumber, @Nullable String minPosition, BiFunction<Snapshot, Subject, T> question) {
        return read(caller, idOrNumber, minPosition, (@Nullable String) null, question);
    }

    private <T> Answer<T> read(
            Caller caller,
            String idOrNumber,
            @Nullable String minPosition,
            @Nullable String generation,
            BiFunction<Snapshot, Subject, T> question) {
        Visibility.needReader(caller);
        long min = Parameters.minPosition(minPosition);
        return inSnapshot(
                caller,
                idOrNumber,
                min,
                min,
                generation,
                (snapshot, ticket) -> new Answer<>(
                        question.apply(snapshot, ticket), ticket, snapshot.position(ReadModel.TICKETS), generation));
    }

    /**
     * The same as it was at a moment. What the ticket was is folded from its events before the snapshot opens in which the
     * question is answered, so that no connection is held while the log is read. The caller must see the ticket as it is
     * now and as it was.
     *
     * @throws NotFound also for a moment before the ticket's first event, and for a version that it does not have
     * @throws InvalidRequest for a malformed minPosition
     * @throws Unavailable NOT_YET_PROJECTED for a moment that is not visible yet, PARKED for a position that a parked
     *     ticket does not show, and where an event can't be read
     */
    public <T> Answer<T> read(
            Caller caller,
            String idOrNumber,
            @Nullable String minPosition,
            Moment moment,
            BiFunction<Snapshot, Subject, T> question) {
        if (!moment.isLimited()) {
            return read(caller, idOrNumber, minPosition, moment.generation(), question);
        }
        Visibility.needReader(caller);
        long position = moment.position(log);
        Found found = find(caller, idOrNumber, minPosition, List.of(moment), position == Long.MAX_VALUE ? 0 : position);
        PastTicket ticket = at(found, moment);
        Accessed.ticket(found.id(), ticket.version());
        Then then = new Then(moment, ticket, position == Long.MAX_VALUE ? ticket.position() : position);
        return again(caller, found, List.of(ticket), (snapshot, visibility) -> {
            Subject subject = new Subject(found.id(), ticket.version(), visibility, found.parked(), then);
            return new Answer<>(question.apply(snapshot, subject), subject, found.position(), null);
        });
    }

    /**
     * Finds a ticket whose history is to be read, when the read models show all these moments.
     *
     * @throws NotFound where there is no such ticket and, in the same words, where the caller may not see it
     */
    public Found find(Caller caller, String idOrNumber, @Nullable String minPosition, Collection<Moment> moments) {
        Visibility.needReader(caller);
        long wait = moments.stream()
                .mapToLong(moment -> moment.position(log))
                .filter(position -> position < Long.MAX_VALUE)
                .max()
                .orElse(0);
        return find(caller, idOrNumber, minPosition, moments, wait);
    }

    private Found find(
            Caller caller, String idOrNumber, @Nullable String minPosition, Collection<Moment> moments, long wait) {
        long min = Parameters.minPosition(minPosition);
        for (Moment moment : moments) {
            Long asked = moment.atPosition();
            min = asked == null ? min : Math.max(min, asked);
        }
        return inSnapshot(caller, idOrNumber, min, Math.max(min, wait), null, (snapshot, ticket) -> {
            long position = snapshot.position(ReadModel.TICKETS);
            Parked parked = ticket.parked();
            long upTo = parked == null ? position : Math.min(position, parked.firstPosition() - 1);
            var recorded = new TicketHistory.Recorded(
                    ticket.id(), upTo, snapshot.skipped(ReadModel.TICKETS), erased(snapshot, ticket.id()));
            return new Found(ticket.id(), ticket.visibility(), parked, position, recorded);
        });
    }

    private static boolean erased(Snapshot snapshot, UUID ticket) {
        return snapshot.jooq()
                .fetchExists(selectOne()
                        .from(TICKET_TIMELINE)
                        .where(TICKET_TIMELINE.TICKET_ID.eq(ticket))
                        .and(TICKET_TIMELINE.EVENT.eq(inline("TicketContentErased"))));
    }

    /**
     * The found ticket's steps that a moment may include, and the first one in any case, as they are asked for. To be
     * closed.
     */
    public Stream<TicketHistory.Step> steps(Found found, Moment moment) {
        return history.steps(found.recorded(), moment);
    }

    /**
     * What the found ticket was.
     *
     * @throws NotFound where there was none yet, or the caller may not see what it was
     */
    public PastTicket at(Found found, Moment moment) {
        PastTicket last = null;
        TicketHistory.Step beyond = null;
        try (Stream<TicketHistory.Step> steps = steps(found, moment)) {
            Iterator<TicketHistory.Step> each = steps.iterator();
            while (beyond == null && each.hasNext()) {
                TicketHistory.Step step = each.next();
                if (step.isIn(moment)) {
                    last = step.after();
                } else {
                    beyond = step;
                }
            }
        }
        if (last == null) {
            throw notYet(found, beyond);
        } else if (!sees(found.visibility(), last)) {
            throw notFound();
        }
        Long version = moment.version();
        if (version != null && version > last.version()) {
            throw new NotFound("This ticket has no version " + version + " yet: its last is " + last.version() + ".");
        }
        return last;
    }

    /** That there was nothing yet is told to those alone who may see what it began as. */
    public static NotFound notYet(Found found, TicketHistory.@Nullable Step first) {
        if (first == null || first.after() == null || !sees(found.visibility(), first.after())) {
            return notFound();
        }
        return new NotFound("There was no such ticket yet: it begins at " + first.occurredAt() + ", recorded at "
                + first.event().recordedAt() + " as position "
                + first.event().position() + ".");
    }

    /** Whether what a ticket was lay where the caller's rights of today reach. */
    public static boolean sees(Visibility visibility, PastTicket ticket) {
        return visibility.sees(ticket.queue(), ticket.requester(), ticket.organization());
    }

    /**
     * Answers in a snapshot that is no older than the one in which the ticket was found, for a caller who still sees the
     * ticket, and all that it was.
     *
     * @param scopes what the answer tells of
     * @throws NotFound where the caller does not see one of them
     */
    public <T> T again(
            Caller caller, Found found, Collection<PastTicket> scopes, BiFunction<Snapshot, Visibility, T> question) {
        return freshness.readFor(
                caller,
                found.position(),
                snapshot -> {
                    Visibility visibility = Visibility.of(snapshot, caller);
                    if (find(snapshot, TICKET.ID.eq(found.id()), visibility).isEmpty()
                            || !scopes.stream().allMatch(scope -> sees(visibility, scope))) {
                        throw notFound();
                    }
                    return question.apply(snapshot, visibility);
                },
                ReadModel.TICKETS,
                ReadModel.DIRECTORY);
    }

    /**
     * @param min what the caller wants to see, which a parked ticket may not show; 0 for whatever is there
     * @param wait what the read models must show
     * @param generation of what was recovered; null for what answers
     */
    private <T> T inSnapshot(
            Caller caller,
            String idOrNumber,
            long min,
            long wait,
            @Nullable String generation,
            BiFunction<Snapshot, Subject, T> question) {
        Condition named = named(idOrNumber);
        if (min > 0 && generation == null) {
            refuseParked(named, caller, min);
        }
        return freshness.readFor(
                caller,
                wait,
                generation,
                snapshot -> {
                    Visibility visibility = Visibility.of(snapshot, caller);
                    Subject ticket = find(snapshot, named, visibility)
                            .orElseThrow(() -> missing(snapshot, idOrNumber, visibility));
                    if (ticket.parked() != null && min > 0) {
                        Freshness.refuseBeyond(ticket.parked(), min);
                    }
                    Accessed.ticket(ticket.id(), ticket.version());
                    return question.apply(snapshot, ticket);
                },
                ReadModel.TICKETS,
                ReadModel.DIRECTORY);
    }

    /** Waiting for what a parked ticket does not show would be in vain. */
    private void refuseParked(Condition named, Caller caller, long min) {
        freshness
                .readFor(caller, 0, snapshot -> find(snapshot, named, Visibility.of(snapshot, caller)))
                .map(Subject::parked)
                .ifPresent(parked -> Freshness.refuseBeyond(parked, min));
    }

    private static Condition named(String idOrNumber) {
        var number = TicketNumber.parse(idOrNumber);
        if (number.isPresent()) {
            return TICKET.NUMBER.eq(number.getAsLong());
        }
        return Parameters.maybeId(idOrNumber).<Condition>map(TICKET.ID::eq).orElseThrow(TicketReader::notFound);
    }

    private static Optional<Subject> find(Snapshot snapshot, Condition named, Visibility visibility) {
        return snapshot.jooq()
                .select(TICKET.ID, TICKET.VERSION)
                .from(TICKET)
                .where(named)
                .and(visibility.of(TICKET))
                .fetchOptional()
                .map(row -> new Subject(
                        row.value1(),
                        row.value2(),
                        visibility,
                        snapshot.parked(ReadModel.TICKETS, row.value1()).orElse(null),
                        null));
    }

    /** A ticket that was parked at its first event has no row; that it exists is told only to those who see all. */
    private static RuntimeException missing(Snapshot snapshot, String idOrNumber, Visibility visibility) {
        return Parameters.maybeId(idOrNumber)
                .filter(id -> visibility.everything())
                .flatMap(id -> snapshot.parked(ReadModel.TICKETS, id))
                .<RuntimeException>map(Freshness::parkedBefore)
                .orElseGet(TicketReader::notFound);
    }

    private static NotFound notFound() {
        return new NotFound("There is no such ticket.");
    }
}
