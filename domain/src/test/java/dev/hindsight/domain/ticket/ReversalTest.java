package dev.hindsight.domain.ticket;

import static dev.hindsight.domain.ticket.Tickets.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Classification.Patch;
import dev.hindsight.domain.ticket.Reversal.MovedOn;
import dev.hindsight.domain.ticket.Reversal.NotUndone;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is brought back, what is left alone, and what is told. */
class ReversalTest {

    static final Reversal.Limits ANYBODY = limits(false, true);

    private final List<TicketEvent> history = new ArrayList<>(request().open(T0));

    private static Reversal.Limits limits(boolean forgotten, boolean works) {
        return new Reversal.Limits() {
            @Override
            public boolean isForgotten(UUID person) {
                return forgotten;
            }

            @Override
            public boolean mayWork(UUID agent, @Nullable String queue) {
                return works;
            }
        };
    }

    /** Without the moment of its last event. */
    static Ticket undated(Ticket t) {
        return new Ticket(
                t.id(),
                t.number(),
                T0,
                t.standing(),
                t.about(),
                t.ranking(),
                t.place(),
                t.tags(),
                t.fields(),
                t.links(),
                t.marks(),
                t.watchers());
    }

    private void does(Function<Ticket, List<TicketEvent>> decision) {
        history.addAll(decision.apply(after(history)));
    }

    private Ticket afterUndoing(Reversal.Plan plan) {
        return after(after(history), plan.decide("by mistake", T2));
    }

    @Test
    void a_ticket_that_was_closed_by_mistake_is_as_it_was_before() {
        does(ticket -> Routing.assign(ticket, new Change<>(AGENT), new Change<>("printers"), T1));
        var before = after(history);
        var version = history.size();
        does(ticket -> to(Status.RESOLVED).decide(ticket, T1));
        does(ticket -> to(Status.CLOSED).decide(ticket, T1));
        var plan = Reversal.to(history, version, ANYBODY);
        assertThat(plan.restored()).containsExactly("status");
        assertThat(plan.notUndone()).isEmpty();
        assertThat(undated(afterUndoing(plan))).isEqualTo(undated(before));
        assertThat(plan.decide("by mistake", T2))
                .singleElement()
                .isInstanceOfSatisfying(TicketReverted.class, event -> {
                    assertThat(event.fromVersion()).isEqualTo(version + 2);
                    assertThat(event.toVersion()).isEqualTo(version);
                    assertThat(event.from()).isEqualTo("CLOSED");
                    assertThat(event.status()).isEqualTo("OPEN");
                    assertThat(event.reason()).isEqualTo("by mistake");
                    assertThat(event.queue()).isNull();
                });
    }

    @Test
    void a_reverted_revert_brings_back_what_was_reverted() {
        does(ticket -> to(Status.CANCELLED).decide(ticket, T1));
        var cancelled = after(history);
        does(ticket -> Reversal.to(history, 1, ANYBODY).decide("by mistake", T1));
        assertThat(after(history).status()).isEqualTo(Status.NEW);
        does(ticket -> Reversal.to(history, 2, ANYBODY).decide("was right after all", T2));
        assertThat(undated(after(history))).isEqualTo(undated(cancelled));
    }

    @Test
    void what_was_said_stays_and_is_told() {
        does(ticket -> Conversation.reply(ticket, reply(BY_AGENT), T1));
        does(ticket -> Conversation.note(ticket, BY_AGENT, OTHER, "hm", T1));
        assertThat(Reversal.to(history, 1, ANYBODY).notUndone())
                .extracting(NotUndone::version, NotUndone::event)
                .containsExactlyInAnyOrder(
                        tuple(version(PublicReplyAdded.class), "PublicReplyAdded"),
                        tuple(version(InternalNoteAdded.class), "InternalNoteAdded"));
    }

    private long version(Class<?> kind) {
        return 1 + history.stream().takeWhile(event -> !kind.isInstance(event)).count();
    }

    @Test
    void nothing_is_stored_where_all_is_as_it_was() {
        does(ticket -> Classification.addTag(ticket, "vip", T1));
        does(ticket -> Classification.removeTag(ticket, "vip", T1));
        assertThat(Reversal.to(history, 1, ANYBODY).decide("by mistake", T2)).isEmpty();
        assertThat(Reversal.to(history, 3, ANYBODY).decide("by mistake", T2)).isEmpty();
    }

