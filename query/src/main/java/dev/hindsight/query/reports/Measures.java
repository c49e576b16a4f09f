package dev.hindsight.query.reports;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_PAST;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.selectOne;

import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.jooq.tables.TicketPast;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** The measures that there are. */
public final class Measures {

    /** All of them, by whose names they are asked for. */
    public static final List<Measure> ALL = List.of(
            new Opened(),
            new Resolved(),
            new Reopened(),
            new Backlog(),
            new TimeToFirstResponse(),
            new TimeToResolution(),
            new TimeInStatus(),
            new Handovers());

    private Measures() {}

    /** SQL: seconds from one instant to another. */
    static Field<Double> between(Field<Instant> from, Field<Instant> to) {
        return DSL.field("extract(epoch from {1} - {0})::float8", Double.class, from, to);
    }

    /** Tickets that began. */
    static final class Opened implements Measure {
        @Override
        public String name() {
            return "opened";
        }

        @Override
        public Kind kind() {
            return Kind.BEGAN;
        }

        @Override
        public Condition counts(TicketPast state) {
            return state.VERSION.eq(1L);
        }
    }

    /** Moves to RESOLVED; a ticket that is reopened can be resolved again. */
    static final class Resolved implements Measure {
        @Override
        public String name() {
            return "resolved";
        }

        @Override
        public Kind kind() {
            return Kind.BEGAN;
        }

        @Override
        public Condition counts(TicketPast state) {
            return state.EVENT.eq("TicketResolved");
        }
    }

    /** Moves back from RESOLVED, CLOSED or CANCELLED. */
    static final class Reopened implements Measure {
        @Override
        public String name() {
            return "reopened";
        }

        @Override
        public Kind kind() {
            return Kind.BEGAN;
        }

        @Override
        public Condition counts(TicketPast state) {
            return state.EVENT.eq("TicketReopened");
        }
    }

    /** Tickets that still need somebody's work: neither RESOLVED nor final. */
    static final class Backlog implements Measure {

        private static final Set<Status> UNDONE = Arrays.stream(Status.values())
                .filter(status -> !status.isFinal() && status != Status.RESOLVED)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Status.class)));

        @Override
        public String name() {
            return "backlog";
        }

        @Override
        public Kind kind() {
            return Kind.HELD;
        }

        @Override
        public Condition counts(TicketPast state) {
            return state.STATUS.in(UNDONE.stream().map(Status::name).toList());
        }

        @Override
        public Set<Status> statuses() {
            return UNDONE;
        }
    }

    /** From the opening to the first public reply by somebody else than the requester, told when that came. */
    static final class TimeToFirstResponse implements Measure {
        @Override
        public String name() {
            return "time-to-first-response";
        }

        @Override
        public Kind kind() {
            return Kind.BEGAN;
        }

        @Override
        public Condition counts(TicketPast state) {
            TicketPast before = TICKET_PAST.as("before");
            return state.FIRST_RESPONDED_AT
                    .eq(state.UPDATED_AT)
                    .and(notExists(selectOne()
                            .from(before)
                            .where(before.ID.eq(state.ID))
                            .and(before.VERSION.eq(state.VERSION.minus(1)))
                            .and(before.FIRST_RESPONDED_AT.isNotNull())));
        }

        @Override
        public Field<Double> seconds(TicketPast state) {
            return between(state.CREATED_AT, state.UPDATED_AT);
        }
    }

    /** From the opening to a resolution, told when that came; a ticket that is resolved again counts again. */
    static final class TimeToResolution implements Measure {
        @Override
        public String name() {
            return "time-to-resolution";
        }

        @Override
        public Kind kind() {
            return Kind.BEGAN;
        }

        @Override
        public Condition counts(TicketPast state) {
            return state.EVENT.eq("TicketResolved");
        }

        @Override
        public Field<Double> seconds(TicketPast state) {
            return between(state.CREATED_AT, state.UPDATED_AT);
        }
    }

    /** How much of the range tickets were in each status that they leave again: of a final one there is no end. */
    static final class TimeInStatus implements Measure {

        private static final Set<Status> PASSING = Arrays.stream(Status.values())
                .filter(status -> !status.isFinal())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Status.class)));

        @Override
        public String name() {
            return "time-in-status";
        }

        @Override
        public Kind kind() {
            return Kind.LASTED;
        }

        @Override
        public Condition counts(TicketPast state) {
            return state.STATUS.in(PASSING.stream().map(Status::name).toList());
        }

        @Override
        public Set<Status> statuses() {
            return PASSING;
        }
    }

    /** Assignments from one person to another. */
    static final class Handovers implements Measure {
        @Override
        public String name() {
            return "handovers";
        }

        @Override
        public Kind kind() {
            return Kind.BEGAN;
        }

        @Override
        public Condition counts(TicketPast state) {
            return state.WAS_ASSIGNEE.isNotNull().and(state.ASSIGNEE.ne(state.WAS_ASSIGNEE));
        }
    }
}
