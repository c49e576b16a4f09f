package dev.hindsight.projections.live;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.ticket.Reversal;
import dev.hindsight.domain.ticket.Ticket;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Histories of many tickets at once, the same for the same seed, with every kind of ticket event. */
public final class Histories {

    /** Nobody is forgotten, everybody works everywhere. */
    static final Reversal.Limits ANYBODY = new Reversal.Limits() {
        @Override
        public boolean isForgotten(UUID person) {
            return false;
        }

        @Override
        public boolean mayWork(UUID agent, @Nullable String queue) {
            return true;
        }
    };

    private static final List<String> QUEUES = List.of("network", "hardware", "mail", "hr");
    private static final Instant START = Instant.parse("2026-01-05T08:00:00Z");

    private final Random random;
    private final Map<String, Long> versions = new HashMap<>();
    private final List<LoggedEvent> log = new ArrayList<>();
    private final List<One> tickets = new ArrayList<>();
    private final Map<UUID, One> byId = new HashMap<>();
    private final List<UUID> people = new ArrayList<>();
    private Instant now = START;

    /** What later events of a ticket must agree with. */
    private static final class One {
        final UUID id;
        final UUID requester;
        final List<TicketEvent> events = new ArrayList<>();
        String status = "NEW";
        boolean erased;

        @Nullable
        UUID assignee;

        One(UUID id, UUID requester) {
            this.id = id;
            this.requester = requester;
        }
    }

    private Histories(long seed) {
        random = new Random(seed);
        for (var i = 0; i < 20; i++) {
            people.add(uuid());
        }
    }

    /** @param events how many in all; about one in eight opens a ticket */
    public static List<LoggedEvent> of(long seed, int events) {
        var histories = new Histories(seed);
        while (histories.log.size() < events) {
            histories.one();
        }
        return List.copyOf(histories.log.subList(0, events));
    }

    private void one() {
        now = now.plus(random.nextInt(5_000_000), ChronoUnit.MICROS);
        if (tickets.isEmpty() || random.nextInt(8) == 0) {
            open();
        } else {
            var recent = Math.min(tickets.size(), 200);
            next(tickets.get(tickets.size() - 1 - random.nextInt(recent)));
        }
    }

    private void open() {
        var ticket = new One(uuid(), pick(people));
        tickets.add(ticket);
        byId.put(ticket.id, ticket);
        var number = 1000L + tickets.size();
        if (random.nextInt(10) == 0) {
            add(new TicketImported(
                    ticket.id,
                    now,
                    number,
                    "servicenow",
                    "INC" + number,
                    "INCIDENT",
                    null,
                    true,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    "mail",
                    Map.of("location", List.of("L1")),
                    Map.of(),
                    "IMPORT"));
            return;
        }
        var follows = random.nextInt(20) == 0 ? pick(tickets).id : null;
        add(new TicketOpened(
                ticket.id,
                now,
                number,
                pick(List.of("INCIDENT", "QUESTION", "TASK")),
                "Printer \"" + number + "\" is jammed \\ again",
                uuid(),
                "The printer on floor " + number + " takes no paper.\nIt {says} 'PC LOAD LETTER'. ".repeat(3),
                ticket.requester,
                random.nextBoolean() ? uuid() : null,
                3,
                3,
                "P5",
                "hindsight-1",
                random.nextBoolean() ? pick(QUEUES) : null,
                random.nextBoolean() ? "printer" : null,
                random.nextBoolean() ? List.of("vip", "a \"quoted\" tag") : List.of(),
                Map.of("floor", List.of("3")),
                Map.of("serial", "äöü, {1}"),
                "API",
                follows));
    }

    private void next(One t) {
        var id = t.id;
        if (t.erased) {
            afterErasure(t);
            return;
        }
        switch (random.nextInt(29)) {
            case 0 -> add(new ImportedActivityRecorded(id, now, "VERIFIED", null));
            case 1 -> add(new TicketCategorized(id, now, "printer", random.nextBoolean() ? "network" : null));
            case 2 -> add(new TypeChanged(id, now, "INCIDENT", "PROBLEM"));
            case 3 -> add(new TicketPrioritized(id, now, 1, 2, "P2", "hindsight-1"));
            case 4 -> add(new PriorityOverridden(id, now, "P5", "P1", "the boss asks"));
            case 5 -> add(new PriorityOverrideWithdrawn(id, now, "P1", "P5"));
            case 6 -> add(random.nextBoolean() ? new TicketMarkedAsSpam(id, now) : new TicketUnmarkedAsSpam(id, now));
            case 7 ->
                add(random.nextBoolean() ? new MajorIncidentDeclared(id, now) : new MajorIncidentStoodDown(id, now));
            case 8 -> add(new SubjectChanged(id, now, "Paper jam " + random.nextInt(100)));
            case 9 -> add(new RequesterChanged(id, now, null, pick(people), null));
            case 10 ->
                add(new CustomFieldChanged(
                        id, now, "serial", null, random.nextBoolean() ? "SN-" + random.nextInt(99) : null));
            case 11 -> add(new CustomFieldChanged(id, now, "floor", List.of("1", "2"), null));
            case 12 ->
                add(
                        switch (random.nextInt(4)) {
                            case 0 -> new TagAdded(id, now, "vip");
                            case 1 -> new TagRemoved(id, now, "vip");
                            case 2 -> new WatcherAdded(id, now, people.getFirst());
                            default -> new WatcherRemoved(id, now, people.getFirst());
                        });
            case 13 -> add(new TicketQueued(id, now, null, random.nextBoolean() ? pick(QUEUES) : null));
            case 14, 15 -> assign(t);
            case 16 -> add(new RequesterReplied(id, now, uuid(), t.requester, "Still jammed."));
            case 17 -> add(new PublicReplyAdded(id, now, uuid(), pick(people), "Have you turned it off and on?"));
            case 18 -> add(new InternalNoteAdded(id, now, uuid(), pick(people), "Not again."));
            case 19 -> link(t);
            case 20, 21 -> attach(t);
            case 28 -> revert(t);
            case 26 ->
                add(
                        random.nextBoolean()
                                ? new TicketEvent.LegalHoldPlaced(id, now, "Case 7")
                                : new TicketEvent.LegalHoldReleased(id, now, "Case 7 is closed"));
            case 27 -> {
                if (random.nextInt(3) == 0) {
                    t.erased = true;
                    add(new TicketContentErased(id, now, "RETENTION", "old"));
                } else {
                    move(t);
                }
            }
            default -> move(t);
        }
    }

