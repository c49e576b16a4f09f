package dev.hindsight.query.feed;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.jooq.impl.DSL.any;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Visibility;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;

/**
 * What of the feed a caller sees. Equal rights see the same.
 *
 * @param tickets whose events are shown
 * @param internal whether notes and internal reasons are shown
 * @param everything whether events that belong to no ticket are shown, too: people, organizations, configuration,
 *     operations
 */
record FeedRights(Visibility tickets, boolean internal, boolean everything) {

    /**
     * Whoever reads tickets gets these tickets' events. Integrations (clients) see what is said to requesters, of every
     * ticket but those in restricted queues that were not granted to them; only auditors see what belongs to no ticket.
     *
     * @throws Forbidden for roles that read no tickets
     */
    static FeedRights of(Snapshot snapshot, Caller caller) {
        if (caller.is(Role.CLIENT) && !caller.readsAllTickets()) {
            var closed = snapshot.grants().closed();
            return new FeedRights(Visibility.allBut(closed), false, false);
        }
        Visibility tickets = Visibility.of(snapshot, caller);
        return new FeedRights(tickets, tickets.internal(), caller.is(Role.AUDITOR));
    }

    /** Which of these tickets may be read now. */
    Set<UUID> readable(Snapshot snapshot, Collection<UUID> ids) {
        return ids.isEmpty()
                ? Set.of()
                : snapshot.jooq()
                        .select(TICKET.ID)
                        .from(TICKET)
                        .where(TICKET.ID.eq(any(ids.toArray(UUID[]::new))))
                        .and(tickets.of(TICKET))
                        .fetchSet(TICKET.ID);
    }
}
