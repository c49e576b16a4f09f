package dev.hindsight.query;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.Grants;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.Ticket;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Which tickets a caller sees, and how much of them. All reads of tickets ask here, once for each snapshot that they
 * read, and keep the answer no longer than that: grants take effect when the command that changed them was acknowledged.
 *
 * <ul>
 *   <li>Auditors see everything.
 *   <li>Those who work tickets see all but the restricted queues that were granted neither to them nor to a team of
 *       theirs; a ticket without a queue is open.
 *   <li>Requesters see their own tickets, and those of their organization where it shares them, without notes and
 *       internal reasons.
 *   <li>Clients and admins see the queues that were granted to them, with notes, and nothing else.
 * </ul>
 *
 * <p>The first of these that applies to one of the caller's roles counts: a client or admin who is also a requester has
 * nothing of what was granted, for else notes of their own tickets would be shown to them. Immutable; equal for equal
 * rights.
 *
 * @param internal whether notes and internal reasons are shown
 * @param closed restricted queues that are hidden, where all other tickets are seen; empty for everything
 * @param onlyIn the queues whose tickets alone are seen; null where that is not what decides
 * @param onlyOf the requesters whose tickets alone are seen (the caller, and who else is known by the caller's verified
 *     address); null where that is not what decides
 * @param organizations whose tickets are seen beside those of {@code onlyOf}
 * @param alsoNow whether conditions ask the same of the ticket as it is now, beside what was recovered
 */
public record Visibility(
        boolean internal,
        SortedSet<String> closed,
        @Nullable SortedSet<String> onlyIn,
        @Nullable SortedSet<UUID> onlyOf,
        SortedSet<UUID> organizations,
        boolean alsoNow) {

    private static final Ticket TODAY = Snapshot.LIVE_TICKET.as("ticket_today");

    /** Every ticket, with all that is internal. */
    public static final Visibility EVERYTHING = allBut(Set.of());

    /** All tickets but those in these queues. */
    public static Visibility allBut(Collection<String> closed) {
        return new Visibility(true, sorted(closed), null, null, sorted(Set.of()), false);
    }

    /** The tickets in these queues. */
    public static Visibility onlyIn(Collection<String> queues) {
        return new Visibility(true, sorted(Set.of()), sorted(queues), null, sorted(Set.of()), false);
    }

    /** The tickets of these requesters and these organizations, without what is internal. */
    public static Visibility onlyOf(Collection<UUID> requesters, Collection<UUID> organizations) {
        return new Visibility(false, sorted(Set.of()), null, sorted(requesters), sorted(organizations), false);
    }

    /** The same of what was recovered: the ticket's scope then and its scope now must both allow it. */
    private Visibility alsoAsOfNow() {
        return everything() ? this : new Visibility(internal, closed, onlyIn, onlyOf, organizations, true);
    }

    /**
     * Refuses by the roles alone, before anything is read.
     *
     * @throws Forbidden for roles that read no ticket whatever is granted to them
     */
    public static void needReader(Caller caller) {
        if (!caller.readsAllTickets()
                && !caller.is(Role.REQUESTER)
                && !caller.is(Role.CLIENT)
                && !caller.is(Role.ADMIN)) {
            throw nothing();
        }
    }

    /**
     * What the caller sees at the moment of this snapshot, which was opened for the same caller.
     *
     * @throws Forbidden where that is no ticket at all: for the role, or because no queue was granted
     */
    public static Visibility of(Snapshot snapshot, Caller caller) {
        needReader(caller);
        if (caller.is(Role.AUDITOR)) {
            return EVERYTHING;
        }
        Visibility visibility = of(snapshot.grants(), caller);
        return snapshot.recovered() == null ? visibility : visibility.alsoAsOfNow();
    }

    /**
     * What the caller sees by these grants.
     *
     * @throws Forbidden where that is no ticket at all
     */
    public static Visibility of(Grants grants, Caller caller) {
        if (caller.is(Role.AUDITOR)) {
            return EVERYTHING;
        } else if (caller.worksTickets()) {
            return grants.closed().isEmpty() ? EVERYTHING : allBut(grants.closed());
        } else if (caller.is(Role.REQUESTER)) {
            return onlyOf(caller.requesters(), grants.organizations());
        } else if (!grants.granted().isEmpty() && (caller.is(Role.CLIENT) || caller.is(Role.ADMIN))) {
            return onlyIn(grants.granted());
        }
        throw nothing();
    }

    /** Whether no ticket is hidden. */
    public boolean everything() {
        return closed.isEmpty() && onlyIn == null && onlyOf == null;
    }

    /** The same as {@link #of(Ticket)} for a ticket at hand. */
    public boolean sees(@Nullable String queue, @Nullable UUID requester, @Nullable UUID organization) {
        if (onlyOf != null) {
            return (requester != null && onlyOf.contains(requester))
                    || (organization != null && organizations.contains(organization));
        } else if (onlyIn != null) {
            return queue != null && onlyIn.contains(queue);
        }
        return queue == null || !closed.contains(queue);
    }

    /** @param ticket the table, or an alias of it, whose rows are to be seen */
    public Condition of(Ticket ticket) {
        return alsoNow
                ? scope(ticket)
                        .and(DSL.exists(DSL.selectOne()
                                .from(TODAY)
                                .where(TODAY.ID.eq(ticket.ID))
                                .and(scope(TODAY))))
                : scope(ticket);
    }

    private Condition scope(Ticket ticket) {
        if (onlyOf != null) {
            Condition own = ticket.REQUESTER.in(onlyOf); // of one: an equality
            return organizations.isEmpty() ? own : own.or(ticket.ORGANIZATION.in(organizations));
        } else if (onlyIn != null) {
            return ticket.QUEUE.in(onlyIn);
        }
        return closed.isEmpty() ? DSL.noCondition() : ticket.QUEUE.isNull().or(ticket.QUEUE.notIn(closed));
    }

    /** In order, so that equal rights make equal SQL. */
    private static <T> SortedSet<T> sorted(Collection<T> values) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(values));
    }

    private static Forbidden nothing() {
        return new Forbidden("Tickets are read with the role requester, agent, supervisor or auditor,"
                + " or as client or admin in queues that were granted.");
    }
}
