package dev.hindsight.ops.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Answers;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Once;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.reversion.Criteria;
import dev.hindsight.command.reversion.EventSearch;
import dev.hindsight.command.reversion.Reversion;
import dev.hindsight.command.reversion.Reversion.Outcome;
import dev.hindsight.command.reversion.ReversionRun;
import dev.hindsight.command.reversion.ReversionWorker;
import dev.hindsight.command.reversion.Reversions;
import dev.hindsight.command.reversion.RevertedTicket;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.Reversal.Changed;
import dev.hindsight.domain.ticket.Reversal.MovedOn;
import dev.hindsight.domain.ticket.Reversal.NotUndone;
import dev.hindsight.query.Accessed;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Parameters;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Operators undo what many tickets went through. The edge lets nobody else in. They see ids, versions, and names of fields
 * and events; what stands in the fields only where they are auditors, too.
 */
@RestController
@RequestMapping("/ops/v1/reversions")
final class ReversionEndpoint {

    /**
     * One of commandId, correlationId, writer, and actor with from and to.
     *
     * @param to the first moment after it
     * @param dryRun null for true: whoever does not say so changes nothing
     */
    record ReversionBody(
            @Nullable String commandId,
            @Nullable String correlationId,
            @Nullable String writer,
            @Nullable String actor,
            @Nullable String from,
            @Nullable String to,
            @Nullable Boolean includeMoved,
            @Nullable String reason,
            @Nullable Boolean dryRun)
            implements WriteBody {}

    record ReversionList(List<ReversionJob> items) {}

    record ReversionTicketPage(
            List<ReversionTicket> items, @Nullable String nextCursor) {}

    /** @param changes before and after, for auditors alone */
    record ReversionTicket(
            UUID ticketId,
            List<Long> undone,
            @Nullable Outcome outcome,
            @Nullable Long version,
            List<String> restored,
            List<NotUndone> notUndone,
            List<MovedOn> movedOn,
            @Nullable String refusal,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<Changed> changes) {}

    private static final String STREAM = "reversion-";

    private final CommandDispatch dispatch;
    private final Reversions reversions;
    private final ReversionRun run;
    private final EventSearch search;
    private final ReversionWorker worker;
    private final Cursors cursors;
    private final boolean approval;

    ReversionEndpoint(
            CommandDispatch dispatch,
            Reversions reversions,
            ReversionRun run,
            EventSearch search,
            ReversionWorker worker,
            Cursors cursors,
            boolean approval) {
        this.dispatch = dispatch;
        this.reversions = reversions;
        this.run = run;
        this.search = search;
        this.worker = worker;
        this.cursors = cursors;
        this.approval = approval;
    }

    @PostMapping
    ResponseEntity<ReversionJob> startReversion(
            @RequestBody ReversionBody body, Caller caller, HttpServletRequest request) {
        var criteria = new Criteria(
                line("commandId", body.commandId()),
                line("correlationId", body.correlationId()),
                line("writer", body.writer()),
                body.actor() == null ? null : Given.id("actor", body.actor()),
                Parameters.instant("from", body.from()),
                Parameters.instant("to", body.to()));
        boolean dryRun = body.dryRun() == null || body.dryRun();
        String reason = body.reason() == null && dryRun
                ? "dry run"
                : PlainText.line("reason", Given.required("reason", body.reason()));
        long upTo = search.head();
        Answer answer = dispatch.send(Calls.of(request, caller), new Once(() -> {
            Reversion ordered = reversions.order(
                    UuidCreator.getTimeOrderedEpochPlus1(),
                    criteria,
                    Boolean.TRUE.equals(body.includeMoved()),
                    dryRun,
                    reason,
                    caller.actor(),
                    approval && !dryRun,
                    upTo);
            return Receipt.made(STREAM + ordered.id(), 1);
        }));
        worker.wake();
        return accepted(reversions.read(UUID.fromString(answer.receipt().id())), answer.replayed());
    }

    private static @Nullable String line(String field, @Nullable String value) {
        return value == null ? null : PlainText.line(field, value);
    }

    @GetMapping
    ReversionList listReversions() {
        return new ReversionList(reversions.list().stream()
                .map(job -> ReversionJob.of(job, reversions))
                .toList());
    }

    @GetMapping("/{jobId}")
    ReversionJob readReversion(@PathVariable String jobId) {
        return ReversionJob.of(reversions.read(Given.id("jobId", jobId)), reversions);
    }

    @GetMapping("/{jobId}/tickets")
    ReversionTicketPage listReversionTickets(
            @PathVariable String jobId,
            @RequestParam(required = false) @Nullable String outcome,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        var job = reversions.read(Given.id("jobId", jobId));
        var wanted = outcome == null ? null : outcome(outcome);
        int most = Parameters.limit(limit);
        String question = "reversion\n" + job.id() + "\n" + wanted;
        UUID after = cursor == null
                ? null
                : UUID.fromString(cursors.open(question, cursor).getFirst());
        var found = reversions.tickets(job.id(), wanted, after, most + 1);
        boolean reads = caller.is(Role.AUDITOR);
        var page = found.stream().limit(most).toList();
        if (reads) {
            Map<UUID, @Nullable Long> shown = new LinkedHashMap<>();
            page.forEach(ticket -> shown.put(ticket.ticketId(), ticket.version()));
            Accessed.tickets(shown);
        }
        return new ReversionTicketPage(
                page.stream().map(ticket -> told(job, ticket, reads)).toList(),
                found.size() <= most
                        ? null
                        : cursors.seal(
                                question, List.of(page.getLast().ticketId().toString())));
    }

    private ReversionTicket told(Reversion job, RevertedTicket ticket, boolean reads) {
        return new ReversionTicket(
                ticket.ticketId(),
                ticket.undone(),
                ticket.outcome(),
                ticket.version(),
                ticket.restored(),
                ticket.notUndone(),
                ticket.movedOn(),
                ticket.refusal(),
                reads ? run.changes(job, ticket) : null);
    }

    private static Outcome outcome(String word) {
        return Arrays.stream(Outcome.values())
                .filter(its -> its.name().equals(word))
                .findFirst()
                .orElseThrow(
                        () -> new InvalidRequest("outcome", "must be one of " + Arrays.toString(Outcome.values())));
    }

    /** Whether it is the id of a reversion. */
    boolean has(UUID id) {
        return reversions.find(id).isPresent();
    }

    List<ReversionJob> jobs() {
        return listReversions().items();
    }

    ReversionJob job(UUID id) {
        return ReversionJob.of(reversions.read(id), reversions);
    }

    ResponseEntity<ReversionJob> pause(UUID id) {
        return accepted(reversions.pause(id));
    }

    ResponseEntity<ReversionJob> resume(UUID id) {
        var resumed = reversions.resume(id);
        worker.wake();
        return accepted(resumed);
    }

    ResponseEntity<ReversionJob> cancel(UUID id) {
        var cancelled = reversions.cancel(id);
        worker.wake();
        return accepted(cancelled);
    }

    private ResponseEntity<ReversionJob> accepted(Reversion job) {
        return accepted(job, false);
    }

    private ResponseEntity<ReversionJob> accepted(Reversion job, boolean replayed) {
        return Answers.replayed(ResponseEntity.status(HttpStatus.ACCEPTED), replayed)
                .header("Location", "/ops/v1/jobs/" + job.id())
                .body(ReversionJob.of(job, reversions));
    }
}