    @Test
    void a_version_that_never_was_is_refused() {
        assertThatThrownBy(() -> Reversal.to(history, 2, ANYBODY)).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> Reversal.to(history, 0, ANYBODY)).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> Reversal.to(history, 1, ANYBODY).decide(" ", T2))
                .isInstanceOf(InvalidRequest.class);
    }

    @Test
    void a_moment_is_the_version_that_stood_then() {
        does(ticket -> Classification.addTag(ticket, "vip", T1));
        assertThat(Reversal.versionAt(history, T0.minusSeconds(1))).isZero();
        assertThat(Reversal.versionAt(history, T0)).isEqualTo(1);
        assertThat(Reversal.versionAt(history, Instant.MAX)).isEqualTo(2);
    }

    @Test
    void single_events_are_undone_and_later_ones_of_others_stay() {
        does(ticket -> Classification.addTag(ticket, "wrong", T1)); // 2
        does(ticket -> Routing.assign(ticket, null, new Change<>("wrong"), T1)); // 3
        does(ticket -> Classification.addTag(ticket, "right", T1)); // 4
        does(ticket -> change(ticket, "floor", "3")); // 5
        var plan = Reversal.undo(history, Set.of(2L, 3L), false, ANYBODY);
        assertThat(plan.restored()).containsExactly("queue", "tags");
        assertThat(plan.movedOn()).isEmpty();
        var ticket = afterUndoing(plan);
        assertThat(ticket.tags()).containsExactly("right");
        assertThat(ticket.place().queue()).isNull();
        assertThat(ticket.fields()).containsEntry("floor", FieldValue.of("3"));
    }

    @Test
    void what_has_moved_on_is_told_and_left_unless_overruled() {
        does(ticket -> Routing.assign(ticket, null, new Change<>("right"), T1)); // 2
        does(ticket -> Routing.assign(ticket, null, new Change<>("wrong"), T1)); // 3
        does(ticket -> Routing.assign(ticket, null, new Change<>("wrong-too"), T1)); // 4
        does(ticket -> Routing.assign(ticket, null, new Change<>("other"), T1)); // 5
        var plan = Reversal.undo(history, Set.of(3L, 4L), false, ANYBODY);
        assertThat(plan.restored()).isEmpty();
        assertThat(plan.movedOn()).containsExactly(new MovedOn(5, "TicketQueued"));
        var overruled = Reversal.undo(history, Set.of(3L, 4L), true, ANYBODY);
        assertThat(afterUndoing(overruled).place().queue()).isEqualTo("right");
    }

    @Test
    void undone_events_that_others_built_on_between_go_back_to_what_others_made() {
        does(ticket -> Routing.assign(ticket, null, new Change<>("wrong"), T1)); // 2
        does(ticket -> Routing.assign(ticket, null, new Change<>("right"), T1)); // 3
        does(ticket -> Routing.assign(ticket, null, new Change<>("wrong-too"), T1)); // 4
        var plan = Reversal.undo(history, Set.of(2L, 4L), false, ANYBODY);
        assertThat(plan.movedOn()).isEmpty();
        assertThat(afterUndoing(plan).place().queue()).isEqualTo("right");
    }

    @Test
    void undoing_what_is_undone_changes_nothing() {
        does(ticket -> Routing.assign(ticket, null, new Change<>("wrong"), T1));
        does(ticket -> Reversal.undo(history, Set.of(2L), false, ANYBODY).decide("by mistake", T1));
        assertThat(Reversal.undo(history, Set.of(2L), false, ANYBODY).restored())
                .isEmpty();
        assertThat(Reversal.undo(history, Set.of(2L), false, ANYBODY).movedOn()).isEmpty();
    }

    @Test
    void an_override_that_is_undone_leaves_what_the_matrix_says_now() {
        does(ticket -> Classification.overridePriority(ticket, Priority.P1, "loud", T1)); // 2
        does(ticket ->
                Classification.change(ticket, new Patch(null, null, null, Level.HIGH, Level.HIGH, Map.of()), T1)); // 3
        does(ticket -> Classification.overridePriority(ticket, Priority.P2, "louder", T1)); // 4
        var ticket = afterUndoing(Reversal.undo(history, Set.of(2L, 4L), false, ANYBODY));
        assertThat(ticket.ranking().override()).isNull();
        assertThat(ticket.ranking().priority()).isEqualTo(Priority.P1);
    }

    @Test
    void nothing_becomes_a_forgotten_persons_again() {
        does(ticket -> Classification.changeRequester(ticket, OTHER, null, T1));
        var plan = Reversal.to(history, 1, limits(true, true));
        assertThat(plan.restored()).isEmpty();
        assertThat(plan.notUndone()).extracting(NotUndone::version).containsExactly(2L);
    }

    @Test
    void nobody_gets_a_ticket_back_whose_queue_they_may_not_work() {
        does(ticket -> Routing.assign(ticket, new Change<>(AGENT), null, T1)); // 2, 3
        does(ticket -> Routing.unassign(ticket, T1)); // 4
        does(ticket -> Classification.addTag(ticket, "vip", T1)); // 5
        var plan = Reversal.to(history, 3, limits(false, false));
        assertThat(plan.restored()).containsExactly("tags");
        assertThat(plan.notUndone()).extracting(NotUndone::version).containsExactly(4L);
    }

    @Test
    void those_who_watched_watch_in_the_order_in_which_they_came() {
        does(ticket -> Watching.add(ticket, OTHER, T1));
        does(ticket -> Watching.add(ticket, ANA, T1));
        does(ticket -> Watching.remove(ticket, OTHER, T1));
        assertThat(afterUndoing(Reversal.to(history, 3, ANYBODY)).watchers()).containsExactly(OTHER, ANA);
    }

    private static List<TicketEvent> change(Ticket ticket, String field, String value) {
        return Classification.change(
                ticket, new Patch(null, null, null, null, null, Map.of(field, FieldValue.of(value))), T1);
    }
}
