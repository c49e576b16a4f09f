package dev.hindsight.domain.ticket;

import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Ticket.About;
import dev.hindsight.domain.ticket.Ticket.Link;
import dev.hindsight.domain.ticket.Ticket.Mark;
import dev.hindsight.domain.ticket.Ticket.Place;
import dev.hindsight.domain.ticket.Ticket.Ranking;
import dev.hindsight.domain.ticket.Ticket.Standing;
import dev.hindsight.domain.ticket.TicketEvent.TicketReverted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A ticket as facts that are restored each by itself: what changes together is one fact, each tag, watcher, link and
 * custom field is one of its own. What is missing is empty.
 */
final class Facts {

    static final String SUBJECT = "subject";
    static final String TYPE = "type";
    static final String CATEGORY = "category";
    static final String REQUESTER = "requester";
    static final String RANKING = "ranking";
    static final String OVERRIDE = "priorityOverride";
    static final String QUEUE = "queue";
    static final String ASSIGNEE = "assignee";
    static final String STATUS = "status";
    static final String SPAM = "spam";
    static final String MAJOR = "majorIncident";
    static final String TAGS = "tags";
    static final String WATCHERS = "watchers";
    static final String LINKS = "links";
    static final String FIELD = "customFields.";

    private static final Set<String> SETS = Set.of(TAGS, WATCHERS, LINKS);

    record Subject(@Nullable String text, boolean derived) {}

    record Requester(@Nullable UUID id, @Nullable UUID organization) {}

    record Assignee(@Nullable UUID id, int reassignmentCount) {}

    private Facts() {}

    static SortedMap<String, Object> of(Ticket ticket) {
        var facts = new TreeMap<String, Object>();
        var about = ticket.about();
        facts.put(SUBJECT, new Subject(about.subject(), about.subjectDerived()));
        facts.put(TYPE, about.type());
        put(facts, CATEGORY, about.category());
        facts.put(REQUESTER, new Requester(about.requesterId(), about.organizationId()));
        var ranking = ticket.ranking();
        facts.put(
                RANKING, new Ranking(ranking.impact(), ranking.urgency(), ranking.byMatrix(), ranking.matrix(), null));
        put(facts, OVERRIDE, ranking.override());
        put(facts, QUEUE, ticket.place().queue());
        facts.put(
                ASSIGNEE,
                new Assignee(ticket.place().assigneeId(), ticket.place().reassignmentCount()));
        facts.put(STATUS, ticket.standing());
        put(facts, SPAM, ticket.marks().contains(Mark.SPAM) ? Mark.SPAM : null);
        put(facts, MAJOR, ticket.marks().contains(Mark.MAJOR_INCIDENT) ? Mark.MAJOR_INCIDENT : null);
        ticket.tags().forEach(tag -> facts.put(TAGS + "." + tag, tag));
        ticket.watchers().forEach(person -> facts.put(WATCHERS + "." + person, person));
        ticket.links().forEach(link -> facts.put(LINKS + "." + text(link), link));
        ticket.fields().forEach((key, value) -> facts.put(FIELD + key, value));
        return facts;
    }

    private static void put(Map<String, Object> facts, String name, @Nullable Object value) {
        if (value != null) {
            facts.put(name, value);
        }
    }

    /** Names of the facts that are not the same. */
    static SortedSet<String> differing(Map<String, Object> one, Map<String, Object> other) {
        var names = new TreeSet<>(one.keySet());
        names.addAll(other.keySet());
        names.removeIf(name -> Objects.equals(one.get(name), other.get(name)));
        return names;
    }

    /** The field that a fact belongs to, as a revert names it. */
    static String field(String fact) {
        var dot = fact.indexOf('.');
        return dot > 0 && SETS.contains(fact.substring(0, dot)) ? fact.substring(0, dot) : fact;
    }

