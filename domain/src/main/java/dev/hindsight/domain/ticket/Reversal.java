package dev.hindsight.domain.ticket;

import static java.util.Objects.requireNonNull;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Brings back what a ticket was: a state from before, or what single events changed. One event says it; what was
 * changed by mistake and the correction both stay on record. What cannot be brought back is listed.
 */
public final class Reversal {

    private Reversal() {}

    /** What does not depend on the ticket alone. Asked while deciding; may be slow, must not change. */
    public interface Limits {

        /** Whether a person's data is erased, so that nothing becomes theirs again. */
        boolean isForgotten(UUID person);

        /** @param queue null for tickets without one */
        boolean mayWork(UUID agent, @Nullable String queue);
    }

    /**
     * What stays as it is.
     *
     * @param version of the event
     * @param event its name, as timelines show it
     * @param why a sentence for people, without content
     */
    public record NotUndone(long version, String event, String why) {}

    /** A later event that changed what an undone event had changed. */
    public record MovedOn(long version, String event) {}

    /**
     * What a reversion would do, before it is done.
     *
     * @param fromVersion the version that it starts from
     * @param toVersion whose values come back, at least 0
     * @param undone versions of the single events that are undone; empty for all after {@code toVersion}
     * @param restored fields that come back, as {@link TicketReverted} names them, sorted; empty where nothing would change
     * @param movedOn later events of others that changed the same, in order
     */
    public record Plan(
            long fromVersion,
            long toVersion,
            List<Long> undone,
            List<String> restored,
            List<NotUndone> notUndone,
            List<MovedOn> movedOn,
            Ticket now,
            Then then) {

        /** The same with nothing to come back. */
        public Plan leftAlone() {
            return new Plan(fromVersion, toVersion, undone, List.of(), notUndone, movedOn, now, then);
        }

        /** The ticket's own words for what would change, for those who may read it. */
        public List<Changed> changes() {
            var current = Facts.of(now);
            return then.restored.stream()
                    .map(fact -> new Changed(fact, Facts.shown(current.get(fact)), Facts.shown(then.facts.get(fact))))
                    .toList();
        }

        /**
         * The event; nothing where nothing comes back.
         *
         * @param reason of one to {@link PlainText#LINE} characters
         */
        public List<TicketEvent> decide(String reason, Instant at) {
            var why = PlainText.line("reason", reason);
            return restored.isEmpty()
                    ? List.of()
                    : List.of(Facts.event(
                            now,
                            then.restored,
                            then.facts,
                            then.watchers,
                            fromVersion,
                            toVersion,
                            undone.stream().map(String::valueOf).toList(),
                            why,
                            at));
        }
    }

    /**
     * What would change.
     *
     * @param field with the tag, person, link or key that it is about
     * @param before as it is now, null where it is empty
     * @param after as it would be
     */
    public record Changed(
            String field, @Nullable String before, @Nullable String after) {}

    /** What comes back; opaque. */
    public static final class Then {
        private final Set<String> restored;
        private final Map<String, Object> facts;
        private final Collection<UUID> watchers;

        private Then(Set<String> restored, Map<String, Object> facts, Collection<UUID> watchers) {
            this.restored = restored;
            this.facts = facts;
            this.watchers = watchers;
        }
    }

    /**
     * Back to an earlier version, all of it.
     *
     * @param history every event of the ticket, in order
     * @throws InvalidRequest where there is no such version
     */
    public static Plan to(List<? extends TicketEvent> history, long toVersion, Limits limits) {
        if (toVersion < 1 || toVersion > history.size()) {
            throw new InvalidRequest("toVersion", "must be a version that the ticket has had, 1 to " + history.size());
        }
        Ticket then = null;
        Ticket now = null;
        var notUndone = new ArrayList<NotUndone>();
        for (var i = 0; i < history.size(); i++) {
            var event = history.get(i);
            now = Ticket.evolve(now, event);
            if (i + 1 == toVersion) {
                then = now;
            } else if (i + 1 > toVersion) {
                stays(i + 1, event, notUndone);
            }
        }
        var before = requireNonNull(then);
        var after = requireNonNull(now);
        var facts = Facts.of(before);
        return plan(
                history,
                after,
                Facts.differing(Facts.of(after), facts),
                facts,
                before.watchers(),
                toVersion,
                List.of(),
                notUndone,
                List.of(),
                limits);
    }

