package dev.hindsight.domain.ticket;

import dev.hindsight.domain.ticket.TicketEvent.*;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Which status follows which: the table of legal moves, and what each event makes of a status. */
public final class Lifecycle {

    /** The statuses that a live command may ask for, by the status a ticket has; MERGED comes only by a merge. */
    public static final Map<Status, List<Status>> MOVES = moves();

    private Lifecycle() {}

    private static Map<Status, List<Status>> moves() {
        var moves = new EnumMap<Status, List<Status>>(Status.class);
        moves.put(Status.NEW, List.of(Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED));
        moves.put(Status.OPEN, List.of(Status.PENDING, Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED));
        moves.put(Status.PENDING, List.of(Status.OPEN, Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED));
        moves.put(Status.ON_HOLD, List.of(Status.OPEN, Status.PENDING, Status.RESOLVED, Status.CANCELLED));
        moves.put(Status.RESOLVED, List.of(Status.OPEN, Status.CLOSED, Status.CANCELLED));
        moves.put(Status.CLOSED, List.of());
        moves.put(Status.CANCELLED, List.of());
        moves.put(Status.MERGED, List.of());
        return Collections.unmodifiableMap(moves);
    }

    /** What a ticket in this status may be moved to, in the order people meet them; empty for final ones. */
    public static List<Status> allowedStatuses(Status from) {
        return MOVES.getOrDefault(from, List.of());
    }

    public static boolean isLegal(Status from, Status to) {
        return allowedStatuses(from).contains(to);
    }

    /**
     * The status after an event: the one place that says so, for the rules and for every read model.
     *
     * @param before the status before; ignored for the events that open a ticket
     */
    public static Status statusAfter(TicketEvent event, Status before) {
        return switch (event) {
            case TicketOpened e -> Status.NEW;
            case TicketImported e -> Status.NEW;
            case WorkStarted e -> Status.OPEN;
            case TicketPended e -> Status.PENDING;
            case TicketPutOnHold e -> Status.ON_HOLD;
            case TicketResumed e -> Status.OPEN;
            case TicketResolved e -> Status.RESOLVED;
            case TicketReopened e -> Status.OPEN;
            case TicketClosed e -> Status.CLOSED;
            case TicketCancelled e -> Status.CANCELLED;
            case ImportedActivityRecorded e -> before;
            case TicketCategorized e -> before;
            case TypeChanged e -> before;
            case TicketPrioritized e -> before;
            case PriorityOverridden e -> before;
            case PriorityOverrideWithdrawn e -> before;
            case TicketMarkedAsSpam e -> before;
            case TicketUnmarkedAsSpam e -> before;
            case MajorIncidentDeclared e -> before;
            case MajorIncidentStoodDown e -> before;
            case SubjectChanged e -> before;
            case RequesterChanged e -> before;
            case CustomFieldChanged e -> before;
            case TagAdded e -> before;
            case TagRemoved e -> before;
            case TicketQueued e -> before;
            case TicketAssigned e -> before;
            case TicketUnassigned e -> before;
            case WatcherAdded e -> before;
            case WatcherRemoved e -> before;
            case RequesterReplied e -> before;
            case PublicReplyAdded e -> before;
            case InternalNoteAdded e -> before;
            case AttachmentAdded e -> before;
            case AttachmentRemoved e -> before;
            case TicketLinked e -> before;
            case TicketUnlinked e -> before;
            case HoldReasonChanged e -> before;
            case TicketReverted e -> e.status() == null ? before : Status.valueOf(e.status());
            case TicketContentErased e -> before;
            case LegalHoldPlaced e -> before;
            case LegalHoldReleased e -> before;
        };
    }
}
