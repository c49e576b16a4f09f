package dev.hindsight.query.timeline;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_TIMELINE;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;

import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketTimelineRecord;
import dev.hindsight.query.ActorRef;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.PastNames;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.TicketNumber;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.ticket.TicketReader.Subject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads timelines: names joined as they were at each event, and for requesters without what is internal. Safe for
 * concurrent use.
 */
public final class Timelines {

    private static final TypeReference<List<StoredChange>> CHANGES = new TypeReference<>() {};
    private static final Set<String> PEOPLE = Set.of("assignee", "requester", "watchers");
    private static final String QUEUE = "queue";
    private static final String LINKS = "links.";

    private final JsonMapper json;

    public Timelines(JsonMapper json) {
        this.json = json;
    }

    /** A change as the read model holds it. */
    record StoredChange(
            String field,
            @Nullable Object before,
            @Nullable Object after,
            @Nullable Boolean internal) {

        private boolean isInternal() {
            return Boolean.TRUE.equals(internal);
        }

        /** The ids among its values. */
        private Stream<UUID> ids() {
            return Stream.of(Optional.ofNullable(before), Optional.ofNullable(after))
                    .flatMap(Optional::stream)
                    .flatMap(value -> value instanceof List<?> several ? several.stream() : Stream.of(value))
                    .flatMap(value -> Parameters.maybeId(value.toString()).stream());
        }
    }

    /**
     * What everybody and everything was called. Requesters are not told what queues are called.
     *
     * @param tickets the linked ones that the caller may see, with their numbers
     */
    private record Names(PastNames<UUID> people, PastNames<String> queues, Map<UUID, Long> tickets) {}

    private record StoredEntry(TicketTimelineRecord row, List<StoredChange> changes) {}

    /** Entries after a version, at most so many, the oldest first. */
    public List<TimelineEntry> entries(Snapshot snapshot, Subject ticket, long after, int most) {
        Visibility visibility = ticket.visibility();
        List<StoredEntry> stored = snapshot.jooq()
                .selectFrom(TICKET_TIMELINE)
                .where(TICKET_TIMELINE.TICKET_ID.eq(ticket.id()))
                .and(TICKET_TIMELINE.VERSION.gt(after))
                .and(ticket.then() == null ? noCondition() : TICKET_TIMELINE.VERSION.le(ticket.version()))
                .and(visibility.everything() ? noCondition() : hasSomethingFor(visibility))
                .orderBy(TICKET_TIMELINE.VERSION)
                .limit(most)
                .fetch(row ->
                        new StoredEntry(row, json.readValue(row.getChanges().data(), CHANGES)));
        Names names = new Names(
                people(snapshot, stored),
                PastNames.ofQueues(snapshot, visibility.internal() ? queues(changes(stored)) : Set.of()),
                linked(snapshot, visibility, ids(changes(stored), Timelines::isLink)));
        Predicate<StoredChange> shown = visibility.everything()
                ? change -> true
                : shownTo(visibility, names.tickets().keySet());
        return stored.stream().map(entry -> entry(entry, names, shown)).toList();
    }

    /**
     * What differs between two states, as the caller may see it.
     *
     * @param before position whose names are shown of what was
     * @param after position whose names are shown of what is
     */
    public List<Change> differences(
            Snapshot snapshot,
            Visibility visibility,
            List<PastTicket.Difference> differences,
            long before,
            long after) {
        List<StoredChange> changes = differences.stream()
                .map(it -> new StoredChange(it.field(), it.before(), it.after(), it.internal()))
                .toList();
        Set<UUID> people = ids(changes.stream(), change -> PEOPLE.contains(change.field()));
        Names names = new Names(
                PastNames.ofPeople(snapshot, people),
                PastNames.ofQueues(snapshot, visibility.internal() ? queues(changes.stream()) : Set.of()),
                linked(snapshot, visibility, ids(changes.stream(), Timelines::isLink)));
        return changes.stream()
                .filter(
                        visibility.everything()
                                ? change -> true
                                : shownTo(visibility, names.tickets().keySet()))
                .map(change -> change(change, names, before, after))
                .toList();
    }

    /** The same rule as {@link #shownTo}, asked of the database so that pages are full. */
    private static Condition hasSomethingFor(Visibility visibility) {
        var change = table("jsonb_array_elements({0})", TICKET_TIMELINE.CHANGES).as("change", "it");
        var linked = field("coalesce(it ->> 'after', it ->> 'before')", String.class);
        return (visibility.internal() ? noCondition() : TICKET_TIMELINE.INTERNAL.isFalse())
                .and(TICKET_TIMELINE
                        .CHANGES
                        .eq(JSONB.valueOf("[]"))
                        .or(exists(selectOne()
                                .from(change)
                                .where(
                                        visibility.internal()
                                                ? noCondition()
                                                : condition("coalesce((it ->> 'internal')::boolean, false) = false"))
                                .and(condition("it ->> 'field' not like {0}", inline(LINKS + "%"))
                                        .or(exists(selectOne()
                                                .from(TICKET)
                                                .where(visibility.of(TICKET))
                                                .and(TICKET.ID
                                                        .cast(String.class)
                                                        .eq(linked))))))));
    }