    /** @return the version that was the ticket's at a moment, 0 where it did not exist yet */
    public static long versionAt(List<? extends TicketEvent> history, Instant moment) {
        return history.stream().filter(event -> !event.at().isAfter(moment)).count();
    }

    /**
     * Undoes what single events changed and nothing else: each fact that one of them changed last becomes what it was
     * before the run of such events. What others changed afterwards has moved on, and stays unless that is overruled.
     *
     * @param history every event of the ticket, in order
     * @param versions of the events to undo; at least one, all of which the ticket has
     * @param overrule brings back also what has moved on
     */
    public static Plan undo(List<? extends TicketEvent> history, Set<Long> versions, boolean overrule, Limits limits) {
        var origins = new HashMap<String, Origin>();
        var notUndone = new ArrayList<NotUndone>();
        var watchers = List.<UUID>of();
        var first = Collections.min(versions);
        Ticket now = null;
        SortedMap<String, Object> facts = new TreeMap<>();
        for (var i = 0; i < history.size(); i++) {
            var version = i + 1L;
            var event = history.get(i);
            var undoes = versions.contains(version);
            if (undoes) {
                stays(version, event, notUndone);
            }
            var before = now;
            now = Ticket.evolve(before, event);
            if (version < first) {
                continue;
            }
            var after = Facts.of(now);
            if (before != null) {
                if (version == first) {
                    watchers = List.copyOf(before.watchers());
                    facts = Facts.of(before);
                }
                for (var fact : Facts.differing(facts, after)) {
                    var origin = origins.get(fact);
                    if (undoes && (origin == null || !origin.later.isEmpty())) {
                        origins.put(fact, new Origin(facts.get(fact), new ArrayList<>()));
                    } else if (!undoes && origin != null) {
                        origin.later.add(new MovedOn(version, name(event)));
                    }
                }
            }
            facts = after;
        }
        var then = new TreeMap<>(facts);
        var restored = new TreeSet<String>();
        var movedOn = new TreeMap<Long, MovedOn>();
        for (var each : origins.entrySet()) {
            var fact = each.getKey();
            var origin = each.getValue();
            if (Objects.equals(facts.get(fact), origin.before)) {
                continue;
            }
            origin.later.forEach(later -> movedOn.put(later.version(), later));
            if (overrule || origin.later.isEmpty()) {
                restored.add(fact);
                if (origin.before == null) {
                    then.remove(fact);
                } else {
                    then.put(fact, origin.before);
                }
            }
        }
        return plan(
                history,
                requireNonNull(now),
                restored,
                then,
                watchers,
                first - 1,
                versions.stream().sorted().toList(),
                notUndone,
                List.copyOf(movedOn.values()),
                limits);
    }

    /** @param later events of others that changed it after the undone ones */
    private record Origin(@Nullable Object before, List<MovedOn> later) {}

