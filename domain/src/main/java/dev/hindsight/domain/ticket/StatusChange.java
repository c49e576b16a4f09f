package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A move to another status as a person asks for it.
 *
 * @param holdReason required for ON_HOLD
 * @param reasonText required for hold reason OTHER; for CANCELLED why
 * @param resolutionCode required for RESOLVED
 * @param resolutionText required for resolution code OTHER
 * @param reopenWindow how long after RESOLVED a requester's reply reopens
 */
public record StatusChange(
        Status to,
        @Nullable HoldReason holdReason,
        @Nullable String reasonText,
        @Nullable ResolutionCode resolutionCode,
        @Nullable String resolutionText,
        Duration reopenWindow) {

    public static final Duration REOPEN_WINDOW = Duration.ofDays(14);

    /** @throws InvalidRequest where what the status needs is not said */
    public StatusChange {
        reasonText = blankToNull("reasonText", reasonText);
        resolutionText = blankToNull("resolutionText", resolutionText);
        if (to == Status.ON_HOLD && holdReason == null) {
            throw new InvalidRequest("reason", "is required for ON_HOLD: what does the ticket wait for?");
        } else if (to == Status.ON_HOLD && holdReason == HoldReason.OTHER && reasonText == null) {
            throw new InvalidRequest("reasonText", "is required for reason OTHER");
        } else if (to == Status.RESOLVED && resolutionCode == null) {
            throw new InvalidRequest("resolutionCode", "is required for RESOLVED");
        } else if (to == Status.RESOLVED && resolutionCode == ResolutionCode.OTHER && resolutionText == null) {
            throw new InvalidRequest("resolutionText", "is required for resolution code OTHER");
        }
    }

    private static @Nullable String blankToNull(String field, @Nullable String text) {
        return text == null || text.isBlank() ? null : PlainText.body(field, text);
    }

    /** Nothing where the ticket already stands there; another hold reason is a change of its own. */
    public List<TicketEvent> decide(Ticket ticket, Instant at) {
        var decision = new Decision(ticket, at);
        decide(decision);
        return decision.events();
    }

    void decide(Decision decision) {
        var from = decision.ticket().status();
        if (from == to) {
            if (to == Status.ON_HOLD) {
                hold(decision, Objects.requireNonNull(holdReason), reasonText);
            }
            return;
        } else if (!Lifecycle.isLegal(from, to)) {
            throw Refusals.illegalMove(from, to);
        }
        if (from == Status.NEW && (to == Status.PENDING || to == Status.ON_HOLD)) {
            startWork(decision);
        }
        move(
                decision,
                to,
                holdReason,
                resolutionCode,
                to == Status.RESOLVED ? resolutionText : reasonText,
                reopenWindow);
    }

    static void startWork(Decision decision) {
        var ticket = decision.ticket();
        decision.add(new WorkStarted(
                ticket.id(), decision.at(), ticket.status().name(), !Lifecycle.isLegal(ticket.status(), Status.OPEN)));
    }

    /** While on hold: another reason. */
    static void hold(Decision decision, HoldReason reason, @Nullable String text) {
        var standing = decision.ticket().standing();
        var before = Objects.requireNonNull(standing.holdReason());
        if (before != reason || !Objects.equals(standing.holdText(), text)) {
            decision.add(
                    new HoldReasonChanged(decision.ticket().id(), decision.at(), before.name(), reason.name(), text));
        }
    }

    /**
     * Appends the event that leads to a status other than the ticket's own, marked irregular where the table has no
     * such move.
     *
     * @param holdReason set for ON_HOLD
     * @param resolutionCode set for RESOLVED
     * @param text of the hold reason, the resolution or the cancellation
     * @param reopenWindow null where nobody knows one
     */
    static void move(
            Decision decision,
            Status to,
            @Nullable HoldReason holdReason,
            @Nullable ResolutionCode resolutionCode,
            @Nullable String text,
            @Nullable Duration reopenWindow) {
        var id = decision.ticket().id();
        var at = decision.at();
        var status = decision.ticket().status();
        var from = status.name();
        var irregular = !Lifecycle.isLegal(status, to);
        decision.add(
                switch (to) {
                    case OPEN ->
                        switch (status) {
                            case NEW -> new WorkStarted(id, at, from, irregular);
                            case PENDING, ON_HOLD -> new TicketResumed(id, at, from, irregular);
                            case OPEN, RESOLVED, CLOSED, CANCELLED, MERGED ->
                                new TicketReopened(id, at, from, irregular);
                        };
                    case PENDING -> new TicketPended(id, at, from, irregular);
                    case ON_HOLD ->
                        new TicketPutOnHold(
                                id, at, from, Objects.requireNonNull(holdReason).name(), text, irregular);
                    case RESOLVED ->
                        new TicketResolved(
                                id,
                                at,
                                from,
                                Objects.requireNonNull(resolutionCode).name(),
                                text,
                                reopenWindow == null ? null : at.plus(reopenWindow),
                                irregular);
                    case CLOSED -> new TicketClosed(id, at, from, irregular);
                    case CANCELLED -> new TicketCancelled(id, at, from, text, irregular);
                    case NEW, MERGED -> throw Refusals.illegalMove(status, to);
                });
    }
}
