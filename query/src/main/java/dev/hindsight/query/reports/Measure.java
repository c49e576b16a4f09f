package dev.hindsight.query.reports;

import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.jooq.tables.TicketPast;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/**
 * What a report tells. It is asked of the states of tickets, of which every event has made one, so a measure works over
 * the whole history from the day on that it is written; {@link Measures} lists them. Stateless.
 */
public interface Measure {

    /** How the states that count become figures. */
    enum Kind {
        /** Each state that began in the range is one: how many, or how long its {@link #seconds} are. */
        BEGAN,
        /** The time of the range in which the state held, added up for each ticket and status. */
        LASTED,
        /** How many held at the end of the range, or of each day or week of it. */
        HELD
    }

    /** As it is asked for: small letters and hyphens. */
    String name();

    Kind kind();

    /** Whether a state counts. */
    Condition counts(TicketPast state);

    /** What is measured of a state that began; null where states themselves are counted. */
    default @Nullable Field<Double> seconds(TicketPast state) {
        return null;
    }

    /** The statuses of the states that count, where {@link #counts} allows only some; none for whatever status. */
    default Set<Status> statuses() {
        return Set.of();
    }
}