    private static Plan plan(
            List<? extends TicketEvent> history,
            Ticket now,
            Set<String> restored,
            Map<String, Object> then,
            Collection<UUID> watchers,
            long toVersion,
            List<Long> undone,
            List<NotUndone> notUndone,
            List<MovedOn> movedOn,
            Limits limits) {
        var back = new TreeSet<>(restored);
        var left = new ArrayList<>(notUndone);
        if (back.contains(Facts.REQUESTER)
                && then.get(Facts.REQUESTER) instanceof Facts.Requester requester
                && requester.id() != null
                && limits.isForgotten(requester.id())) {
            back.remove(Facts.REQUESTER);
            left.add(last(history, RequesterChanged.class, "The requester before was forgotten."));
        }
        if (back.contains(Facts.ASSIGNEE)
                && then.get(Facts.ASSIGNEE) instanceof Facts.Assignee assignee
                && assignee.id() != null
                && !limits.mayWork(
                        assignee.id(),
                        back.contains(Facts.QUEUE)
                                ? (String) then.get(Facts.QUEUE)
                                : now.place().queue())) {
            back.remove(Facts.ASSIGNEE);
            left.add(last(history, TicketAssigned.class, "The assignee before may not work the queue any more."));
        }
        var fields = new TreeSet<String>();
        back.forEach(fact -> fields.add(Facts.field(fact)));
        left.sort(Comparator.comparingLong(NotUndone::version));
        return new Plan(
                history.size(),
                toVersion,
                undone,
                List.copyOf(fields),
                List.copyOf(left),
                movedOn,
                now,
                new Then(Collections.unmodifiableSet(back), then, List.copyOf(watchers)));
    }

    /** The last event that changed it, or a later revert. */
    private static NotUndone last(List<? extends TicketEvent> history, Class<? extends TicketEvent> kind, String why) {
        var version = IntStream.iterate(history.size(), v -> v > 0, v -> v - 1)
                .filter(v -> kind.isInstance(history.get(v - 1))
                        || history.get(v - 1) instanceof TicketUnassigned
                        || history.get(v - 1) instanceof TicketReverted)
                .findFirst()
                .orElse(history.size());
        return new NotUndone(version, name(history.get(version - 1)), why);
    }

    /** As timelines name it. */
    public static String name(TicketEvent event) {
        return event.getClass().getSimpleName();
    }

    private static void stays(long version, TicketEvent event, List<NotUndone> into) {
        var why = why(event);
        if (why != null) {
            into.add(new NotUndone(version, name(event), why));
        }
    }

    /** Why an event stays done; null where it is undone, or changed nothing. */
    private static @Nullable String why(TicketEvent event) {
        return switch (event) {
            case TicketOpened e -> "A ticket that was opened stays.";
            case TicketImported e -> "A ticket that was imported stays.";
            case RequesterReplied e -> "A message stays in the conversation.";
            case PublicReplyAdded e -> "A message that was sent is not unsent.";
            case InternalNoteAdded e -> "A note stays in the conversation.";
            case AttachmentAdded e -> "Attachments stay; take one away by itself.";
            case AttachmentRemoved e -> "An attachment that was taken away is deleted.";
            case TicketContentErased e -> "What was erased is gone.";
            case LegalHoldPlaced e -> "Legal holds are placed and released by admins alone.";
            case LegalHoldReleased e -> "Legal holds are placed and released by admins alone.";
            case ImportedActivityRecorded e -> null;
            case TicketCategorized e -> null;
            case TypeChanged e -> null;
            case TicketPrioritized e -> null;
            case PriorityOverridden e -> null;
            case PriorityOverrideWithdrawn e -> null;
            case TicketMarkedAsSpam e -> null;
            case TicketUnmarkedAsSpam e -> null;
            case MajorIncidentDeclared e -> null;
            case MajorIncidentStoodDown e -> null;
            case SubjectChanged e -> null;
            case RequesterChanged e -> null;
            case CustomFieldChanged e -> null;
            case TagAdded e -> null;
            case TagRemoved e -> null;
            case TicketQueued e -> null;
            case TicketAssigned e -> null;
            case TicketUnassigned e -> null;
            case WatcherAdded e -> null;
            case WatcherRemoved e -> null;
            case TicketLinked e -> null;
            case TicketUnlinked e -> null;
            case TicketReverted e -> null;
            case WorkStarted e -> null;
            case TicketPended e -> null;
            case TicketPutOnHold e -> null;
            case HoldReasonChanged e -> null;
            case TicketResumed e -> null;
            case TicketResolved e -> null;
            case TicketReopened e -> null;
            case TicketClosed e -> null;
            case TicketCancelled e -> null;
        };
    }
}
