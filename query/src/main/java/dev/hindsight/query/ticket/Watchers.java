package dev.hindsight.query.ticket;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.jooq.impl.DSL.any;

import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.Visibility;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** Who watches a ticket. */
final class Watchers {

    private Watchers() {}

    /** In the order in which they came; requesters see themselves alone: who else looks on is internal. */
    static List<PersonRef> of(Snapshot snapshot, TicketReader.Subject ticket) {
        UUID[] watchers = snapshot.jooq()
                .select(TICKET.WATCHERS)
                .from(TICKET)
                .where(TICKET.ID.eq(ticket.id()))
                .fetchSingle(TICKET.WATCHERS);
        List<UUID> seen = shown(Arrays.asList(watchers), ticket.visibility());
        if (seen.isEmpty()) {
            return List.of();
        }
        Map<UUID, String> names = snapshot.jooq()
                .select(PERSON.ID, PERSON.NAME)
                .from(PERSON)
                .where(PERSON.ID.eq(any(seen.toArray(UUID[]::new))))
                .fetchMap(PERSON.ID, PERSON.NAME);
        return seen.stream()
                .map(watcher -> new PersonRef(watcher, names.get(watcher)))
                .toList();
    }

    /** The same of what a ticket was. */
    static List<PersonRef> of(PastTicket ticket, Visibility visibility, Function<UUID, PersonRef> person) {
        return shown(ticket.watchers(), visibility).stream().map(person).toList();
    }

    private static List<UUID> shown(List<UUID> watchers, Visibility visibility) {
        Set<UUID> seen = visibility.onlyOf();
        return seen == null
                ? watchers
                : watchers.stream().filter(seen::contains).toList();
    }
}
