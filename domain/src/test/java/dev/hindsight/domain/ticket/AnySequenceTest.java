package dev.hindsight.domain.ticket;

import static dev.hindsight.domain.ticket.Tickets.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Classification.Patch;
import dev.hindsight.domain.ticket.Conversation.Reply;
import dev.hindsight.domain.ticket.ImportRow.StatedStatus;
import dev.hindsight.domain.ticket.TicketEvent.*;
import dev.hindsight.domain.ticket.TicketImport.Progress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no sequence of commands may break; the sequences come from seeds, so that a failure can be had again. */
class AnySequenceTest {

    private static final int TICKETS = 150;
    private static final int STEPS = 40;

    /** VOCABULARY's legal moves, once more and by hand. */
    private static final Map<Status, Set<Status>> LEGAL = new EnumMap<>(Map.of(
            Status.NEW, Set.of(Status.OPEN, Status.RESOLVED, Status.CANCELLED),
            Status.OPEN, Set.of(Status.PENDING, Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED),
            Status.PENDING, Set.of(Status.OPEN, Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED),
            Status.ON_HOLD, Set.of(Status.OPEN, Status.PENDING, Status.RESOLVED, Status.CANCELLED),
            Status.RESOLVED, Set.of(Status.OPEN, Status.CLOSED, Status.CANCELLED),
            Status.CLOSED, Set.of(),
            Status.CANCELLED, Set.of()));

