package dev.hindsight.query.history;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentJoinedTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.AgentLeftTeam;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessGranted;
import dev.hindsight.domain.configuration.ConfigurationEvent.QueueAccessRevoked;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.ActorRef;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.PastNames;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.ReadableEvents;
import dev.hindsight.query.directory.Grant;
import dev.hindsight.query.history.Configured.Held;
import dev.hindsight.query.timeline.Change;
import dev.hindsight.query.timeline.TimelineEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells the events of one stream as a timeline, names as they were at each. */
final class Histories {

    private final PastNames<UUID> people;
    private final PastNames<String> teams;

    private Histories(PastNames<UUID> people, PastNames<String> teams) {
        this.people = people;
        this.teams = teams;
    }

    /** One event and what it changed. */
    private record Told(LoggedEvent logged, Event event, List<Configured.Difference> differences) {}

    /**
     * Entries after a version, at most so many, the oldest first.
     *
     * @param events of one stream, from its first
     * @throws Unavailable when one can't be read
     */
    static List<TimelineEntry> entries(Snapshot snapshot, List<LoggedEvent> events, long after, int most) {
        var configured = new Configured();
        var told = new ArrayList<Told>();
        for (LoggedEvent logged : events) {
            Event event = ReadableEvents.event(logged);
            var differences = configured.apply(event);
            if (logged.version() > after && told.size() < most) {
                told.add(new Told(logged, event, differences));
            }
        }
        var ids = new HashSet<UUID>();
        var keys = new HashSet<String>();
        told.forEach(one -> collect(one, ids, keys));
        var histories = new Histories(PastNames.ofPeople(snapshot, ids), PastNames.ofTeams(snapshot, keys));
        return told.stream().map(histories::entry).toList();
    }

    private static void collect(Told told, Set<UUID> people, Set<String> teams) {
        var envelope = told.logged().envelope();
        Stream.of(envelope.actor().person(), envelope.onBehalfOf())
                .filter(java.util.Objects::nonNull)
                .forEach(people::add);
        switch (told.event()) {
            case AgentJoinedTeam e -> people.add(e.person());
            case AgentLeftTeam e -> people.add(e.person());
            case QueueAccessGranted e -> holder(e.personOrTeam(), people, teams);
            case QueueAccessRevoked e -> holder(e.personOrTeam(), people, teams);
            default -> {}
        }
    }

    private static void holder(String personOrTeam, Set<UUID> people, Set<String> teams) {
        Parameters.maybeId(personOrTeam).ifPresentOrElse(people::add, () -> teams.add(personOrTeam));
    }

    private TimelineEntry entry(Told told) {
        LoggedEvent logged = told.logged();
        long then = logged.position();
        var envelope = logged.envelope();
        UUID actor = envelope.actor().person();
        UUID onBehalfOf = envelope.onBehalfOf();
        var rule = envelope.rule();
        return new TimelineEntry(
                logged.version(),
                then,
                told.event().getClass().getSimpleName(),
                new ActorRef(
                        actor,
                        actor == null ? null : people.at(actor, then),
                        envelope.actor().kind().name()),
                onBehalfOf == null ? null : new PersonRef(onBehalfOf, people.at(onBehalfOf, then)),
                rule == null ? null : rule.id(),
                told.event().at(),
                logged.recordedAt(),
                told.differences().stream()
                        .map(difference -> new Change(
                                difference.field(), shown(difference.before(), then), shown(difference.after(), then)))
                        .toList());
    }

    private @Nullable Object shown(@Nullable Object value, long then) {
        return switch (value) {
            case null -> null;
            case UUID person -> new PersonRef(person, people.at(person, then));
            case Held held ->
                new Grant(
                        held.personOrTeam(),
                        Parameters.maybeId(held.personOrTeam())
                                .map(person -> people.at(person, then))
                                .orElseGet(() -> teams.at(held.personOrTeam(), then)),
                        held.read(),
                        held.work());
            default -> value;
        };
    }
}
