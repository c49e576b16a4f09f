package dev.hindsight.query.tickets;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;

import dev.hindsight.domain.ticket.Lifecycle;
import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.Person;
import dev.hindsight.projections.readmodel.jooq.tables.Ticket;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketRecord;
import dev.hindsight.query.PastMoment;
import dev.hindsight.query.PastNames;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.RequesterRef;
import dev.hindsight.query.TicketNumber;
import dev.hindsight.query.Visibility;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectField;
import org.jspecify.annotations.Nullable;

/** Reads tickets as lists show them, with the names of their people. Safe for concurrent use. */
public final class TicketSummaries {

    private static final Person ASSIGNEE = PERSON.as("assignee_person");
    private static final Person REQUESTER = PERSON.as("requester_person");

    private static final Field<String> ASSIGNEE_NAME = field(name("assignee_name"), String.class);
    private static final Field<String> REQUESTER_NAME = field(name("requester_name"), String.class);

    private final CustomFields customFields;

    public TicketSummaries(CustomFields customFields) {
        this.customFields = customFields;
    }

    /** These tickets in this order; those that do not exist or that may not be seen are left out. */
    public List<TicketSummary> of(Snapshot snapshot, Visibility visibility, Collection<UUID> ids) {
        return of(snapshot, TicketSource.NOW, visibility, ids);
    }

    /** The same of what they were at a moment, with the names that people had then. */
    public List<TicketSummary> of(Snapshot snapshot, TicketSource source, Visibility visibility, Collection<UUID> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        Ticket ticket = source.columns();
        CustomFields.Reader fields = customFields.reader(snapshot);
        Map<UUID, TicketSummary> found = new HashMap<>();
        snapshot.jooq()
                .select(columns(source))
                .from(source.table())
                .leftJoin(ASSIGNEE)
                .on(ASSIGNEE.ID.eq(ticket.ASSIGNEE))
                .leftJoin(REQUESTER)
                .on(REQUESTER.ID.eq(ticket.REQUESTER))
                .where(ticket.ID.eq(any(ids.toArray(UUID[]::new))))
                .and(source.there())
                .and(source.visible(visibility))
                .fetch(row -> summary(
                        row,
                        ticket,
                        PersonRef.of(row.get(ticket.ASSIGNEE), row.get(ASSIGNEE_NAME)),
                        requester(row.get(ticket.REQUESTER), row.get(REQUESTER_NAME), row.get(REQUESTER.EMAIL)),
                        fields,
                        visibility))
                .forEach(one -> found.put(one.id(), one));
        List<TicketSummary> inOrder = new ArrayList<>(ids.size());
        for (UUID id : ids) {
            TicketSummary one = found.get(id);
            if (one != null) {
                inOrder.add(one);
            }
        }
        return inOrder;
    }

    /**
     * A teller of what tickets were, with the names of their time; addresses and the types of custom fields are those of
     * now.
     *
     * @param tickets whose people are to be told
     */
    public Past past(Snapshot snapshot, Visibility visibility, Collection<PastTicket> tickets) {
        Set<UUID> people = new HashSet<>();
        Set<UUID> requesters = new HashSet<>();
        for (PastTicket ticket : tickets) {
            Optional.ofNullable(ticket.assignee()).ifPresent(people::add);
            Optional.ofNullable(ticket.requester()).ifPresent(requesters::add);
            people.addAll(ticket.watchers());
        }
        people.addAll(requesters);
        Map<UUID, String> addresses = requesters.isEmpty()
                ? Map.of()
                : snapshot.jooq()
                        .select(PERSON.ID, PERSON.EMAIL)
                        .from(PERSON)
                        .where(PERSON.ID.eq(any(requesters.toArray(UUID[]::new))))
                        .fetchMap(PERSON.ID, PERSON.EMAIL);
        return new Past(PastNames.ofPeople(snapshot, people), addresses, customFields.reader(snapshot), visibility);
    }

    /** Tells what tickets were. Valid as long as the snapshot. */
    public static final class Past {

        private final PastNames<UUID> names;
        private final Map<UUID, String> addresses;
        private final CustomFields.Reader fields;
        private final Visibility visibility;