    /** @param states whether it asks for a state, so that asking twice changes nothing the second time */
    private record Step(boolean states, Function<Ticket, List<TicketEvent>> decision) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void live_commands_keep_every_rule(long seed) {
        var random = new Random(seed);
        for (var n = 0; n < TICKETS; n++) {
            var ticket = newTicket();
            var history = new ArrayList<>(request().open(T0));
            var clock = T0;
            for (var step = 0; step < STEPS; step++) {
                clock = clock.plusSeconds(random.nextInt(-3_600, 3 * 86_400));
                var asked = step(random, clock);
                var events = decided(asked, ticket);
                ticket = checkedAfter(ticket, events);
                history.addAll(events);
                assertThat(after(history)).isEqualTo(ticket);
                if (asked.states()) {
                    assertThat(decided(asked, ticket)).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void reverting_any_suffix_brings_back_all_that_decisions_know(long seed) {
        var random = new Random(seed);
        for (var n = 0; n < TICKETS; n++) {
            var ticket = newTicket();
            var history = new ArrayList<>(request().open(T0));
            var clock = T0;
            for (var step = 0; step < STEPS; step++) {
                clock = clock.plusSeconds(random.nextInt(3_600));
                var events = random.nextInt(8) == 0
                        ? Reversal.to(history, random.nextInt(1, history.size() + 1), ReversalTest.ANYBODY)
                                .decide("mistake", clock)
                        : decided(step(random, clock), ticket);
                ticket = after(ticket, events);
                history.addAll(events);
            }
            var version = random.nextInt(1, history.size() + 1);
            var then = after(history.subList(0, version));
            var events = Reversal.to(history, version, ReversalTest.ANYBODY).decide("mistake", clock);
            assertThat(ReversalTest.undated(after(ticket, events))).isEqualTo(ReversalTest.undated(then));
            history.addAll(events);
            assertThat(Reversal.to(history, version, ReversalTest.ANYBODY).decide("again", clock))
                    .isEmpty();
            // and single events, of which the last ones of all are undone the same way
            var last =
                    LongStream.rangeClosed(version + 1L, history.size()).boxed().collect(Collectors.toSet());
            if (!last.isEmpty()) {
                var undone = Reversal.undo(history, last, false, ReversalTest.ANYBODY);
                assertThat(undone.movedOn()).isEmpty();
                assertThat(ReversalTest.undated(after(after(history), undone.decide("mistake", clock))))
                        .isEqualTo(ReversalTest.undated(then));
            }
        }
    }

    private static List<TicketEvent> decided(Step step, Ticket ticket) {
        try {
            return step.decision().apply(ticket);
        } catch (Refusal | InvalidRequest no) {
            assertThat(no).hasMessageContaining(" ");
            return List.of();
        }
    }

    private static Ticket checkedAfter(Ticket before, List<TicketEvent> events) {
        var ticket = before;
        for (var event : events) {
            if (event instanceof StatusEvent move) {
                assertThat(move.from()).isEqualTo(ticket.status().name());
                assertThat(move.irregular()).isFalse();
                assertThat(LEGAL.get(ticket.status())).contains(Lifecycle.statusAfter(event, ticket.status()));
            } else {
                assertThat(Lifecycle.statusAfter(event, ticket.status())).isEqualTo(ticket.status());
            }
            if (before.status().isFinal()) {
                assertThat(event)
                        .isInstanceOfAny(
                                InternalNoteAdded.class,
                                TagAdded.class,
                                TagRemoved.class,
                                WatcherAdded.class,
                                WatcherRemoved.class,
                                TicketLinked.class,
                                TicketUnlinked.class,
                                TicketMarkedAsSpam.class,
                                TicketUnmarkedAsSpam.class,
                                MajorIncidentStoodDown.class);
            }
            assertThat(event.at()).isAfterOrEqualTo(ticket.lastAt());
            ticket = Ticket.evolve(ticket, event);
            holds(ticket);
        }
        return ticket;
    }

    private static void holds(Ticket ticket) {
        var standing = ticket.standing();
        assertThat(standing.holdReason() != null).isEqualTo(standing.status() == Status.ON_HOLD);
        if (standing.status() != Status.CLOSED) { // which may come from RESOLVED and keeps what it confirms
            assertThat(standing.reopenUntil() != null).isEqualTo(standing.status() == Status.RESOLVED);
        }
        assertThat(ticket.watchers()).hasSizeLessThanOrEqualTo(Watching.MOST);
        assertThat(ticket.tags()).hasSizeLessThanOrEqualTo(Tags.MOST);
        assertThat(ticket.links()).noneMatch(link -> link.otherId().equals(ticket.id()));
        var ranking = ticket.ranking();
        assertThat(ranking.byMatrix())
                .isEqualTo(PriorityMatrix.HINDSIGHT.priority(known(ranking.impact()), known(ranking.urgency())));
        assertThat(ranking.priority()).isEqualTo(ranking.override() == null ? ranking.byMatrix() : ranking.override());
    }

    private static Level known(@Nullable Level level) {
        return level == null ? Level.LOW : level;
    }

    private static Step step(Random random, Instant at) {
        var word = "w" + random.nextInt(60);
        var person = random.nextBoolean() ? ANA : AGENT;
        return switch (random.nextInt(17)) {
            case 0, 1, 2, 3 -> {
                var to = to(any(random, Status.values()));
                yield new Step(true, ticket -> to.decide(ticket, at));
            }
            case 4 -> {
                var hold = hold(any(random, HoldReason.values()), "text");
                yield new Step(true, ticket -> hold.decide(ticket, at));
            }
            case 5 -> {
                var assignee = new Change<>(random.nextInt(3) == 0 ? null : person);
                var queue = random.nextBoolean() ? null : new Change<>(random.nextBoolean() ? null : word);
                yield new Step(true, ticket -> Routing.assign(ticket, assignee, queue, at));
            }
            case 6, 7 -> {
                var reply = reply(any(random, BY_AGENT, BY_ANA, new Actor(ActorKind.SYSTEM, null, List.of())));
                yield new Step(
                        false,
                        ticket -> Conversation.needsFollowUp(ticket, reply, at)
                                ? List.of()
                                : Conversation.reply(ticket, reply, at));
            }
            case 8 -> {
                var reply = new Reply(BY_AGENT, random.nextBoolean() ? ANA : null, MESSAGE, word);
                var to = to(any(random, Status.values()));
                yield new Step(false, ticket -> Conversation.replyAndMove(ticket, reply, to, at));
            }
            case 9 -> new Step(false, ticket -> Conversation.note(ticket, BY_AGENT, MESSAGE, word, at));
            case 10 -> new Step(true, ticket -> Classification.addTag(ticket, word, at));
            case 11 -> new Step(true, ticket -> Classification.removeTag(ticket, word, at));
            case 12 -> {
                var patch = new Patch(
                        random.nextBoolean() ? word : null,
                        random.nextBoolean() ? any(random, TicketType.values()) : null,
                        random.nextBoolean() ? new Change<>(word) : null,
                        random.nextBoolean() ? any(random, Level.values()) : null,
                        random.nextBoolean() ? any(random, Level.values()) : null,
                        Map.of(word, any(random, FieldValue.EMPTY, FieldValue.of("1"), FieldValue.ofText("t"))));
                yield new Step(true, ticket -> Classification.change(ticket, patch, at));
            }
            case 13 -> {
                var priority = any(random, Priority.values());
                yield new Step(
                        true,
                        random.nextBoolean()
                                ? ticket -> Classification.withdrawOverride(ticket, at)
                                : ticket -> Classification.overridePriority(ticket, priority, word, at));
            }
            case 14 -> {
                var type = any(random, LinkType.values());
                var other = any(random, ID, OTHER, MESSAGE);
                yield new Step(
                        true,
                        random.nextBoolean()
                                ? ticket -> Relations.link(ticket, type, other, at)
                                : ticket -> Relations.unlink(ticket, type, other, at));
            }
            case 15 ->
                new Step(
                        true,
                        switch (random.nextInt(5)) {
                            case 0 -> ticket -> Classification.markAsSpam(ticket, at);
                            case 1 -> ticket -> Classification.unmarkAsSpam(ticket, at);
                            case 2 -> ticket -> Classification.declareMajorIncident(ticket, at);
                            case 3 -> ticket -> Classification.standDownMajorIncident(ticket, at);
                            default -> ticket -> Classification.changeRequester(ticket, person, null, at);
                        });
            case 16 ->
                new Step(
                        true,
                        random.nextBoolean()
                                ? ticket -> Watching.add(ticket, person, at)
                                : ticket -> Watching.remove(ticket, person, at));
            default -> throw new IllegalStateException("no such step");
        };
    }

    @SafeVarargs
    private static <T> T any(Random random, T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15})
    void any_foreign_history_goes_in_whole_and_once(long seed) {
        var random = new Random(seed);
        var about = new ImportedCase("desk", "7", TicketType.TASK, Channel.IMPORT, false, null, null);
        for (var n = 0; n < TICKETS; n++) {
            var rows = new ArrayList<ImportRow>();
            for (var ordinal = 1; ordinal <= STEPS; ordinal++) {
                rows.add(row(random, ordinal));
            }
            var now = T0.plusSeconds(1_000_000_000);
            var cut = random.nextInt(STEPS);
            var first = TicketImport.decide(null, Progress.NONE, ID, () -> 7, about, rows.subList(0, cut), now);
            var ticket = first.isEmpty() ? null : checkedImport(null, first);
            var rest = TicketImport.decide(ticket, new Progress(cut, false), ID, () -> 7, about, rows, now);
            assertThat(first.size() + rest.size()).isEqualTo(STEPS);
            var whole = checkedImport(ticket, rest);
            assertThat(whole)
                    .isEqualTo(checkedImport(
                            null, TicketImport.decide(null, Progress.NONE, ID, () -> 7, about, rows, now)));
            assertThat(TicketImport.decide(whole, new Progress(STEPS, false), ID, () -> 7, about, rows, now))
                    .isEmpty();
        }
    }

    private static Ticket checkedImport(@Nullable Ticket before, List<TicketImport.ImportedRowEvents> rows) {
        var ticket = before;
        for (var row : rows) {
            assertThat(row.events()).isNotEmpty();
            for (var event : row.events()) {
                if (ticket != null && event instanceof StatusEvent move) {
                    var to = Lifecycle.statusAfter(event, ticket.status());
                    assertThat(move.from()).isEqualTo(ticket.status().name());
                    assertThat(to).isNotEqualTo(ticket.status());
                    assertThat(move.irregular())
                            .isEqualTo(!LEGAL.getOrDefault(ticket.status(), Set.of())
                                    .contains(to));
                }
                assertThat(ticket == null || !event.at().isBefore(ticket.lastAt()))
                        .isTrue();
                ticket = Ticket.evolve(ticket, event);
            }
            var stated = row.row().status();
            if (ticket != null && stated != null && stated.status() != Status.NEW && stated.status() != Status.MERGED) {
                assertThat(ticket.status()).isEqualTo(stated.status());
            }
        }
        if (ticket == null) {
            throw new AssertionError("an import of rows leaves a ticket");
        }
        return ticket;
    }

    private static ImportRow row(Random random, int ordinal) {
        UUID person = random.nextInt(3) == 0 ? null : any(random, ANA, AGENT);
        return new ImportRow(
                ordinal,
                ordinal + 1L,
                T0.plusSeconds(random.nextInt(1_000_000)),
                "Row",
                BY_AGENT,
                random.nextInt(4) == 0 ? null : StatedStatus.of(any(random, Status.values())),
                random.nextBoolean() ? null : new Change<>(person),
                random.nextBoolean() ? null : new Change<>("q" + random.nextInt(2)),
                null,
                random.nextBoolean() ? null : any(random, TicketType.values()),
                random.nextBoolean() ? null : any(random, Level.values()),
                random.nextBoolean() ? null : any(random, Level.values()),
                random.nextBoolean() ? null : any(random, Priority.values()),
                Map.of(),
                List.of("w" + random.nextInt(30)),
                random.nextBoolean() ? null : "w" + random.nextInt(2),
                person,
                null);
    }
}
