package dev.hindsight.command.desk;

import dev.hindsight.command.call.Admin;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.ReasonBody;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.erasure.LegalHolds;
import dev.hindsight.command.erasure.LegalHolds.Kind;
import dev.hindsight.command.ticket.TicketCommand.HoldTicket;
import dev.hindsight.domain.people.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Admins hold tickets: nothing of them is erased until they let them go. */
@RestController
@RequestMapping("/api/v1/tickets/{id}/legal-hold")
public final class TicketHoldEndpoint {

    private final Desk desk;
    private final LegalHolds holds;
    private final Runnable onRelease;

    /** @param onRelease told when what waited may go on */
    public TicketHoldEndpoint(Desk desk, LegalHolds holds, Runnable onRelease) {
        this.desk = desk;
        this.holds = holds;
        this.onRelease = onRelease;
    }

    @PutMapping
    ResponseEntity<TicketAnswer> holdTicket(
            @PathVariable String id, @RequestBody ReasonBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        String reason = body.line();
        UUID ticket = desk.anyTicket(id);
        Call call = Calls.of(request, caller);
        Instant now = desk.now();
        return desk.administer(call, new HoldTicket(ticket, call.actor(), now, true, reason), () -> {
            holds.lock();
            holds.place(Kind.TICKET, ticket, now, reason);
        });
    }

    @DeleteMapping
    ResponseEntity<TicketAnswer> releaseTicket(
            @PathVariable String id, @RequestBody ReasonBody body, Caller caller, HttpServletRequest request) {
        Admin.only(caller);
        String reason = body.line();
        UUID ticket = desk.anyTicket(id);
        Call call = Calls.of(request, caller);
        var answer = desk.administer(call, new HoldTicket(ticket, call.actor(), desk.now(), false, reason), () -> {
            holds.lock();
            holds.release(Kind.TICKET, ticket);
        });
        onRelease.run();
        return answer;
    }
}