    /** To any version; where that changes nothing, a tag instead. */
    private void revert(One t) {
        var reverts = Reversal.to(t.events, 1 + random.nextInt(t.events.size()), ANYBODY)
                .decide("by mistake", now);
        if (reverts.isEmpty()) {
            add(new TagAdded(t.id, now, "kept"));
            return;
        }
        var ticket = state(t.events);
        for (var event : reverts) {
            add(event);
            ticket = Ticket.evolve(ticket, event);
        }
        t.status = ticket.status().name();
        t.assignee = ticket.place().assigneeId();
    }

    static Ticket state(List<TicketEvent> events) {
        Ticket ticket = null;
        for (var event : events) {
            ticket = Ticket.evolve(ticket, event);
        }
        return Objects.requireNonNull(ticket);
    }

    /** Nobody writes on it any more. */
    private void afterErasure(One t) {
        switch (random.nextInt(5)) {
            case 0 -> add(new TypeChanged(t.id, now, "INCIDENT", "PROBLEM"));
            case 1 -> add(new TagAdded(t.id, now, "late"));
            case 2 -> add(new TicketQueued(t.id, now, null, pick(QUEUES)));
            case 3 -> add(new CustomFieldChanged(t.id, now, "floor", List.of("4"), null));
            default -> assign(t);
        }
    }

    private void assign(One t) {
        var before = t.assignee;
        if (before != null && random.nextInt(4) == 0) {
            t.assignee = null;
            add(new TicketUnassigned(t.id, now, before));
        } else {
            var assignee = pick(people);
            t.assignee = assignee;
            add(new TicketAssigned(t.id, now, before, assignee));
        }
    }

    /** A few files a ticket, so that they are put on messages and taken away. */
    private void attach(One t) {
        var file = new UUID(t.id.getMostSignificantBits(), random.nextInt(3));
        add(
                random.nextInt(3) == 0
                        ? new AttachmentRemoved(t.id, now, file, true, "a.log")
                        : new AttachmentAdded(
                                t.id,
                                now,
                                file,
                                random.nextBoolean() ? uuid() : null,
                                pick(people),
                                random.nextBoolean(),
                                "c0".repeat(32),
                                7,
                                "a.log",
                                "text/plain",
                                "d1".repeat(32),
                                "d3JhcHBlZA=="));
    }

    private void link(One t) {
        var other = tickets.get(random.nextInt(Math.min(tickets.size(), 3))).id;
        add(
                random.nextInt(3) == 0
                        ? new TicketUnlinked(t.id, now, "RELATES_TO", other)
                        : new TicketLinked(t.id, now, "RELATES_TO", other));
    }

    private void move(One t) {
        var from = t.status;
        StatusEvent to =
                switch (from) {
                    case "NEW" -> new WorkStarted(t.id, now, from, false);
                    case "OPEN" ->
                        switch (random.nextInt(4)) {
                            case 0 -> new TicketPended(t.id, now, from, false);
                            case 1 -> new TicketPutOnHold(t.id, now, from, "OTHER", "waits for snow", false);
                            case 2 -> new TicketCancelled(t.id, now, from, "given up", false);
                            default ->
                                new TicketResolved(
                                        t.id, now, from, "FIXED", null, now.plus(14, ChronoUnit.DAYS), false);
                        };
                    case "PENDING", "ON_HOLD" -> new TicketResumed(t.id, now, from, false);
                    case "RESOLVED" ->
                        random.nextBoolean()
                                ? new TicketReopened(t.id, now, from, false)
                                : new TicketClosed(t.id, now, from, false);
                    default -> new TicketReopened(t.id, now, from, true);
                };
        if (from.equals("ON_HOLD") && random.nextBoolean()) {
            add(new HoldReasonChanged(t.id, now, "OTHER", "VENDOR", null));
            return;
        }
        t.status = switch (to) {
            case TicketPended e -> "PENDING";
            case TicketPutOnHold e -> "ON_HOLD";
            case TicketResolved e -> "RESOLVED";
            case TicketClosed e -> "CLOSED";
            case TicketCancelled e -> "CANCELLED";
            default -> "OPEN";
        };
        add(to);
    }

    private void add(TicketEvent event) {
        var ticket = byId.get(event.ticketId());
        if (ticket != null) {
            ticket.events.add(event);
        }
        log.add(logged(log.size() + 1, versions.merge(event.streamId(), 1L, Long::sum), event, pick(people)));
    }

    static LoggedEvent logged(long position, long version, Event event, UUID actor) {
        return LoggedEvent.of(
                position,
                event.streamId(),
                version,
                event.at().plusMillis(3),
                new Envelope(
                        new Envelope.Actor(ActorKind.AGENT, actor, List.of("agent")),
                        null,
                        null,
                        "c-" + position,
                        "c-" + position,
                        "c-" + position,
                        null,
                        "API",
                        position % 50 == 0 ? new Envelope.Rule("auto-close", 2) : null,
                        Envelope.TENANT,
                        "test",
                        null),
                event);
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
