package dev.hindsight.query.ticket;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_TIMELINE;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import dev.hindsight.domain.ticket.LinkType;
import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Visibility;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record6;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/**
 * The links of one ticket as they were: its own, which its events tell, and those that other tickets held to it, which
 * their timelines tell. That a linked ticket is shown is decided by the rights and its place of now.
 */
final class PastLinks {

    /** As the index has it, word for word: the first link that an entry tells. */
    private static final String FIRST = "jsonb_path_query_first({0}, '$[*] ? (@.field starts with \"links.\")')";

    private static final Condition TELLS_LINK = condition(
            "{0} in ('TicketOpened', 'TicketLinked', 'TicketUnlinked')"
                    + " and jsonb_path_exists({1}, '$[*] ? (@.field starts with \"links.\")')",
            TICKET_TIMELINE.EVENT, TICKET_TIMELINE.CHANGES);

    private static final Field<String> LINKED = field(
            "coalesce(" + FIRST + " ->> 'after', " + FIRST + " ->> 'before')", String.class, TICKET_TIMELINE.CHANGES);
    private static final Field<String> TYPE = field(FIRST + " ->> 'field'", String.class, TICKET_TIMELINE.CHANGES);
    private static final Field<Boolean> MADE =
            field(FIRST + " ->> 'after' is not null", Boolean.class, TICKET_TIMELINE.CHANGES);

    /**
     * A link that was there.
     *
     * @param position of the event that made it
     * @param inverse whether the other ticket held it
     */
    record Known(LinkType type, UUID other, long position, boolean inverse) {}

    /** An event of another ticket that linked it to this one, or undid that. */
    private record Told(
            UUID other, LinkType type, boolean made, long position, Instant recordedAt, Instant occurredAt) {}

    /** Whether an event of another ticket had happened. */
    @FunctionalInterface
    interface By {
        boolean includes(long position, Instant recordedAt, Instant occurredAt);
    }

    private final List<Told> told;
    private final boolean everything;
    private final Map<UUID, Long> numbers;

    private PastLinks(List<Told> told, boolean everything, Map<UUID, Long> numbers) {
        this.told = told;
        this.everything = everything;
        this.numbers = numbers;
    }

    /** @param states all that are asked about */
    static PastLinks of(Snapshot snapshot, UUID ticket, Visibility visibility, Collection<PastTicket> states) {
        List<Told> told = new ArrayList<>();
        for (var query : List.of(told(snapshot.jooq(), ticket), toldByReverts(snapshot.jooq(), ticket))) {
            query.fetch(row -> new Told(
                            row.value1(),
                            LinkType.valueOf(row.value2().substring("links.".length())),
                            row.value3(),
                            row.value4(),
                            row.value5(),
                            row.value6()))
                    .forEach(told::add);
        }
        told.sort(Comparator.comparingLong(Told::position)); // stable: what one event tells stays in its order
        var others = new HashSet<UUID>();
        told.forEach(link -> others.add(link.other()));
        states.forEach(state -> state.links().forEach(link -> others.add(link.getOtherId())));
        Map<UUID, Long> numbers = others.isEmpty()
                ? Map.of()
                : snapshot.jooq()
                        .select(TICKET.ID, TICKET.NUMBER)
                        .from(TICKET)
                        .where(TICKET.ID.eq(any(others.toArray(UUID[]::new))))
                        .and(visibility.of(TICKET))
                        .fetchMap(TICKET.ID, TICKET.NUMBER);
        return new PastLinks(told, visibility.everything(), numbers);
    }

    /** In order; of the index alone. */
    static ResultQuery<Record6<UUID, String, Boolean, Long, Instant, Instant>> told(DSLContext jooq, UUID ticket) {
        return jooq.select(
                        TICKET_TIMELINE.TICKET_ID,
                        TYPE,
                        MADE,
                        TICKET_TIMELINE.POSITION,
                        TICKET_TIMELINE.RECORDED_AT,
                        TICKET_TIMELINE.OCCURRED_AT)
                .from(TICKET_TIMELINE)
                .where(TELLS_LINK)
                .and(LINKED.eq(ticket.toString()))
                .orderBy(TICKET_TIMELINE.POSITION);
    }

    /** One event may tell several links of the same ticket; in order, of the index alone. */
    static ResultQuery<Record6<UUID, String, Boolean, Long, Instant, Instant>> toldByReverts(
            DSLContext jooq, UUID ticket) {
        JSONB after = JSONB.valueOf("[{\"after\":\"" + ticket + "\"}]");
        JSONB before = JSONB.valueOf("[{\"before\":\"" + ticket + "\"}]");
        Table<?> each =
                table("jsonb_array_elements({0})", TICKET_TIMELINE.CHANGES).as("each", "change");
        Field<JSONB> change = field(name("each", "change"), JSONB.class);
        return jooq.select(
                        TICKET_TIMELINE.TICKET_ID,
                        field("{0} ->> 'field'", String.class, change),
                        field("{0} ->> 'after' is not null", Boolean.class, change),
                        TICKET_TIMELINE.POSITION,
                        TICKET_TIMELINE.RECORDED_AT,
                        TICKET_TIMELINE.OCCURRED_AT)
                .from(TICKET_TIMELINE)
                .crossJoin(lateral(each))
                .where(TICKET_TIMELINE.EVENT.eq(inline("TicketReverted")))
                .and(condition("{0} @> {1}", TICKET_TIMELINE.CHANGES, val(after))
                        .or(condition("{0} @> {1}", TICKET_TIMELINE.CHANGES, val(before))))
                .and(condition("starts_with({0} ->> 'field', 'links.')", change))
                .and(condition("coalesce({0} ->> 'after', {0} ->> 'before') = {1}", change, val(ticket.toString())))
                .orderBy(TICKET_TIMELINE.POSITION);
    }

    boolean isSeen(UUID other) {
        return everything || numbers.containsKey(other);
    }

    @Nullable
    Long number(UUID other) {
        return numbers.get(other);
    }

    /**
     * The links of a state in the order of their making.
     *
     * @param by which events of others count
     */
    List<Known> at(PastTicket state, By by) {
        var links = new ArrayList<Known>();
        state.links()
                .forEach(link -> links.add(
                        new Known(LinkType.valueOf(link.getType()), link.getOtherId(), link.getLastPosition(), false)));
        var inverse = new HashMap<List<Object>, Known>();
        for (Told link : told) {
            if (by.includes(link.position(), link.recordedAt(), link.occurredAt())) {
                List<Object> key = List.of(link.type(), link.other());
                if (link.made()) {
                    inverse.put(key, new Known(link.type(), link.other(), link.position(), true));
                } else {
                    inverse.remove(key);
                }
            }
        }
        links.addAll(inverse.values());
        links.sort(Comparator.comparingLong(Known::position)
                .thenComparing(link -> link.other().toString())); // as PostgreSQL compares them
        return links;
    }
}
