package dev.hindsight.query.ticket;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.jooq.impl.DSL.any;

import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.PersonRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

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
        Set<UUID> seen = ticket.visibility().onlyOf();
        if (seen != null) {
            watchers = Arrays.stream(watchers).filter(seen::contains).toArray(UUID[]::new);
        }
        if (watchers.length == 0) {
            return List.of();
        }
        Map<UUID, String> names = snapshot.jooq()
                .select(PERSON.ID, PERSON.NAME)
                .from(PERSON)
                .where(PERSON.ID.eq(any(watchers)))
                .fetchMap(PERSON.ID, PERSON.NAME);
        List<PersonRef> people = new ArrayList<>(watchers.length);
        for (UUID watcher : watchers) {
            people.add(new PersonRef(watcher, names.get(watcher)));
        }
        return people;
    }
}
