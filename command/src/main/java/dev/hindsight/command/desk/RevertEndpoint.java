package dev.hindsight.command.desk;

import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.desk.Desk.Past;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.ticket.Reversal;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Brings a ticket back to what it was, by a compensating event. */
@RestController
@RequestMapping("/api/v1/tickets/{id}/revert")
public final class RevertEndpoint {

    /** Exactly one of toVersion and asOf. */
    record RevertBody(
            @Nullable Long toVersion,
            @Nullable String asOf,
            @Nullable String reason) implements WriteBody {}

    private final Desk desk;
    private final Reversal.Limits limits;

    public RevertEndpoint(Desk desk, Reversal.Limits limits) {
        this.desk = desk;
        this.limits = limits;
    }

    @PostMapping
    ResponseEntity<RevertAnswer> revertTicket(
            @PathVariable String id, @RequestBody RevertBody body, Caller caller, HttpServletRequest request) {
        var call = Calls.conditional(request, caller);
        var ticket = desk.ticket(id, caller);
        var reason = PlainText.line("reason", Given.required("reason", body.reason()));
        return desk.revert(call, caller, ticket, past(body), reason, limits);
    }

    private static Past past(RevertBody body) {
        var version = body.toVersion();
        if ((version == null) == (body.asOf() == null)) {
            throw new InvalidRequest("toVersion", "give it or asOf");
        } else if (version != null) {
            return history -> version;
        }
        var moment = instant(Given.required("asOf", body.asOf()));
        return history -> {
            var then = Reversal.versionAt(history, moment);
            if (then == 0) {
                throw new InvalidRequest("asOf", "is before the ticket began");
            }
            return then;
        };
    }

    private static Instant instant(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException malformed) {
            throw new InvalidRequest("asOf", "must be an instant such as 2026-03-03T14:30:00Z");
        }
    }
}
