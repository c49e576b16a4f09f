package dev.hindsight.query.directory;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_MESSAGE;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_TIMELINE;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.selectOne;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.records.PersonRecord;
import dev.hindsight.query.Visibility;
import java.util.Optional;
import java.util.UUID;

/** Reads people as far as the caller may know them. */
final class People {

    private People() {}

    /** Empty where there is no such person and where the caller may not know them. */
    static Optional<Person> find(Snapshot snapshot, Caller caller, UUID id) {
        Optional<Person> found = snapshot.jooq()
                .selectFrom(PERSON)
                .where(PERSON.ID.eq(id))
                .fetchOptional()
                .map(People::person);
        if (DirectoryRights.readsAll(caller) || id.equals(caller.person())) {
            return found;
        }
        return found.filter(person -> caller.is(Role.REQUESTER)
                        && appearsOnTicketsSeen(snapshot, Visibility.of(snapshot, caller), id))
                .map(person -> new Person(person.id(), person.name(), null, person.agent(), null));
    }

    static Person person(PersonRecord row) {
        return new Person(row.getId(), row.getName(), row.getEmail(), row.getIsAgent(), row.getOrganization());
    }

    /** Whether a requester meets this person on tickets that they see, notes and internal changes apart. */
    private static boolean appearsOnTicketsSeen(Snapshot snapshot, Visibility visibility, UUID person) {
        return snapshot.jooq()
                .fetchExists(selectOne()
                        .from(TICKET)
                        .where(visibility.of(TICKET))
                        .and(TICKET.ASSIGNEE
                                .eq(person)
                                .or(exists(selectOne()
                                        .from(TICKET_MESSAGE)
                                        .where(TICKET_MESSAGE.TICKET_ID.eq(TICKET.ID))
                                        .and(TICKET_MESSAGE.AUTHOR.eq(person))
                                        .and(TICKET_MESSAGE.KIND.ne(inline("INTERNAL_NOTE")))))
                                .or(exists(selectOne()
                                        .from(TICKET_TIMELINE)
                                        .where(TICKET_TIMELINE.TICKET_ID.eq(TICKET.ID))
                                        .and(TICKET_TIMELINE.ACTOR.eq(person))
                                        .and(TICKET_TIMELINE.INTERNAL.isFalse())))));
    }
}
