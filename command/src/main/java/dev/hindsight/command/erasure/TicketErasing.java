package dev.hindsight.command.erasure;

import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.dispatch.Step;
import dev.hindsight.command.erasure.LegalHolds.Hold;
import dev.hindsight.command.ticket.TicketCommand.EraseTicketContent;
import dev.hindsight.command.ticket.TicketResult;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.ticket.Erasure;
import dev.hindsight.domain.ticket.Ticket;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Erases the content of tickets, one in each transaction. Safe for concurrent use. */
public final class TicketErasing {

    private final CommandDispatch dispatch;
    private final LegalHolds holds;
    private final WhatHolds whatHolds;
    private final DataKeyErasure keys;
    private final RetentionRuns runs;
    private final JdbcClient jdbc;
    private final Clock clock;

    public TicketErasing(
            CommandDispatch dispatch,
            LegalHolds holds,
            WhatHolds whatHolds,
            DataKeyErasure keys,
            RetentionRuns runs,
            JdbcClient jdbc,
            Clock clock) {
        this.dispatch = dispatch;
        this.holds = holds;
        this.whatHolds = whatHolds;
        this.keys = keys;
        this.runs = runs;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Retention met a ticket that is held. */
    public static final class Held extends RuntimeException {
        private final transient List<Hold> holds;

        Held(List<Hold> holds) {
            super("the ticket is held", null, false, false);
            this.holds = holds;
        }

        /** At least one. */
        public List<Hold> holds() {
            return holds;
        }
    }

    /**
     * Because the requester was forgotten: their key is gone already, and nothing was held then. Repeated it changes
     * nothing.
     */
    public void ofPerson(Call call, UUID ticket) {
        send(call, ticket, Erasure.Cause.PERSON_ERASED, null, () -> end(ticket));
    }

    /**
     * Because it is old. That the pass has to forget the rest of it is written down in the same transaction.
     *
     * @param run the pass
     * @param rule key of the rule that says so
     * @throws Held where somebody holds it
     * @throws dev.hindsight.domain.Refusal {@code NOT_FINAL} where it was opened again
     */
    public void byRetention(Call call, UUID run, UUID ticket, String rule) {
        send(call, ticket, Erasure.Cause.RETENTION, rule, () -> {
            holds.lock();
            Ticket known = whatHolds.ticket(ticket).orElseThrow(() -> new NotFound("There is no such ticket."));
            List<Hold> its = whatHolds.ticket(known);
            if (!its.isEmpty()) {
                throw new Held(its);
            }
            runs.keyEnded(run, ticket);
            end(ticket);
        });
    }

    /** The key, and soon the contents of attachments: the cleaner looks at them next time, and nothing refers to them. */
    private void end(UUID ticket) {
        keys.destroyTicket(ticket);
        jdbc.sql("update command.attachment_content set look_at = now() where ticket_id = ?")
                .param(ticket)
                .update();
    }

    private void send(Call call, UUID ticket, Erasure.Cause cause, @Nullable String rule, Runnable first) {
        dispatch.send(
                call,
                () -> new Step(new EraseTicketContent(ticket, call.actor(), clock.instant(), cause, rule), first),
                handled -> {
                    var result = (TicketResult) handled;
                    return new Receipt(
                            "ticket-" + result.ticketId(), false, result.number(), result.version(), null, null, false);
                });
    }
}
