package dev.hindsight.query;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * Histories of tickets, the same for the same seed: everything that changes what reads of a ticket show, and some that
 * were imported long after they happened.
 */
final class RandomTickets {

    static final Instant START = Instant.parse("2026-01-05T08:00:00Z");
    private static final List<String> QUEUES = List.of("network", "hardware", "hr");

    private final Random random;
    private final List<UUID> people;
    private final List<One> tickets = new ArrayList<>();
    private final Map<UUID, Long> versions = new HashMap<>();
    private Instant now = START;
    private long position;

    private static final class One {
        final UUID id;
        boolean imported;
        final List<UUID> watchers = new ArrayList<>();
        final List<UUID> linked = new ArrayList<>();
        final List<UUID> files = new ArrayList<>();
        Instant last;
        String status = "NEW";
        boolean assigned;
        UUID requester;

        One(UUID id, UUID requester, boolean imported, Instant begun) {
            this.id = id;
            this.requester = requester;
            this.imported = imported;
            this.last = begun;
        }
    }

    RandomTickets(long seed, List<UUID> people) {
        this.random = new Random(seed);
        this.people = List.copyOf(people);
    }

    /** A ticket that begins. */
    LoggedEvent open() {
        boolean imported = random.nextInt(5) == 0;
        tick();
        Instant begun = imported ? now.minus(4_000 + random.nextInt(4_000), ChronoUnit.DAYS) : now;
        One one = new One(uuid(), pick(people), imported, begun);
        tickets.add(one);
        long number = 1_000L + tickets.size();
        if (imported) {
            return add(
                    one,
                    new TicketImported(
                            one.id,
                            begun,
                            number,
                            "old",
                            "INC" + number,
                            "INCIDENT",
                            "Old " + number,
                            false,
                            one.requester,
                            3,
                            3,
                            "P5",
                            "old-1",
                            null,
                            "mail",
                            Map.of("floor", List.of("2")),
                            Map.of(),
                            "IMPORT"));
        }
        UUID before = tickets.size() > 1 && random.nextInt(10) == 0 ? pick(tickets).id : null;
        return add(
                one,
                new TicketOpened(
                        one.id,
                        now,
                        number,
                        "INCIDENT",
                        "Jam " + number,
                        uuid(),
                        "It eats \"paper\" {" + number + "}",
                        one.requester,
                        random.nextBoolean() ? people.getFirst() : null,
                        3,
                        3,
                        "P5",
                        "hindsight-1",
                        random.nextBoolean() ? pick(QUEUES) : null,
                        null,
                        random.nextBoolean() ? List.of("vip") : List.of(),
                        Map.of("floor", List.of("3.5")),
                        Map.of("site", "äöü"),
                        "API",
                        before != null && before.equals(one.id) ? null : before));
    }

    int tickets() {
        return tickets.size();
    }

    /** The next event of a ticket, counted from 0 in the order in which they began. */
    LoggedEvent next(int ticket) {
        One one = tickets.get(ticket);
        tick();
        if (one.imported && random.nextInt(6) > 0) {
            one.last = one.last.plus(random.nextInt(100_000), ChronoUnit.SECONDS);
        } else {
            one.last = now; // somebody works on it
            one.imported = false;
        }
        return add(one, event(one, one.last));
    }

