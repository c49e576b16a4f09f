package dev.hindsight.projections.past;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.projections.readmodel.PastSpans;
import dev.hindsight.projections.tickets.TicketRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of one ticket that are to be written: the states that its events add, and what they put an end to. */
final class PastRows {

    /**
     * The words of a ticket from one event to the next that changes them.
     *
     * @param row as it was after the event
     * @param nextAt as of {@link PastState}
     */
    record Words(TicketRow row, Instant nextAt, long nextPosition) {}

    /** A row that is there already and ends. */
    record Ending(UUID id, long version, Instant nextAt, long nextPosition, int lasted, int stood) {}

    @Nullable
    TicketRow row;

    final List<PastState> states = new ArrayList<>(4);
    final List<Words> words = new ArrayList<>(1);

    /** The state that was the newest before; null where there was none, or where it still is. */
    @Nullable
    Ending ended;

    /** The same of its words. */
    @Nullable
    Ending unworded;

    private final long wordedBefore;

    /** @param wordedBefore version of the newest words that are there; 0 for none */
    PastRows(@Nullable TicketRow row, long wordedBefore) {
        this.row = row;
        this.wordedBefore = wordedBefore;
    }

    void add(TicketRow after, String event, @Nullable ActorKind actorKind, @Nullable UUID actor) {
        var before = row;
        if (!states.isEmpty()) {
            states.set(states.size() - 1, states.getLast().until(after));
        } else if (before != null) {
            ended = new Ending(
                    before.id(),
                    before.version(),
                    after.updatedAt(),
                    after.lastPosition(),
                    PastSpans.lasted(before.updatedAt(), after.updatedAt()),
                    PastSpans.stood(before.lastPosition(), after.lastPosition()));
        }
        states.add(PastState.newest(before, after, event, actorKind, actor));
        if (!Objects.equals(before == null ? null : before.subject(), after.subject())
                || !Objects.equals(before == null ? null : before.description(), after.description())) {
            if (!words.isEmpty()) {
                words.set(words.size() - 1, new Words(words.getLast().row(), after.updatedAt(), after.lastPosition()));
            } else if (wordedBefore > 0) {
                unworded = new Ending(after.id(), wordedBefore, after.updatedAt(), after.lastPosition(), 0, 0);
            }
            words.add(new Words(after, PastSpans.ENDLESS, PastSpans.LAST));
        }
        row = after;
    }
}