        private Past(
                PastNames<UUID> names, Map<UUID, String> addresses, CustomFields.Reader fields, Visibility visibility) {
            this.names = names;
            this.addresses = addresses;
            this.fields = fields;
            this.visibility = visibility;
        }

        /** @param position whose names are shown */
        public TicketSummary summary(TicketRecord row, long position) {
            UUID assignee = row.getAssignee();
            UUID requester = row.getRequester();
            return TicketSummaries.summary(
                    row,
                    TICKET,
                    PersonRef.of(assignee, assignee == null ? null : names.at(assignee, position)),
                    requester == null
                            ? null
                            : requester(requester, names.at(requester, position), addresses.get(requester)),
                    fields,
                    visibility);
        }

        /** One of the people of these tickets, by the name at a position. */
        public PersonRef person(UUID id, long position) {
            return new PersonRef(id, names.at(id, position));
        }
    }

    private static @Nullable RequesterRef requester(
            @Nullable UUID id, @Nullable String name, @Nullable String address) {
        return id == null ? null : new RequesterRef(id, name, address);
    }

    /** Everything but the long texts. */
    private static List<SelectField<?>> columns(TicketSource source) {
        Ticket ticket = source.columns();
        List<SelectField<?>> columns = Arrays.stream(ticket.fields())
                .filter(field -> !field.equals(ticket.DESCRIPTION))
                .collect(Collectors.toCollection(ArrayList::new));
        PastMoment moment = source.moment();
        columns.add(named(moment, ASSIGNEE).as(ASSIGNEE_NAME));
        columns.add(named(moment, REQUESTER).as(REQUESTER_NAME));
        columns.add(REQUESTER.EMAIL);
        return columns;
    }

    private static Field<String> named(@Nullable PastMoment moment, Person person) {
        return moment == null
                ? person.NAME
                : PastNames.at(moment.named(), person.NAME, person.NAMES, person.NAMES_SINCE);
    }

    /** @param row has every shown column of the ticket, of now or as it was */
    private static TicketSummary summary(
            Record row,
            Ticket ticket,
            @Nullable PersonRef assignee,
            @Nullable RequesterRef requester,
            CustomFields.Reader fields,
            Visibility visibility) {
        Status status = Status.valueOf(row.get(ticket.STATUS));
        Priority priority = priority(row.get(ticket.PRIORITY));
        return new TicketSummary(
                row.get(ticket.ID),
                TicketNumber.text(row.get(ticket.NUMBER)),
                row.get(ticket.VERSION),
                row.get(ticket.LAST_POSITION),
                row.get(ticket.SUBJECT),
                row.get(ticket.TYPE),
                status,
                status.category().name().toLowerCase(Locale.ROOT),
                visibility.internal() ? row.get(ticket.HOLD_REASON) : null,
                row.get(ticket.RESOLUTION_CODE),
                number(row.get(ticket.IMPACT)),
                number(row.get(ticket.URGENCY)),
                priority == null ? null : priority.name(),
                priority == null ? null : priority.label(),
                row.get(ticket.PRIORITY_OVERRIDDEN),
                row.get(ticket.MAJOR_INCIDENT),
                row.get(ticket.SPAM),
                row.get(ticket.CATEGORY),
                row.get(ticket.QUEUE),
                assignee,
                requester,
                row.get(ticket.ORGANIZATION),
                List.of(row.get(ticket.TAGS)),
                fields.read(row.get(ticket.CUSTOM_FIELDS)),
                row.get(ticket.CHANNEL),
                row.get(ticket.CREATED_AT),
                row.get(ticket.UPDATED_AT),
                row.get(ticket.FIRST_RESPONDED_AT),
                row.get(ticket.RESOLVED_AT),
                row.get(ticket.CLOSED_AT),
                row.get(ticket.REOPEN_COUNT),
                row.get(ticket.REASSIGNMENT_COUNT),
                Lifecycle.allowedStatuses(status));
    }

    private static @Nullable Priority priority(@Nullable Short stored) {
        return stored == null ? null : Priority.valueOf("P" + stored);
    }

    private static @Nullable Integer number(@Nullable Short stored) {
        return stored == null ? null : stored.intValue();
    }
}