    private Event event(One one, Instant at) {
        UUID id = one.id;
        return switch (random.nextInt(16)) {
            case 0 -> new SubjectChanged(id, at, "Subject " + random.nextInt(100));
            case 1 -> new TicketQueued(id, at, null, random.nextInt(4) == 0 ? null : pick(QUEUES));
            case 2 -> {
                one.assigned = !one.assigned || random.nextBoolean();
                yield one.assigned
                        ? new TicketAssigned(id, at, null, pick(people))
                        : new TicketUnassigned(id, at, people.getFirst());
            }
            case 3 -> {
                UUID watcher = pick(people);
                yield one.watchers.remove(watcher) ? new WatcherRemoved(id, at, watcher) : watched(one, watcher, at);
            }
            case 4 ->
                random.nextBoolean() ? new TagAdded(id, at, "t" + random.nextInt(3)) : new TagRemoved(id, at, "t1");
            case 5, 6 -> link(one, at);
            case 7, 8 -> file(one, at);
            case 9 -> new RequesterReplied(id, at, uuid(), one.requester, "Still " + random.nextInt());
            case 10 -> new PublicReplyAdded(id, at, uuid(), pick(people), "Off and on?");
            case 11 -> new InternalNoteAdded(id, at, uuid(), pick(people), "Not again.");
            case 12 ->
                new CustomFieldChanged(
                        id, at, "floor", random.nextInt(3) == 0 ? List.of() : List.of("" + random.nextInt(9)), null);
            case 13 -> {
                one.requester = pick(people);
                yield new RequesterChanged(id, at, null, one.requester, random.nextBoolean() ? people.getLast() : null);
            }
            default -> move(one, at);
        };
    }

    private static Event watched(One one, UUID watcher, Instant at) {
        one.watchers.add(watcher);
        return new WatcherAdded(one.id, at, watcher);
    }

    private Event link(One one, Instant at) {
        if (!one.linked.isEmpty() && random.nextInt(3) == 0) {
            return new TicketUnlinked(one.id, at, "RELATES_TO", one.linked.removeFirst());
        }
        UUID other = tickets.get(random.nextInt(Math.min(5, tickets.size()))).id;
        if (other.equals(one.id) || one.linked.contains(other)) {
            return new TypeChanged(one.id, at, "INCIDENT", "PROBLEM");
        }
        one.linked.add(other);
        return new TicketLinked(one.id, at, "RELATES_TO", other);
    }

    private Event file(One one, Instant at) {
        if (!one.files.isEmpty() && random.nextBoolean()) {
            return new AttachmentRemoved(one.id, at, one.files.removeFirst(), false, "a.log");
        }
        UUID file = uuid();
        one.files.add(file);
        return new AttachmentAdded(
                one.id,
                at,
                file,
                random.nextBoolean() ? uuid() : null,
                pick(people),
                random.nextInt(3) == 0,
                "c0".repeat(32),
                7,
                "a.log",
                "text/plain",
                "d1".repeat(32),
                "d3JhcHBlZA==");
    }

    private Event move(One one, Instant at) {
        String from = one.status;
        one.status = switch (from) {
            case "NEW", "PENDING", "ON_HOLD" -> "OPEN";
            case "OPEN" -> pick(List.of("PENDING", "ON_HOLD", "RESOLVED"));
            case "RESOLVED" -> random.nextBoolean() ? "OPEN" : "CLOSED";
            default -> "OPEN";
        };
        return switch (one.status) {
            case "PENDING" -> new TicketPended(one.id, at, from, false);
            case "ON_HOLD" -> new TicketPutOnHold(one.id, at, from, "OTHER", "snow", false);
            case "RESOLVED" -> new TicketResolved(one.id, at, from, "FIXED", null, at.plus(14, ChronoUnit.DAYS), false);
            case "CLOSED" -> new TicketClosed(one.id, at, from, false);
            default ->
                from.equals("NEW")
                        ? new WorkStarted(one.id, at, from, false)
                        : from.equals("RESOLVED") || from.equals("CLOSED")
                                ? new TicketReopened(one.id, at, from, from.equals("CLOSED"))
                                : new TicketResumed(one.id, at, from, false);
        };
    }

    private void tick() {
        now = now.plus(1 + random.nextInt(5_000_000), ChronoUnit.MICROS);
    }

    private LoggedEvent add(One one, Event event) {
        position++;
        return LoggedEvent.of(
                position, event.streamId(), versions.merge(one.id, 1L, Long::sum), now, envelope(pick(people)), event);
    }

    /** What stands behind an event that a person made. */
    static Envelope envelope(UUID actor) {
        return new Envelope(
                new Envelope.Actor(ActorKind.AGENT, actor, List.of("AGENT")),
                null,
                null,
                "command",
                "command",
                "correlation",
                null,
                "API",
                null,
                Envelope.TENANT,
                "test",
                null);
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
