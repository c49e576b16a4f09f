package dev.hindsight.query.tickets;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.jooq.impl.DSL.any;

import dev.hindsight.domain.ticket.Lifecycle;
import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.Person;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketRecord;
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
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectField;
import org.jspecify.annotations.Nullable;

/** Reads tickets as lists show them, with the names of their people. Safe for concurrent use. */
public final class TicketSummaries {

    private static final Person ASSIGNEE = PERSON.as("assignee_person");
    private static final Person REQUESTER = PERSON.as("requester_person");

    /** Everything but the long texts. */
    private static final List<Field<?>> SHOWN = Arrays.stream(TICKET.fields())
            .filter(field -> !field.equals(TICKET.DESCRIPTION))
            .toList();

    private final CustomFields customFields;

    public TicketSummaries(CustomFields customFields) {
        this.customFields = customFields;
    }

    /** These tickets in this order; those that do not exist or that may not be seen are left out. */
    public List<TicketSummary> of(Snapshot snapshot, Visibility visibility, Collection<UUID> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        CustomFields.Reader fields = customFields.reader(snapshot);
        Map<UUID, TicketSummary> found = new HashMap<>();
        snapshot.jooq()
                .select(columns())
                .from(TICKET)
                .leftJoin(ASSIGNEE)
                .on(ASSIGNEE.ID.eq(TICKET.ASSIGNEE))
                .leftJoin(REQUESTER)
                .on(REQUESTER.ID.eq(TICKET.REQUESTER))
                .where(TICKET.ID.eq(any(ids.toArray(UUID[]::new))))
                .and(visibility.of(TICKET))
                .fetch(row -> summary(
                        row,
                        PersonRef.of(row.get(TICKET.ASSIGNEE), row.get(ASSIGNEE.NAME)),
                        requester(row.get(TICKET.REQUESTER), row.get(REQUESTER.NAME), row.get(REQUESTER.EMAIL)),
                        fields,
                        visibility))
                .forEach(ticket -> found.put(ticket.id(), ticket));
        List<TicketSummary> inOrder = new ArrayList<>(ids.size());
        for (UUID id : ids) {
            TicketSummary ticket = found.get(id);
            if (ticket != null) {
                inOrder.add(ticket);
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

    private static List<SelectField<?>> columns() {
        List<SelectField<?>> columns = new ArrayList<>(SHOWN);
        columns.add(ASSIGNEE.NAME);
        columns.add(REQUESTER.NAME);
        columns.add(REQUESTER.EMAIL);
        return columns;
    }

    /** @param row has every shown column of the ticket, of now or as it was */
    private static TicketSummary summary(
            Record row,
            @Nullable PersonRef assignee,
            @Nullable RequesterRef requester,
            CustomFields.Reader fields,
            Visibility visibility) {
        Status status = Status.valueOf(row.get(TICKET.STATUS));
        Priority priority = priority(row.get(TICKET.PRIORITY));
        return new TicketSummary(
                row.get(TICKET.ID),
                TicketNumber.text(row.get(TICKET.NUMBER)),
                row.get(TICKET.VERSION),
                row.get(TICKET.LAST_POSITION),
                row.get(TICKET.SUBJECT),
                row.get(TICKET.TYPE),
                status,
                status.category().name().toLowerCase(Locale.ROOT),
                visibility.internal() ? row.get(TICKET.HOLD_REASON) : null,
                row.get(TICKET.RESOLUTION_CODE),
                number(row.get(TICKET.IMPACT)),
                number(row.get(TICKET.URGENCY)),
                priority == null ? null : priority.name(),
                priority == null ? null : priority.label(),
                row.get(TICKET.PRIORITY_OVERRIDDEN),
                row.get(TICKET.MAJOR_INCIDENT),
                row.get(TICKET.SPAM),
                row.get(TICKET.CATEGORY),
                row.get(TICKET.QUEUE),
                assignee,
                requester,
                row.get(TICKET.ORGANIZATION),
                List.of(row.get(TICKET.TAGS)),
                fields.read(row.get(TICKET.CUSTOM_FIELDS)),
                row.get(TICKET.CHANNEL),
                row.get(TICKET.CREATED_AT),
                row.get(TICKET.UPDATED_AT),
                row.get(TICKET.FIRST_RESPONDED_AT),
                row.get(TICKET.RESOLVED_AT),
                row.get(TICKET.CLOSED_AT),
                row.get(TICKET.REOPEN_COUNT),
                row.get(TICKET.REASSIGNMENT_COUNT),
                Lifecycle.allowedStatuses(status));
    }

    private static @Nullable Priority priority(@Nullable Short stored) {
        return stored == null ? null : Priority.valueOf("P" + stored);
    }

    private static @Nullable Integer number(@Nullable Short stored) {
        return stored == null ? null : stored.intValue();
    }
}
