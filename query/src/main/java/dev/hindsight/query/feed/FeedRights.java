package dev.hindsight.query.feed;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.jooq.impl.DSL.any;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.Visibility;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What of the feed a caller sees. Equal rights see the same.
 *
 * @param tickets whose events are shown
 * @param internal whether notes and internal reasons are shown
 * @param everything whether events that belong to no ticket are shown, too: people, organizations, configuration,
 *     operations
 */
record FeedRights(Visibility tickets, boolean internal, boolean everything) {

    /** What of a ticket's row decides who sees it. */
    record Held(
            @Nullable String queue,
            @Nullable UUID requester,
            @Nullable UUID organization) {}

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

    /** What the rows say of these tickets: one question, whoever is shown them. Those without a row are seen by nobody. */
    static Map<UUID, Held> held(Snapshot snapshot, Collection<UUID> ids) {
        return snapshot.jooq()
                .select(TICKET.ID, TICKET.QUEUE, TICKET.REQUESTER, TICKET.ORGANIZATION)
                .from(TICKET)
                .where(TICKET.ID.eq(any(ids.toArray(UUID[]::new))))
                .fetchMap(TICKET.ID, row -> new Held(row.value2(), row.value3(), row.value4()));
    }

    /** @param ticket null for one without a row */
    boolean sees(@Nullable Held ticket) {
        return ticket != null && tickets.sees(ticket.queue(), ticket.requester(), ticket.organization());
    }
}