    /**
     * The event that gives a ticket these facts again.
     *
     * @param restored names of facts; those that {@code then} does not hold become empty
     * @param order watchers in the order in which they stood
     */
    static TicketReverted event(
            Ticket now,
            Collection<String> restored,
            Map<String, Object> then,
            Collection<UUID> order,
            long fromVersion,
            long toVersion,
            List<String> undone,
            String reason,
            Instant at) {
        var fields = new TreeSet<String>();
        restored.forEach(fact -> fields.add(field(fact)));
        var subject = fields.contains(SUBJECT) ? (Subject) then.get(SUBJECT) : null;
        var type = fields.contains(TYPE) ? (TicketType) then.get(TYPE) : null;
        var requester = fields.contains(REQUESTER) ? (Requester) then.get(REQUESTER) : null;
        var ranking = fields.contains(RANKING) ? (Ranking) then.get(RANKING) : null;
        var byMatrix = ranking != null
                ? ranking.byMatrix()
                : fields.contains(OVERRIDE) ? now.ranking().byMatrix() : null;
        var override = fields.contains(OVERRIDE) ? (Priority) then.get(OVERRIDE) : null;
        var assignee = fields.contains(ASSIGNEE) ? (Assignee) then.get(ASSIGNEE) : null;
        var standing = fields.contains(STATUS) ? (Standing) then.get(STATUS) : null;
        var values = new TreeMap<String, List<String>>();
        var texts = new TreeMap<String, String>();
        for (var fact : restored) {
            if (fact.startsWith(FIELD) && then.get(fact) instanceof FieldValue value) {
                var key = fact.substring(FIELD.length());
                if (value.value() != null) {
                    values.put(key, value.value());
                } else if (value.text() != null) {
                    texts.put(key, value.text());
                }
            }
        }
        var links = restored.stream().filter(fact -> fact.startsWith(LINKS)).toList();
        return new TicketReverted(
                now.id(),
                now.notBefore(at),
                fromVersion,
                toVersion,
                undone,
                reason,
                List.copyOf(fields),
                subject == null ? null : subject.text(),
                subject != null && subject.derived(),
                type == null ? null : type.name(),
                fields.contains(CATEGORY) ? (String) then.get(CATEGORY) : null,
                requester == null ? null : requester.id(),
                requester == null ? null : requester.organization(),
                ranking == null || ranking.impact() == null
                        ? null
                        : ranking.impact().number(),
                ranking == null || ranking.urgency() == null
                        ? null
                        : ranking.urgency().number(),
                byMatrix == null ? null : byMatrix.name(),
                ranking == null ? null : ranking.matrix(),
                override == null ? null : override.name(),
                fields.contains(QUEUE) ? (String) then.get(QUEUE) : null,
                assignee == null ? null : assignee.id(),
                assignee == null ? 0 : assignee.reassignmentCount(),
                standing == null ? null : now.status().name(),
                standing == null ? null : standing.status().name(),
                standing == null || standing.holdReason() == null
                        ? null
                        : standing.holdReason().name(),
                standing == null ? null : standing.holdText(),
                standing == null ? null : standing.resolutionCode(),
                standing == null ? null : standing.resolutionText(),
                standing == null ? null : standing.resolvedAt(),
                standing == null ? null : standing.closedAt(),
                standing == null ? null : standing.reopenUntil(),
                standing == null ? 0 : standing.reopenCount(),
                standing == null ? 0 : standing.irregularMoves(),
                fields.contains(SPAM) && then.containsKey(SPAM),
                fields.contains(MAJOR) && then.containsKey(MAJOR),
                fields.contains(TAGS) ? tags(now, restored, then) : List.of(),
                fields.contains(WATCHERS) ? watchers(now, restored, then, order) : List.of(),
                links.stream()
                        .filter(then::containsKey)
                        .map(fact -> fact.substring(LINKS.length() + 1))
                        .toList(),
                links.stream()
                        .filter(fact -> !then.containsKey(fact))
                        .map(fact -> fact.substring(LINKS.length() + 1))
                        .toList(),
                Collections.unmodifiableMap(values),
                Collections.unmodifiableMap(texts));
    }

    private static List<String> tags(Ticket now, Collection<String> restored, Map<String, Object> then) {
        var tags = new TreeSet<>(now.tags());
        for (var fact : restored) {
            if (fact.startsWith(TAGS + ".")) {
                var tag = fact.substring(TAGS.length() + 1);
                if (then.containsKey(fact)) {
                    tags.add(tag);
                } else {
                    tags.remove(tag);
                }
            }
        }
        return List.copyOf(tags);
    }

    /** Those who stood before stand as they stood, newer ones after them. */
    private static List<String> watchers(
            Ticket now, Collection<String> restored, Map<String, Object> then, Collection<UUID> order) {
        var all = new LinkedHashSet<>(order);
        all.addAll(now.watchers());
        return all.stream()
                .filter(person -> {
                    var fact = WATCHERS + "." + person;
                    return restored.contains(fact)
                            ? then.containsKey(fact)
                            : now.watchers().contains(person);
                })
                .map(UUID::toString)
                .toList();
    }

