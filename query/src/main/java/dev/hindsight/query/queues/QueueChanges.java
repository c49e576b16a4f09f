package dev.hindsight.query.queues;

import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.row;

import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.TicketPast;
import dev.hindsight.query.ActorRef;
import dev.hindsight.query.PastNames;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.TicketNumber;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.tickets.TicketSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Select;
import org.jspecify.annotations.Nullable;

/** Finds what changed in a queue: events after which a ticket is in it, or was before, otherwise than before. Stateless. */
final class QueueChanges {

    private static final TicketPast STATE = TicketSource.states();

    /** Where a change stands. */
    record Place(Instant at, UUID id, long version) {

        static Place of(List<String> text) {
            return new Place(Instant.parse(text.get(0)), UUID.fromString(text.get(1)), Long.parseLong(text.get(2)));
        }

        static Place of(QueueChange change) {
            return new Place(change.occurredAt(), change.ticketId(), change.version());
        }

        /** What a cursor holds. */
        List<String> text() {
            return List.of(at.toString(), id.toString(), Long.toString(version));
        }
    }

    /**
     * @param source of the moment before the end of the range: what is visible
     * @param queue null for what has none
     * @param from included
     * @param to excluded
     */
    List<QueueChange> of(
            Snapshot snapshot,
            TicketSource source,
            Visibility visibility,
            @Nullable String queue,
            Instant from,
            Instant to,
            @Nullable Place after,
            int limit,
            long named) {
        List<Record> rows = new ArrayList<>(
                snapshot.jooq().fetch(changes(source.visible(visibility), queue, from, to, after, limit)));
        PastNames<UUID> names = PastNames.ofPeople(
                snapshot,
                rows.stream()
                        .flatMap(one ->
                                Stream.of(one.get(STATE.ACTOR), one.get(STATE.ASSIGNEE), one.get(STATE.WAS_ASSIGNEE)))
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList());
        return rows.stream().map(one -> change(one, queue, names, named)).toList();
    }

    static Select<?> changes(
            Condition visible, @Nullable String queue, Instant from, Instant to, @Nullable Place after, int limit) {
        Condition here = is(STATE.QUEUE, queue);
        Condition was = is(STATE.WAS_QUEUE, queue).and(STATE.VERSION.gt(1L));
        return org.jooq
                .impl
                .DSL
                .select(
                        STATE.ID,
                        STATE.NUMBER,
                        STATE.VERSION,
                        STATE.LAST_POSITION,
                        STATE.UPDATED_AT,
                        STATE.EVENT,
                        STATE.ACTOR,
                        STATE.ACTOR_KIND,
                        STATE.SUBJECT,
                        STATE.STATUS,
                        STATE.WAS_STATUS,
                        STATE.QUEUE,
                        STATE.WAS_QUEUE,
                        STATE.ASSIGNEE,
                        STATE.WAS_ASSIGNEE)
                .from(STATE)
                .where(STATE.UPDATED_AT.ge(from))
                .and(STATE.UPDATED_AT.lt(to))
                .and(here.or(was))
                .and(STATE.VERSION
                        .eq(1L)
                        .or(STATE.QUEUE.isDistinctFrom(STATE.WAS_QUEUE))
                        .or(STATE.STATUS.isDistinctFrom(STATE.WAS_STATUS))
                        .or(STATE.ASSIGNEE.isDistinctFrom(STATE.WAS_ASSIGNEE)))
                .and(visible)
                .and(
                        after == null
                                ? noCondition()
                                : row(STATE.UPDATED_AT, STATE.ID, STATE.VERSION)
                                        .gt(after.at(), after.id(), after.version()))
                .orderBy(STATE.UPDATED_AT, STATE.ID, STATE.VERSION)
                .limit(limit);
    }

    private static Condition is(Field<String> column, @Nullable String queue) {
        return queue == null ? column.isNull() : column.eq(queue);
    }

    private static QueueChange change(Record row, @Nullable String queue, PastNames<UUID> names, long named) {
        // Of what was recorded later than it happened, as imports are, the names of the range's end.
        long position = Math.min(row.get(STATE.LAST_POSITION), named);
        UUID actor = row.get(STATE.ACTOR);
        return new QueueChange(
                row.get(STATE.ID),
                TicketNumber.text(row.get(STATE.NUMBER)),
                row.get(STATE.VERSION),
                row.get(STATE.LAST_POSITION),
                row.get(STATE.UPDATED_AT),
                row.get(STATE.EVENT),
                new ActorRef(
                        actor,
                        actor == null ? null : names.at(actor, position),
                        Optional.ofNullable(row.get(STATE.ACTOR_KIND)).orElse("SYSTEM")),
                kinds(row, queue),
                row.get(STATE.SUBJECT),
                row.get(STATE.WAS_STATUS) == null ? null : Status.valueOf(row.get(STATE.WAS_STATUS)),
                Status.valueOf(row.get(STATE.STATUS)),
                row.get(STATE.WAS_QUEUE),
                row.get(STATE.QUEUE),
                person(row.get(STATE.WAS_ASSIGNEE), names, position),
                person(row.get(STATE.ASSIGNEE), names, position));
    }

    private static @Nullable PersonRef person(@Nullable UUID id, PastNames<UUID> names, long position) {
        return id == null ? null : new PersonRef(id, names.at(id, position));
    }

    private static List<String> kinds(Record row, @Nullable String queue) {
        var kinds = new ArrayList<String>();
        boolean here = Objects.equals(row.get(STATE.QUEUE), queue);
        if (row.get(STATE.VERSION) == 1) {
            kinds.add("OPENED");
        } else {
            if (!Objects.equals(row.get(STATE.QUEUE), row.get(STATE.WAS_QUEUE))) {
                kinds.add(here ? "CAME" : "LEFT");
            }
            Status status = Status.valueOf(row.get(STATE.STATUS));
            if (!row.get(STATE.STATUS).equals(row.get(STATE.WAS_STATUS))) {
                kinds.add(
                        row.get(STATE.EVENT).equals("TicketReopened")
                                ? "REOPENED"
                                : status.isFinal() ? "CLOSED" : status == Status.RESOLVED ? "RESOLVED" : "MOVED");
            }
            if (!Objects.equals(row.get(STATE.ASSIGNEE), row.get(STATE.WAS_ASSIGNEE))) {
                kinds.add("REASSIGNED");
            }
        }
        return kinds;
    }
}
