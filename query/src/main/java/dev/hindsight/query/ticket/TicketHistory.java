package dev.hindsight.query.ticket;

import dev.hindsight.domain.Unavailable;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.PastTickets;
import dev.hindsight.query.Moment;
import dev.hindsight.query.ReadableEvents;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One ticket's events and what each made of it, as far as the read model shows them and without what it leaves out. Safe
 * for concurrent use; a stream is for one thread.
 */
public final class TicketHistory {

    private final EventLog log;
    private final PastTickets folds;

    TicketHistory(EventLog log, PastTickets folds) {
        this.log = log;
        this.folds = folds;
    }

    /**
     * Which events count.
     *
     * @param upTo the last position that the read model shows of the ticket
     * @param skipped positions that it leaves out
     * @param erased whether the ticket's key was destroyed: one that is still in memory must not be used
     */
    public record Recorded(UUID ticket, long upTo, Set<Long> skipped, boolean erased) {}

    /**
     * One event.
     *
     * @param event decoded, but for one that is left out and can't be
     * @param occurredAt when it happened; of an event that can't be decoded, when it was recorded
     * @param before null before the first
     * @param after null where the opening is left out
     * @param skipped whether it was left out
     */
    public record Step(
            LoggedEvent event,
            Instant occurredAt,
            @Nullable PastTicket before,
            @Nullable PastTicket after,
            boolean skipped) {

        /** Whether it belongs to this past. */
        public boolean isIn(Moment moment) {
            return moment.mayInclude(event) && moment.includes(event.position(), event.recordedAt(), occurredAt);
        }
    }

    /**
     * The steps that a moment may include, in order, made as they are asked for, and the first one in any case: it tells
     * when the ticket begins. Holds no connection between them. To be closed.
     *
     * @throws Unavailable from the stream, where an event can't be read
     */
    Stream<Step> steps(Recorded recorded, Moment moment) {
        String stream = "ticket-" + recorded.ticket();
        Stream<LoggedEvent> events = recorded.erased() ? log.erasedEventsOf(stream) : log.eventsOf(stream);
        var steps = new Stepping(recorded.skipped());
        return events.takeWhile(event ->
                        event.position() <= recorded.upTo() && (event.version() == 1 || moment.mayInclude(event)))
                .map(steps::next);
    }

    private final class Stepping {

        private final Set<Long> skipped;
        private @Nullable PastTicket reached;

        Stepping(Set<Long> skipped) {
            this.skipped = skipped;
        }

        Step next(LoggedEvent event) {
            PastTicket before = reached;
            if (skipped.contains(event.position())) {
                reached = folds.without(before, event);
                return new Step(event, occurred(event), before, reached, true);
            }
            LoggedEvent decoded = decoded(event);
            reached = ReadableEvents.read(decoded, () -> folds.after(before, decoded), "");
            return new Step(decoded, decoded.event().at(), before, reached, false);
        }

        /** Decoded once: who folds it and who tells of it ask for it several times. */
        private static LoggedEvent decoded(LoggedEvent event) {
            return LoggedEvent.of(
                    event.position(),
                    event.stream(),
                    event.version(),
                    event.recordedAt(),
                    event.envelope(),
                    ReadableEvents.event(event));
        }

        private static Instant occurred(LoggedEvent event) {
            try {
                return event.event().at();
            } catch (RuntimeException unreadable) { // it was left out because of that, mostly
                return event.recordedAt();
            }
        }
    }
}