    /** The ticket after a revert. */
    static Ticket restored(Ticket ticket, TicketReverted e) {
        var names = Set.copyOf(e.restored());
        var about = ticket.about();
        var ranking = ticket.ranking();
        var place = ticket.place();
        return new Ticket(
                ticket.id(),
                ticket.number(),
                e.at(),
                names.contains(STATUS) && e.status() != null ? standing(e, e.status()) : ticket.standing(),
                new About(
                        e.type() == null ? about.type() : TicketType.valueOf(e.type()),
                        names.contains(SUBJECT) ? e.subject() : about.subject(),
                        names.contains(SUBJECT) ? e.subjectDerived() : about.subjectDerived(),
                        names.contains(CATEGORY) ? e.category() : about.category(),
                        names.contains(REQUESTER) ? e.requesterId() : about.requesterId(),
                        names.contains(REQUESTER) ? e.organizationId() : about.organizationId()),
                new Ranking(
                        names.contains(RANKING) ? Ticket.levelOrNull(e.impact()) : ranking.impact(),
                        names.contains(RANKING) ? Ticket.levelOrNull(e.urgency()) : ranking.urgency(),
                        names.contains(RANKING) ? Ticket.priorityOrNull(e.byMatrix()) : ranking.byMatrix(),
                        names.contains(RANKING) ? e.matrix() : ranking.matrix(),
                        names.contains(OVERRIDE) ? Ticket.priorityOrNull(e.priorityOverride()) : ranking.override()),
                new Place(
                        names.contains(QUEUE) ? e.queue() : place.queue(),
                        names.contains(ASSIGNEE) ? e.assigneeId() : place.assigneeId(),
                        names.contains(ASSIGNEE) ? e.reassignmentCount() : place.reassignmentCount()),
                names.contains(TAGS) ? Set.copyOf(e.tags()) : ticket.tags(),
                fields(ticket.fields(), e),
                links(ticket.links(), e),
                marks(ticket.marks(), names, e),
                names.contains(WATCHERS)
                        ? Collections.unmodifiableSet(new LinkedHashSet<>(
                                e.watchers().stream().map(UUID::fromString).toList()))
                        : ticket.watchers());
    }

    private static Standing standing(TicketReverted e, String status) {
        return new Standing(
                Status.valueOf(status),
                e.holdReason() == null ? null : HoldReason.valueOf(e.holdReason()),
                e.holdReason() == null ? null : e.holdReasonText(),
                e.resolutionCode(),
                e.resolutionCode() == null ? null : e.resolutionText(),
                e.resolvedAt(),
                e.closedAt(),
                e.reopenUntil(),
                e.reopenCount(),
                e.irregularMoves());
    }

    private static Map<String, FieldValue> fields(Map<String, FieldValue> before, TicketReverted e) {
        var fields = new HashMap<>(before);
        for (var name : e.restored()) {
            if (name.startsWith(FIELD)) {
                fields.remove(name.substring(FIELD.length()));
            }
        }
        e.fields().forEach((key, value) -> fields.put(key, new FieldValue(value, null)));
        e.texts().forEach((key, text) -> fields.put(key, FieldValue.ofText(text)));
        return Map.copyOf(fields);
    }

    private static Set<Link> links(Set<Link> before, TicketReverted e) {
        var links = new ArrayList<>(before);
        links.removeAll(e.unlinked().stream().map(Facts::link).toList());
        return Set.copyOf(Stream.concat(links.stream(), e.linked().stream().map(Facts::link))
                .toList());
    }

    private static Set<Mark> marks(Set<Mark> before, Set<String> names, TicketReverted e) {
        var marks = new LinkedHashSet<>(before);
        if (names.contains(SPAM)) {
            marks.remove(Mark.SPAM);
        }
        if (names.contains(MAJOR)) {
            marks.remove(Mark.MAJOR_INCIDENT);
        }
        if (e.spam()) {
            marks.add(Mark.SPAM);
        }
        if (e.majorIncident()) {
            marks.add(Mark.MAJOR_INCIDENT);
        }
        return Set.copyOf(marks);
    }

    /** As people read it. */
    static @Nullable String shown(@Nullable Object fact) {
        return switch (fact) {
            case null -> null;
            case Subject subject -> subject.text();
            case Requester requester -> text(requester.id());
            case Assignee assignee -> text(assignee.id());
            case Ranking ranking ->
                "impact " + ranking.impact() + ", urgency " + ranking.urgency() + ", " + ranking.byMatrix();
            case Standing standing -> standing.status().name();
            case FieldValue value -> value.text() != null ? value.text() : String.valueOf(value.value());
            case Link link -> text(link);
            default -> fact.toString();
        };
    }

    private static @Nullable String text(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }

    private static String text(Link link) {
        return link.type() + ":" + link.otherId();
    }

    private static Link link(String text) {
        var colon = text.indexOf(':');
        return new Link(LinkType.valueOf(text.substring(0, colon)), UUID.fromString(text.substring(colon + 1)));
    }
}
