package dev.hindsight.domain.ticket;

import static java.util.Objects.requireNonNull;

import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What decisions need to know of a ticket, and no more. Evolved from its events alone; immutable. Iteration order of
 * its sets and maps means nothing, but for watchers, who stand in the order in which they came.
 *
 * @param lastAt when its last event happened
 */
public record Ticket(
        UUID id,
        long number,
        Instant lastAt,
        Standing standing,
        About about,
        Ranking ranking,
        Place place,
        Set<String> tags,
        Map<String, FieldValue> fields,
        Set<Link> links,
        Set<Mark> marks,
        Set<UUID> watchers) {

    /**
     * How it stands; a revert brings all of it back together.
     *
     * @param holdReason and its text, while ON_HOLD
     * @param resolutionCode with its text, moment and window while RESOLVED, kept by a closing
     * @param closedAt while CLOSED or CANCELLED
     * @param reopenUntil where known
     */
    public record Standing(
            Status status,
            @Nullable HoldReason holdReason,
            @Nullable String holdText,
            @Nullable String resolutionCode,
            @Nullable String resolutionText,
            @Nullable Instant resolvedAt,
            @Nullable Instant closedAt,
            @Nullable Instant reopenUntil,
            int reopenCount,
            int irregularMoves) {

        static final Standing NEW = new Standing(Status.NEW, null, null, null, null, null, null, null, 0, 0);

        /** What belongs to the status that is left ends with it; a closing keeps the resolution that it confirms. */
        Standing moved(StatusEvent event) {
            var to = Lifecycle.statusAfter(event, status);
            var keeps = to == Status.CLOSED;
            return new Standing(
                    to,
                    null,
                    null,
                    keeps ? resolutionCode : null,
                    keeps ? resolutionText : null,
                    keeps ? resolvedAt : null,
                    to == Status.CLOSED || to == Status.CANCELLED ? event.at() : null,
                    keeps ? reopenUntil : null,
                    event instanceof TicketReopened ? reopenCount + 1 : reopenCount,
                    event.irregular() ? irregularMoves + 1 : irregularMoves);
        }

        Standing held(HoldReason reason, @Nullable String text) {
            return new Standing(
                    status,
                    reason,
                    text,
                    resolutionCode,
                    resolutionText,
                    resolvedAt,
                    closedAt,
                    reopenUntil,
                    reopenCount,
                    irregularMoves);
        }

        Standing resolved(TicketResolved e) {
            return new Standing(
                    status,
                    null,
                    null,
                    e.resolutionCode(),
                    e.resolutionText(),
                    e.at(),
                    null,
                    e.reopenUntil(),
                    reopenCount,
                    irregularMoves);
        }
    }

    /**
     * What it is about and who asks; null is what an import does not know.
     *
     * @param subjectDerived whether the subject was composed by an import's mapping
     */
    public record About(
            TicketType type,
            @Nullable String subject,
            boolean subjectDerived,
            @Nullable String category,
            @Nullable UUID requesterId,
            @Nullable UUID organizationId) {}

    /**
     * @param byMatrix the priority that the matrix gave last
     * @param matrix which one, where known
     * @param override what a person set instead
     */
    public record Ranking(
            @Nullable Level impact,
            @Nullable Level urgency,
            @Nullable Priority byMatrix,
            @Nullable String matrix,
            @Nullable Priority override) {

        /** The priority that holds; null where an import knows none. */
        public @Nullable Priority priority() {
            return override == null ? byMatrix : override;
        }
    }

    /**
     * Where it waits and who has it.
     *
     * @param reassignmentCount how often it went from one person to another
     */
    public record Place(@Nullable String queue, @Nullable UUID assigneeId, int reassignmentCount) {}

    public record Link(LinkType type, UUID otherId) {}

    /** Marks outside status and matrix. */
    public enum Mark {
        SPAM,
        MAJOR_INCIDENT,
        /** Nothing of it may be erased. */
        HELD,
        /** What people wrote on it is gone. */
        ERASED
    }

    public Status status() {
        return standing.status();
    }

    /** The moment as this ticket's events may carry it: microseconds, never before the last event. */
    public Instant notBefore(Instant at) {
        var moment = micros(at);
        return moment.isBefore(lastAt) ? lastAt : moment;
    }

    static Instant micros(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * The ticket after one more event. Never refuses: what is stored has happened.
     *
     * @param before null before the first event
     */
    public static Ticket evolve(@Nullable Ticket before, TicketEvent event) {
        if (event instanceof TicketOpened opened) {
            return opened(opened);
        } else if (event instanceof TicketImported imported) {
            return imported(imported);
        }
        return requireNonNull(before, "a ticket begins with TicketOpened or TicketImported")
                .at(event.at())
                .after(event);
    }

    private Ticket after(TicketEvent event) {
        return switch (event) {
            case TicketOpened e -> opened(e);
            case TicketImported e -> imported(e);
            case ImportedActivityRecorded e -> this;
            case TicketCategorized e -> with(about(about.type, about.subject, about.subjectDerived, e.category()));
            case TypeChanged e ->
                with(about(TicketType.valueOf(e.type()), about.subject, about.subjectDerived, about.category));
            case SubjectChanged e -> with(about(about.type, e.subject(), false, about.category));
            case RequesterChanged e ->
                with(new About(
                        about.type,
                        about.subject,
                        about.subjectDerived,
                        about.category,
                        e.requesterId(),
                        e.organizationId()));
            case TicketPrioritized e ->
                with(new Ranking(
                        Level.of(e.impact()),
                        Level.of(e.urgency()),
                        Priority.valueOf(e.priority()),
                        e.matrix(),
                        ranking.override));
            case PriorityOverridden e ->
                with(new Ranking(
                        ranking.impact,
                        ranking.urgency,
                        ranking.byMatrix,
                        ranking.matrix,
                        Priority.valueOf(e.priority())));
            case PriorityOverrideWithdrawn e ->
                with(new Ranking(ranking.impact, ranking.urgency, priorityOrNull(e.priority()), ranking.matrix, null));
            case TicketMarkedAsSpam e -> withMarks(marks -> marks.add(Mark.SPAM));
            case TicketUnmarkedAsSpam e -> withMarks(marks -> marks.remove(Mark.SPAM));
            case MajorIncidentDeclared e -> withMarks(marks -> marks.add(Mark.MAJOR_INCIDENT));
            case MajorIncidentStoodDown e -> withMarks(marks -> marks.remove(Mark.MAJOR_INCIDENT));
            case CustomFieldChanged e ->
                withField(e.field(), new FieldValue(e.value(), e.value() == null ? e.text() : null));
            case TagAdded e -> withTags(tags -> tags.add(e.tag()));
            case TagRemoved e -> withTags(tags -> tags.remove(e.tag()));
            case TicketQueued e -> with(new Place(e.queue(), place.assigneeId, place.reassignmentCount));
            case TicketAssigned e ->
                with(new Place(
                        place.queue,
                        e.assigneeId(),
                        place.assigneeId == null ? place.reassignmentCount : place.reassignmentCount + 1));
            case TicketUnassigned e -> with(new Place(place.queue, null, place.reassignmentCount));
            case WatcherAdded e -> withWatchers(watchers -> watchers.add(e.personId()));
            case WatcherRemoved e -> withWatchers(watchers -> watchers.remove(e.personId()));
            case RequesterReplied e -> this;
            case PublicReplyAdded e -> this;
            case InternalNoteAdded e -> this;
            case AttachmentAdded e -> this;
            case AttachmentRemoved e -> this;
            case TicketLinked e -> withLinks(links -> links.add(link(e.type(), e.otherId())));
            case TicketUnlinked e -> withLinks(links -> links.remove(link(e.type(), e.otherId())));
            case TicketContentErased e -> withMarks(marks -> marks.add(Mark.ERASED));
            case TicketEvent.LegalHoldPlaced e -> withMarks(marks -> marks.add(Mark.HELD));
            case TicketEvent.LegalHoldReleased e -> withMarks(marks -> marks.remove(Mark.HELD));
            case HoldReasonChanged e -> with(standing.held(HoldReason.valueOf(e.reason()), e.reasonText()));
            case TicketPutOnHold e -> with(standing.moved(e).held(HoldReason.valueOf(e.reason()), e.reasonText()));
            case TicketResolved e -> with(standing.moved(e).resolved(e));
            case TicketReverted e -> Facts.restored(this, e);
            case WorkStarted e -> moved(e);
            case TicketPended e -> moved(e);
            case TicketResumed e -> moved(e);
            case TicketReopened e -> moved(e);
            case TicketClosed e -> moved(e);
            case TicketCancelled e -> moved(e);
        };
    }

    private static Ticket opened(TicketOpened e) {
        return new Ticket(
                e.ticketId(),
                e.number(),
                e.at(),
                Standing.NEW,
                new About(
                        TicketType.valueOf(e.type()),
                        e.subject(),
                        false,
                        e.category(),
                        e.requesterId(),
                        e.organizationId()),
                new Ranking(
                        Level.of(e.impact()), Level.of(e.urgency()), Priority.valueOf(e.priority()), e.matrix(), null),
                new Place(e.queue(), null, 0),
                Set.copyOf(e.tags()),
                fields(e.fields(), e.texts()),
                Set.of(),
                Set.of(),
                Set.of());
    }

    private static Ticket imported(TicketImported e) {
        return new Ticket(
                e.ticketId(),
                e.number(),
                e.at(),
                Standing.NEW,
                new About(
                        TicketType.valueOf(e.type()),
                        e.subject(),
                        e.subjectDerived(),
                        e.category(),
                        e.requesterId(),
                        null),
                new Ranking(
                        levelOrNull(e.impact()),
                        levelOrNull(e.urgency()),
                        priorityOrNull(e.priority()),
                        e.matrix(),
                        null),
                new Place(e.queue(), null, 0),
                Set.of(),
                fields(e.fields(), e.texts()),
                Set.of(),
                Set.of(),
                Set.of());
    }

    private static Map<String, FieldValue> fields(Map<String, List<String>> values, Map<String, String> texts) {
        var fields = new HashMap<String, FieldValue>();
        values.forEach((field, value) -> fields.put(field, new FieldValue(value, null)));
        texts.forEach((field, text) -> fields.put(field, FieldValue.ofText(text)));
        return Map.copyOf(fields);
    }

    static @Nullable Level levelOrNull(@Nullable Integer number) {
        return number == null ? null : Level.of(number);
    }

    static @Nullable Priority priorityOrNull(@Nullable String name) {
        return name == null ? null : Priority.valueOf(name);
    }

    private static Link link(String type, UUID otherId) {
        return new Link(LinkType.valueOf(type), otherId);
    }

    private Ticket moved(StatusEvent event) {
        return with(standing.moved(event));
    }

    private About about(TicketType type, @Nullable String subject, boolean derived, @Nullable String category) {
        return new About(type, subject, derived, category, about.requesterId, about.organizationId);
    }

    private Ticket at(Instant at) {
        return new Ticket(id, number, at, standing, about, ranking, place, tags, fields, links, marks, watchers);
    }

    private Ticket with(Standing standing) {
        return new Ticket(id, number, lastAt, standing, about, ranking, place, tags, fields, links, marks, watchers);
    }

    private Ticket with(About about) {
        return new Ticket(id, number, lastAt, standing, about, ranking, place, tags, fields, links, marks, watchers);
    }

    private Ticket with(Ranking ranking) {
        return new Ticket(id, number, lastAt, standing, about, ranking, place, tags, fields, links, marks, watchers);
    }

    private Ticket with(Place place) {
        return new Ticket(id, number, lastAt, standing, about, ranking, place, tags, fields, links, marks, watchers);
    }

    private Ticket withTags(Consumer<Set<String>> change) {
        var changed = changed(tags, change);
        return new Ticket(id, number, lastAt, standing, about, ranking, place, changed, fields, links, marks, watchers);
    }

    private Ticket withLinks(Consumer<Set<Link>> change) {
        var changed = changed(links, change);
        return new Ticket(id, number, lastAt, standing, about, ranking, place, tags, fields, changed, marks, watchers);
    }

    private Ticket withMarks(Consumer<Set<Mark>> change) {
        var changed = changed(marks, change);
        return new Ticket(id, number, lastAt, standing, about, ranking, place, tags, fields, links, changed, watchers);
    }

    private Ticket withWatchers(Consumer<Set<UUID>> change) {
        var copy = new LinkedHashSet<>(watchers);
        change.accept(copy);
        var changed = Collections.unmodifiableSet(copy);
        return new Ticket(id, number, lastAt, standing, about, ranking, place, tags, fields, links, marks, changed);
    }

    private Ticket withField(String field, FieldValue value) {
        var changed = new HashMap<>(fields);
        if (value.isEmpty()) {
            changed.remove(field);
        } else {
            changed.put(field, value);
        }
        return new Ticket(
                id, number, lastAt, standing, about, ranking, place, tags, Map.copyOf(changed), links, marks, watchers);
    }

    private static <T> Set<T> changed(Set<T> before, Consumer<Set<T>> change) {
        var after = new HashSet<>(before);
        change.accept(after);
        return Set.copyOf(after);
    }
}
