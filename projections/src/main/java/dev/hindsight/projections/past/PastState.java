package dev.hindsight.projections.past;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.projections.readmodel.PastSpans;
import dev.hindsight.projections.tickets.TicketRow;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a ticket was like after one event, until the next.
 *
 * @param event its name, {@link #LEFT_OUT} for one that is skipped
 * @param actorKind null for an event that is skipped
 * @param wasStatus before the event, as the next two; null before the first
 * @param nextAt when the next event happened; {@link PastSpans#ENDLESS} where there is none yet; the position alike
 */
record PastState(
        TicketRow row,
        String event,
        @Nullable ActorKind actorKind,
        @Nullable UUID actor,
        @Nullable String wasStatus,
        @Nullable String wasQueue,
        @Nullable UUID wasAssignee,
        Instant nextAt,
        long nextPosition) {

    static final String LEFT_OUT = "LeftOut";

    /** The newest state of its ticket. */
    static PastState newest(
            @Nullable TicketRow before,
            TicketRow row,
            String event,
            @Nullable ActorKind actorKind,
            @Nullable UUID actor) {
        return new PastState(
                row,
                event,
                actorKind,
                actor,
                before == null ? null : before.status(),
                before == null ? null : before.queue(),
                before == null ? null : before.assignee(),
                PastSpans.ENDLESS,
                PastSpans.LAST);
    }

    PastState until(TicketRow next) {
        return new PastState(
                row, event, actorKind, actor, wasStatus, wasQueue, wasAssignee, next.updatedAt(), next.lastPosition());
    }

    int lasted() {
        return PastSpans.lasted(row.updatedAt(), nextAt);
    }

    int stood() {
        return PastSpans.stood(row.lastPosition(), nextPosition);
    }
}
