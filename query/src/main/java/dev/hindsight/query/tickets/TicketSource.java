package dev.hindsight.query.tickets;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_PAST;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_PAST_WORDS;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_WORDS;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.or;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.PastSpans;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.TicketWords;
import dev.hindsight.projections.readmodel.jooq.tables.Ticket;
import dev.hindsight.projections.readmodel.jooq.tables.TicketPast;
import dev.hindsight.query.PastMoment;
import dev.hindsight.query.Visibility;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The tickets that a question is asked of: those that are there now, or those that there were at a moment of the past.
 * Either way conditions are written against {@link #columns()}; rows of the past have the same columns and some more.
 * Immutable; equal for the same moment.
 *
 * @param moment null for now
 */
public record TicketSource(@Nullable PastMoment moment) {

    /** The live list. */
    public static final TicketSource NOW = new TicketSource(null);

    private static final Ticket THEN = TICKET.as("ticket_then");
    private static final TicketPast ROWS_THEN = TICKET_PAST.as("ticket_then");
    private static final Ticket TODAY = TICKET.as("ticket_today");
    private static final Set<Status> FINAL = Arrays.stream(Status.values())
            .filter(Status::isFinal)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Status.class)));

    /**
     * A part of the tickets that is found in a way of its own. No ticket is in two.
     *
     * @param among the condition that makes the part
     * @param statuses that its tickets can have
     */
    public record Part(Table<?> table, Condition among, Set<Status> statuses) {}

    /** The model that is asked. */
    public ReadModel model() {
        return moment == null ? ReadModel.TICKETS : ReadModel.TICKET_PAST;
    }

    /** The fields that the rows of every part have. */
    public Ticket columns() {
        return moment == null ? TICKET : THEN;
    }

    /**
     * What together holds every ticket that can have one of these statuses.
     *
     * @param wanted none for whatever status
     */
    public List<Part> parts(Set<Status> wanted) {
        if (moment == null) {
            return List.of(new Part(TICKET, noCondition(), EnumSet.allOf(Status.class)));
        }
        var parts = new ArrayList<Part>();
        var passing = EnumSet.complementOf(EnumSet.copyOf(FINAL));
        if (any(wanted, passing)) {
            // As the index says it, so that it is taken.
            Condition leaves = THEN.STATUS.notIn(inlined(FINAL));
            for (Condition one : passing(moment)) {
                parts.add(new Part(ROWS_THEN, leaves.and(one), passing));
            }
        }
        for (Status status : FINAL) {
            if (any(wanted, Set.of(status))) {
                parts.add(new Part(
                        ROWS_THEN,
                        THEN.STATUS
                                .in(inlined(FINAL))
                                .and(THEN.STATUS.eq(inline(status.name())))
                                .and(there()),
                        Set.of(status)));
            }
        }
        return parts;
    }

    private static boolean any(Set<Status> wanted, Set<Status> of) {
        return wanted.isEmpty() || wanted.stream().anyMatch(of::contains);
    }

    private static List<Field<String>> inlined(Collection<Status> statuses) {
        return statuses.stream()
                .<Field<String>>map(status -> inline(status.name()))
                .toList();
    }

    /** Every state of every ticket, under the name that {@link #columns} of the past have. */
    public static TicketPast states() {
        return ROWS_THEN;
    }

    /** The table with all rows, of which those count for which {@link #there} holds. */
    public Table<?> table() {
        return moment == null ? TICKET : ROWS_THEN;
    }

    /** That a row is the one that its ticket had at the moment. */
    public Condition there() {
        return moment == null
                ? noCondition()
                : valid(
                                moment,
                                ROWS_THEN.UPDATED_AT,
                                ROWS_THEN.NEXT_AT,
                                ROWS_THEN.LAST_POSITION,
                                ROWS_THEN.NEXT_POSITION)
                        .and(begunBy(moment.latest()));
    }

    /** Follows from the rest, and lets indexes by times begin there. */
    private static Condition begunBy(@Nullable Instant latest) {
        return latest == null ? noCondition() : THEN.CREATED_AT.le(latest).and(THEN.UPDATED_AT.le(latest));
    }

    private static Condition valid(
            PastMoment moment, Field<Instant> from, Field<Instant> to, Field<Long> first, Field<Long> next) {
        Instant time = moment.asOf();
        Long position = moment.position();
        if (position == null) {
            return from.le(time).and(to.gt(time));
        } else if (time == null) {
            return first.le(position).and(next.gt(position));
        }
        return from.le(time).and(first.le(position)).and(to.gt(time).or(next.gt(position)));
    }

    /** The rows of states that tickets leave again, found by how long they were valid; where both times count, in two parts. */
    private List<Condition> passing(PastMoment then) {
        Instant time = then.asOf();
        Long position = then.position();
        if (position == null && time != null) {
            return List.of(begunBefore(time).and(there()));
        } else if (time == null && position != null) {
            return List.of(begunBefore(position).and(there()));
        } else if (time == null || position == null) {
            throw new IllegalStateException("a moment has a time or a position");
        }
        return List.of(
                begunBefore(time).and(ROWS_THEN.NEXT_AT.gt(time)).and(there()),
                begunBefore(position)
                        .and(ROWS_THEN.NEXT_POSITION.gt(position))
                        .and(ROWS_THEN.NEXT_AT.le(time))
                        .and(there()));
    }

    private static Condition begunBefore(Instant time) {
        var classes = new ArrayList<Condition>();
        for (int lasted = 0; lasted < PastSpans.LONGEST_LASTED; lasted++) {
            classes.add(ROWS_THEN
                    .LASTED
                    .eq(inline((short) lasted))
                    .and(ROWS_THEN.UPDATED_AT.le(time))
                    .and(ROWS_THEN.UPDATED_AT.gt(time.minus(PastSpans.longest(lasted)))));
        }
        classes.add(
                ROWS_THEN.LASTED.eq(inline((short) PastSpans.LONGEST_LASTED)).and(ROWS_THEN.UPDATED_AT.le(time)));
        return or(classes);
    }

    private static Condition begunBefore(long position) {
        var classes = new ArrayList<Condition>();
        for (int stood = 0; stood < PastSpans.LONGEST_STOOD && PastSpans.most(stood - 1) < position; stood++) {
            classes.add(ROWS_THEN
                    .STOOD
                    .eq(inline((short) stood))
                    .and(ROWS_THEN.LAST_POSITION.le(position))
                    .and(ROWS_THEN.LAST_POSITION.gt(position - PastSpans.most(stood))));
        }
        int rest = classes.size();
        classes.add(ROWS_THEN.STOOD.ge(inline((short) rest)).and(ROWS_THEN.LAST_POSITION.le(position)));
        return or(classes);
    }

    /**
     * What the caller may see: of the past only what both the ticket's scope then and its scope now allow, so that a ticket
     * which was moved into a closed queue does not show what it was like before.
     */
    public Condition visible(Visibility visibility) {
        Condition then = visibility.of(columns());
        return moment == null || visibility.everything()
                ? then
                : then.and(DSL.exists(
                        selectOne().from(TODAY).where(TODAY.ID.eq(THEN.ID)).and(visibility.of(TODAY))));
    }

    /** @param words as {@link TicketWords#of} gives them, at least one */
    Condition texts(Collection<String> words) {
        var query = val(TicketWords.query(words));
        if (moment == null) {
            return TICKET.ID.in(select(TICKET_WORDS.TICKET_ID)
                    .from(TICKET_WORDS)
                    .where(condition("{0} @@ {1}::tsquery", TICKET_WORDS.WORDS, query)));
        }
        return THEN.ID.in(select(TICKET_PAST_WORDS.ID)
                .from(TICKET_PAST_WORDS)
                .where(condition("{0} @@ {1}::tsquery", TICKET_PAST_WORDS.WORDS, query))
                .and(valid(
                        moment,
                        TICKET_PAST_WORDS.UPDATED_AT,
                        TICKET_PAST_WORDS.NEXT_AT,
                        TICKET_PAST_WORDS.LAST_POSITION,
                        TICKET_PAST_WORDS.NEXT_POSITION)));
    }
}
