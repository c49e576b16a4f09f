package dev.hindsight.ops.operator;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.call.WriteBody;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.rebuild.DeadLetters.DeadLetter;
import dev.hindsight.projections.rebuild.DeadLetters.Place;
import dev.hindsight.projections.rebuild.Job;
import dev.hindsight.projections.rebuild.RepairReport;
import dev.hindsight.projections.rebuild.Repairs;
import dev.hindsight.projections.rebuild.Repairs.Order;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.TicketNumber;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
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

/** Operators repair single streams of read models and handle what is parked. The edge lets nobody else in. */
@RestController
@RequestMapping("/ops/v1")
final class RepairEndpoint {

    /**
     * Exactly one of ticketId, stream, queue, and from with to.
     *
     * @param ticketId an id or a number
     * @param to the first moment after it
     */
    record RepairBody(
            @Nullable String ticketId,
            @Nullable String stream,
            @Nullable String queue,
            @Nullable String from,
            @Nullable String to,
            @Nullable Boolean dryRun,
            @Nullable String reason)
            implements WriteBody {}

    record RetryBody(@Nullable String reason) implements WriteBody {}

    record SkipBody(@Nullable String reason) implements WriteBody {}

    /** Exactly one of ids, cause and all. */
    record RetriesBody(
            @Nullable List<@Nullable String> ids,
            @Nullable String cause,
            @Nullable Boolean all,
            @Nullable String reason)
            implements WriteBody {}

    record DeadLetterPage(List<DeadLetter> items, @Nullable String nextCursor) {}

    private static final int MOST_IDS = 200;

    private final Repairs repairs;
    private final Cursors cursors;

    RepairEndpoint(Repairs repairs, Cursors cursors) {
        this.repairs = repairs;
        this.cursors = cursors;
    }

    /** One stream is done when this answers; many are a job. */
    @PostMapping("/projections/{name}/repairs")
    ResponseEntity<?> repair(@PathVariable String name, @RequestBody RepairBody body, Caller caller) {
        boolean timed = body.from() != null || body.to() != null;
        long given = Stream.of(body.ticketId(), body.stream(), body.queue())
                        .filter(Objects::nonNull)
                        .count()
                + (timed ? 1 : 0);
        if (given != 1) {
            throw new InvalidRequest("ticketId", "give one of ticketId, stream, queue, or from and to");
        }
        Order order = order(Boolean.TRUE.equals(body.dryRun()), body.reason(), caller);
        if (body.queue() != null) {
            return RebuildEndpoint.accepted(repairs.queue(order, name, PlainText.line("queue", body.queue())));
        } else if (timed) {
            return RebuildEndpoint.accepted(
                    repairs.recorded(order, name, instant("from", body.from()), instant("to", body.to())));
        }
        return ResponseEntity.ok(
                body.stream() != null
                        ? repairs.stream(order, name, PlainText.line("stream", body.stream()))
                        : repairs.ticket(order, name, ticket(Given.required("ticketId", body.ticketId()))));
    }

    private UUID ticket(String given) {
        return Parameters.maybeId(given).orElseGet(() -> {
            long number = TicketNumber.parse(given)
                    .orElseThrow(() -> new InvalidRequest("ticketId", "must be an id or a number such as HD-1042"));
            return repairs.ticketOfNumber(number)
                    .orElseThrow(() -> new NotFound("The model knows no ticket of this number; give its id."));
        });
    }

    private static Instant instant(String field, @Nullable String given) {
        return Given.required(field, Parameters.instant(field, given));
    }

    @GetMapping("/dead-letters")
    DeadLetterPage listDeadLetters(
            @RequestParam(required = false) @Nullable String model,
            @RequestParam(required = false) @Nullable String cause,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor) {
        String asked = model == null ? null : Parameters.text("model", model);
        String because = cause == null ? null : Parameters.text("cause", cause);
        int most = Parameters.limit(limit);
        String question = "dead-letters\n" + asked + "\n" + because;
        List<DeadLetter> letters =
                repairs.deadLetters().list(asked, because, cursor == null ? null : place(question, cursor), most + 1);
        if (letters.size() <= most) {
            return new DeadLetterPage(letters, null);
        }
        List<DeadLetter> page = letters.subList(0, most);
        return new DeadLetterPage(
                page,
                cursors.seal(
                        question,
                        List.of(
                                Long.toString(page.getLast().position()),
                                page.getLast().id().toString())));
    }

    private Place place(String question, String cursor) {
        List<String> place = cursors.open(question, cursor);
        return new Place(Long.parseLong(place.getFirst()), UUID.fromString(place.getLast()));
    }

    @PostMapping("/dead-letters/{letterId}/retry")
    RepairReport retryDeadLetter(
            @PathVariable String letterId, @RequestBody(required = false) @Nullable RetryBody body, Caller caller) {
        return repairs.retry(order(false, body == null ? null : body.reason(), caller), Given.id("letterId", letterId));
    }

    @PostMapping("/dead-letters/{letterId}/skip")
    RepairReport skipDeadLetter(@PathVariable String letterId, @RequestBody SkipBody body, Caller caller) {
        return repairs.skip(
                order(false, Given.required("reason", body.reason()), caller), Given.id("letterId", letterId));
    }

    @PostMapping("/dead-letters/retry")
    ResponseEntity<RebuildEndpoint.JobList> retryDeadLetters(@RequestBody RetriesBody body, Caller caller) {
        boolean all = Boolean.TRUE.equals(body.all());
        List<@Nullable String> ids = body.ids();
        String cause = body.cause();
        if ((ids == null ? 0 : 1) + (cause == null ? 0 : 1) + (all ? 1 : 0) != 1) {
            throw new InvalidRequest("ids", "give one of ids, cause, and all as true");
        }
        Order order = order(false, body.reason(), caller);
        List<Job> begun;
        if (ids != null) {
            if (ids.isEmpty() || ids.size() > MOST_IDS) {
                throw new InvalidRequest("ids", "must be 1 to " + MOST_IDS + " ids");
            }
            begun = repairs.retry(
                    order,
                    ids.stream()
                            .map(id -> Given.id("ids", Given.required("ids", id)))
                            .distinct()
                            .toList(),
                    RepairEndpoint::newId);
        } else {
            begun = cause != null
                    ? repairs.retryBecause(order, Parameters.text("cause", cause), RepairEndpoint::newId)
                    : repairs.retryAll(order, RepairEndpoint::newId);
        }
        return ResponseEntity.status(HttpStatus.ACCEPTED).body(new RebuildEndpoint.JobList(begun));
    }

    private static Order order(boolean dryRun, @Nullable String reason, Caller caller) {
        return new Order(newId(), dryRun, RebuildEndpoint.reason(reason), caller.actor());
    }

    private static UUID newId() {
        return UuidCreator.getTimeOrderedEpochPlus1();
    }
}