    /** Neither what is internal, for those who do not see it, nor links to tickets that the caller may not see. */
    private static Predicate<StoredChange> shownTo(Visibility visibility, Set<UUID> visible) {
        return change -> (visibility.internal() || !change.isInternal())
                && (!isLink(change) || change.ids().allMatch(visible::contains));
    }

    private static boolean isLink(StoredChange change) {
        return change.field().startsWith(LINKS);
    }

    private static Map<UUID, Long> linked(Snapshot snapshot, Visibility visibility, Set<UUID> linked) {
        return linked.isEmpty()
                ? Map.of()
                : snapshot.jooq()
                        .select(TICKET.ID, TICKET.NUMBER)
                        .from(TICKET)
                        .where(TICKET.ID.in(linked))
                        .and(visibility.of(TICKET))
                        .fetchMap(TICKET.ID, TICKET.NUMBER);
    }

    private static PastNames<UUID> people(Snapshot snapshot, List<StoredEntry> entries) {
        Set<UUID> people = ids(changes(entries), change -> PEOPLE.contains(change.field()));
        for (StoredEntry entry : entries) {
            Stream.of(
                            Optional.ofNullable(entry.row().getActor()),
                            Optional.ofNullable(entry.row().getOnBehalfOf()))
                    .flatMap(Optional::stream)
                    .forEach(people::add);
        }
        return PastNames.ofPeople(snapshot, people);
    }

    private static Stream<StoredChange> changes(List<StoredEntry> entries) {
        return entries.stream().flatMap(entry -> entry.changes().stream());
    }

    private static Set<String> queues(Stream<StoredChange> changes) {
        return changes.filter(change -> change.field().equals(QUEUE))
                .flatMap(change -> Stream.of(Optional.ofNullable(change.before()), Optional.ofNullable(change.after())))
                .flatMap(Optional::stream)
                .map(Object::toString)
                .collect(Collectors.toSet());
    }

    private static Set<UUID> ids(Stream<StoredChange> changes, Predicate<StoredChange> of) {
        return changes.filter(of).flatMap(StoredChange::ids).collect(Collectors.toCollection(HashSet::new));
    }

    private static TimelineEntry entry(StoredEntry entry, Names names, Predicate<StoredChange> shown) {
        TicketTimelineRecord row = entry.row();
        long then = row.getPosition();
        UUID actor = row.getActor();
        UUID onBehalfOf = row.getOnBehalfOf();
        return new TimelineEntry(
                row.getVersion(),
                row.getPosition(),
                row.getEvent(),
                new ActorRef(actor, actor == null ? null : names.people().at(actor, then), row.getActorKind()),
                onBehalfOf == null
                        ? null
                        : new PersonRef(onBehalfOf, names.people().at(onBehalfOf, then)),
                row.getRule(),
                row.getOccurredAt(),
                row.getRecordedAt(),
                entry.changes().stream()
                        .filter(shown)
                        .map(change -> change(change, names, then, then))
                        .toList());
    }

    /**
     * @param then position whose names are shown of what was
     * @param now position whose names are shown of what is
     */
    private static Change change(StoredChange change, Names names, long then, long now) {
        if (PEOPLE.contains(change.field())) {
            return new Change(
                    change.field(),
                    person(change.before(), names.people(), then),
                    person(change.after(), names.people(), now));
        } else if (change.field().equals(QUEUE)) {
            return new Change(
                    change.field(),
                    change.before(),
                    change.after(),
                    queue(change.before(), names.queues(), then),
                    queue(change.after(), names.queues(), now));
        } else if (isLink(change)) {
            return new Change(
                    change.field(),
                    change.before(),
                    change.after(),
                    number(change.before(), names.tickets()),
                    number(change.after(), names.tickets()));
        }
        return new Change(change.field(), change.before(), change.after());
    }

    private static @Nullable String queue(@Nullable Object key, PastNames<String> names, long then) {
        return key == null ? null : names.at(key.toString(), then);
    }

    private static @Nullable String number(@Nullable Object id, Map<UUID, Long> tickets) {
        return id == null
                ? null
                : Parameters.maybeId(id.toString())
                        .map(tickets::get)
                        .map(TicketNumber::text)
                        .orElse(null);
    }

    /** One, or each of several. */
    private static @Nullable Object person(@Nullable Object id, PastNames<UUID> names, long then) {
        if (id instanceof List<?> several) {
            return several.stream().map(one -> person(one, names, then)).toList();
        }
        return id == null
                ? null
                : Parameters.maybeId(id.toString())
                        .<Object>map(person -> new PersonRef(person, names.at(person, then)))
                        .orElse(id);
    }
}
