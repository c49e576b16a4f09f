package dev.hindsight.domain.ticket;

import dev.hindsight.domain.ticket.Ticket.Mark;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What people wrote on a ticket is erased, or held. Order, statistics and the ticket's course stay. */
public final class Erasure {

    /** Why content is erased, as it is stored. */
    public enum Cause {
        PERSON_ERASED,
        RETENTION
    }

    private Erasure() {}

    /**
     * Nothing where it was erased already. Whether a hold is on the requester or the organization was asked before; one
     * on the ticket itself keeps retention out here, and erasures of the requester wait for it before they begin.
     *
     * @param rule the retention rule, null for the other cause
     * @throws dev.hindsight.domain.Refusal {@code NOT_FINAL} where retention meets a ticket that was opened again
     */
    public static List<TicketEvent> erase(Ticket ticket, Cause cause, @Nullable String rule, Instant at) {
        if (ticket.marks().contains(Mark.ERASED)) {
            return List.of();
        } else if (cause == Cause.RETENTION && !ticket.status().isFinal()) {
            throw Refusals.notFinal();
        }
        return List.of(new TicketContentErased(ticket.id(), ticket.notBefore(at), cause.name(), rule));
    }

    /** In every status; nothing where it is held already. */
    public static List<TicketEvent> placeHold(Ticket ticket, String reason, Instant at) {
        return ticket.marks().contains(Mark.HELD)
                ? List.of()
                : List.of(new LegalHoldPlaced(ticket.id(), ticket.notBefore(at), reason));
    }

    /** Nothing where it is not held. */
    public static List<TicketEvent> releaseHold(Ticket ticket, String reason, Instant at) {
        return ticket.marks().contains(Mark.HELD)
                ? List.of(new LegalHoldReleased(ticket.id(), ticket.notBefore(at), reason))
                : List.of();
    }

    /**
     * The same events, where they may happen to this ticket: there is no key any more to seal what people write.
     *
     * @throws dev.hindsight.domain.Refusal {@code CONTENT_ERASED}
     */
    public static List<TicketEvent> keptBy(Ticket ticket, List<TicketEvent> events) {
        if (ticket.marks().contains(Mark.ERASED) && events.stream().anyMatch(Erasure::needsKey)) {
            throw Refusals.contentErased();
        }
        return events;
    }

    private static boolean needsKey(TicketEvent event) {
        return switch (event) {
            case MessageEvent e -> true;
            case SubjectChanged e -> true;
            case RequesterChanged e -> true;
            case AttachmentAdded e -> true;
            case AttachmentRemoved e -> true;
            case PriorityOverridden e -> true;
            case TicketReverted e -> true;
            case CustomFieldChanged e -> e.text() != null;
            case TicketPutOnHold e -> e.reasonText() != null;
            case HoldReasonChanged e -> e.reasonText() != null;
            case TicketResolved e -> e.resolutionText() != null;
            case TicketCancelled e -> e.reason() != null;
            case TicketOpened e -> false;
            case TicketImported e -> false;
            case ImportedActivityRecorded e -> false;
            case TicketCategorized e -> false;
            case TypeChanged e -> false;
            case TicketPrioritized e -> false;
            case PriorityOverrideWithdrawn e -> false;
            case TicketMarkedAsSpam e -> false;
            case TicketUnmarkedAsSpam e -> false;
            case MajorIncidentDeclared e -> false;
            case MajorIncidentStoodDown e -> false;
            case TagAdded e -> false;
            case TagRemoved e -> false;
            case TicketQueued e -> false;
            case TicketAssigned e -> false;
            case TicketUnassigned e -> false;
            case WatcherAdded e -> false;
            case WatcherRemoved e -> false;
            case TicketLinked e -> false;
            case TicketUnlinked e -> false;
            case TicketContentErased e -> false;
            case LegalHoldPlaced e -> false;
            case LegalHoldReleased e -> false;
            case WorkStarted e -> false;
            case TicketPended e -> false;
            case TicketResumed e -> false;
            case TicketReopened e -> false;
            case TicketClosed e -> false;
        };
    }
}
