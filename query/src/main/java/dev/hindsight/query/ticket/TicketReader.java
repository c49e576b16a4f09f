package dev.hindsight.query.ticket;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.Parked;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Accessed;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.TicketNumber;
import dev.hindsight.query.Visibility;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity.BodyBuilder;

/**
 * The way into one ticket for all reads about it: finds it by id or number, hides it from who may not see it, and waits
 * for minPosition unless the ticket is parked. Safe for concurrent use.
 */
public final class TicketReader {

    private final Freshness freshness;

    public TicketReader(Freshness freshness) {
        this.freshness = freshness;
    }

    /**
     * The ticket that was asked for, visible to the caller.
     *
     * @param parked why it stands still, null mostly
     */
    public record Subject(
            UUID id,
            long version,
            Visibility visibility,
            @Nullable Parked parked) {}

    /**
     * What was read.
     *
     * @param position the log up to which it is right
     */
    public record Answer<T>(T body, Subject ticket, long position) {

        /** Headers that every read of a ticket carries. */
        public BodyBuilder headers() {
            BodyBuilder answer = Freshness.answer(position);
            if (ticket.parked() != null) {
                Freshness.parked(answer, ticket.parked());
            }
            return answer;
        }

        /** The same with the ticket's version as ETag; Spring answers 304 where If-None-Match names it. */
        public BodyBuilder headersWithVersion() {
            return headers().eTag("\"" + ticket.version() + "\"");
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
        Visibility.needReader(caller);
        long min = Parameters.minPosition(minPosition);
        Condition named = named(idOrNumber);
        if (min > 0) {
            refuseParked(named, caller, min);
        }
        Answer<T> read = freshness.readFor(
                caller,
                min,
                snapshot -> {
                    Visibility visibility = Visibility.of(snapshot, caller);
                    Subject ticket = find(snapshot, named, visibility)
                            .orElseThrow(() -> missing(snapshot, idOrNumber, visibility));
                    if (ticket.parked() != null && min > 0) {
                        Freshness.refuseBeyond(ticket.parked(), min);
                    }
                    return new Answer<>(question.apply(snapshot, ticket), ticket, snapshot.position(ReadModel.TICKETS));
                },
                ReadModel.TICKETS,
                ReadModel.DIRECTORY);
        Accessed.ticket(read.ticket().id(), read.ticket().version());
        return read;
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
                        snapshot.parked(ReadModel.TICKETS, row.value1()).orElse(null)));
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
