package dev.hindsight.command.reversion;

import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Expected;
import dev.hindsight.command.dispatch.IdempotencyKey;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.dispatch.Step;
import dev.hindsight.command.imports.OperationsHandler.RecordOperation;
import dev.hindsight.command.reversion.Reversion.Outcome;
import dev.hindsight.command.reversion.Reversion.Phase;
import dev.hindsight.command.reversion.Reversion.State;
import dev.hindsight.command.ticket.TicketCommand.RevertTicket;
import dev.hindsight.command.ticket.TicketResult;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.domain.operations.OperationsEvent.ReversionFinished;
import dev.hindsight.domain.operations.OperationsEvent.ReversionStarted;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.Reversal;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.TicketReverted;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Carries out mass reversions. What is found and what became of tickets is stored part by part. A ticket's own stream says
 * whether this reversion was there: whoever does a part again, after a crash or beside one that is believed dead, finds it
 * done. For one thread for each reversion.
 */
public final class ReversionRun {

    /** Tickets of one part. */
    private static final int PART = 256;

    private static final byte[] NO_BODY = {};

    private final Reversions reversions;
    private final EventSearch search;
    private final CommandDispatch dispatch;
    private final EventStore events;
    private final PresentLimits limits;
    private final TransactionOperations transactions;
    private final Clock clock;

    public ReversionRun(
            Reversions reversions,
            EventSearch search,
            CommandDispatch dispatch,
            EventStore events,
            PresentLimits limits,
            TransactionOperations transactions,
            Clock clock) {
        this.reversions = reversions;
        this.search = search;
        this.dispatch = dispatch;
        this.events = events;
        this.limits = limits;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * Until it is over or has to wait for an order.
     *
     * @param workers on which tickets are reverted
     * @param goOn asked between parts
     * @throws RuntimeException where the database or the log does not answer: to be tried again
     */
    void run(UUID id, ExecutorService workers, BooleanSupplier goOn) throws InterruptedException {
        reversions.begun(id);
        while (goOn.getAsBoolean()) {
            var job = reversions.read(id);
            var cancelling = job.state() == State.CANCELLING;
            if (job.endedAt() != null || (job.state() != State.RUNNING && !cancelling)) {
                return;
            } else if (cancelling && job.phase() == Phase.FINDING) {
                reversions.over(id, State.CANCELLED); // it was never announced, for it has touched nothing
            } else if (job.phase() == Phase.FINDING) {
                find(job, goOn);
            } else if (job.phase() == Phase.REVERTING && !cancelling) {
                revert(job, workers);
            } else {
                finish(job, cancelling);
            }
        }
    }

    private void find(Reversion job, BooleanSupplier goOn) throws InterruptedException {
        var since = new Object() {
            long nanos = System.nanoTime();
        };
        search.find(job.criteria(), job.reached(), job.upTo(), (matches, reached) -> {
            var now = System.nanoTime();
            transactions.executeWithoutResult(
                    status -> reversions.found(job.id(), matches, reached, Duration.ofNanos(now - since.nanos)));
            since.nanos = now;
            return goOn.getAsBoolean() && reversions.read(job.id()).state() == State.RUNNING;
        });
        var after = reversions.read(job.id());
        if (after.state() == State.RUNNING && after.reached() >= after.upTo()) {
            if (!job.dryRun()) {
                record(
                        after,
                        "started",
                        new ReversionStarted(
                                after.id(),
                                now(),
                                after.criteria().commandId(),
                                after.criteria().correlationId(),
                                after.criteria().writer(),
                                after.criteria().actor(),
                                after.criteria().from(),
                                after.criteria().to(),
                                after.upTo(),
                                after.total(),
                                after.includeMoved(),
                                after.reason(),
                                after.approvedBy()));
            }
            reversions.next(job.id(), Phase.REVERTING);
        }
    }

    private void revert(Reversion job, ExecutorService workers) throws InterruptedException {
        var began = System.nanoTime();
        var part = reversions.undecided(job.id(), PART);
        if (part.isEmpty()) {
            reversions.next(job.id(), Phase.RECORDING);
            return;
        }
        var present = limits.remembered();
        var running = new ArrayList<Future<RevertedTicket>>();
        for (var ticket : part) {
            running.add(workers.submit(() -> one(job, ticket, present)));
        }
        var decided = new ArrayList<RevertedTicket>();
        RuntimeException fault = null;
        for (var each : running) {
            try {
                decided.add(each.get());
            } catch (ExecutionException e) {
                fault = e.getCause() instanceof RuntimeException known
                        ? known
                        : new IllegalStateException("a ticket could not be reverted", e.getCause());
            }
        }
        var took = Duration.ofNanos(System.nanoTime() - began);
        if (!decided.isEmpty()) {
            transactions.executeWithoutResult(status -> reversions.decided(job.id(), decided, took));
        }
        if (fault != null) {
            throw fault;
        }
    }

    private void finish(Reversion job, boolean cancelled) {
        if (!job.dryRun()) {
            var counts = reversions.counts(job.id());
            record(
                    job,
                    "finished",
                    new ReversionFinished(
                            job.id(),
                            now(),
                            cancelled,
                            counts.getOrDefault(Outcome.REVERTED, 0L),
                            counts.getOrDefault(Outcome.MOVED_ON, 0L),
                            counts.getOrDefault(Outcome.UNCHANGED, 0L),
                            counts.getOrDefault(Outcome.REFUSED, 0L)));
        }
        reversions.over(job.id(), cancelled ? State.CANCELLED : State.DONE);
    }

    /** The id of the command that reverts the ticket: the same one, however often it is tried. */
    private static UUID command(UUID job, UUID ticket) {
        return UUID.nameUUIDFromBytes((job + "/" + ticket).getBytes(StandardCharsets.UTF_8));
    }

    /** A stream as it stands, and whether this reversion was there. */
    private record History(
            List<TicketEvent> events, @Nullable TicketReverted done, long doneAt) {}

    private History history(UUID ticket, UUID job, long version) {
        var known = new ArrayList<TicketEvent>();
        TicketReverted done = null;
        long doneAt = 0;
        var stream = events.readEvents("ticket-" + ticket);
        while (stream.hasNext() && known.size() < version) {
            var message = stream.next();
            var event = (TicketEvent) message.getPayload();
            known.add(event);
            if (event instanceof TicketReverted reverted
                    && message.getMetaData().get(Envelope.KEY) instanceof Envelope envelope
                    && envelope.command().equals(command(job, ticket).toString())) {
                done = reverted;
                doneAt = known.size();
            }
        }
        if (known.isEmpty()) {
            throw new NotFound("There is no such ticket.");
        }
        return new History(known, done, doneAt);
    }

    private RevertedTicket one(Reversion job, RevertedTicket ticket, Reversal.Limits present) {
        try {
            var undone = new HashSet<>(ticket.undone());
            var look = history(ticket.ticketId(), job.id(), Long.MAX_VALUE);
            if (look.done() != null) {
                return done(job, ticket, look, look.done(), present);
            }
            var plan = plan(job, look.events(), undone, present);
            if (plan.restored().isEmpty() || job.dryRun()) {
                return told(ticket, plan, outcome(job, plan), plan.fromVersion());
            }
            var decided = new Decided(job, ticket.ticketId(), undone, present, plan);
            var receipt = dispatch.sendUnplaced(
                    call(job),
                    command(job.id(), ticket.ticketId()),
                    () -> Step.of(new RevertTicket(
                            ticket.ticketId(), job.orderedBy(), clock.instant(), null, decided::at, job.reason())),
                    ReversionRun::receipt);
            var made = decided.last();
            return told(
                    ticket, made, made.restored().isEmpty() ? outcome(job, made) : Outcome.REVERTED, receipt.version());
        } catch (Refusal refusal) {
            return refused(ticket, refusal.code());
        } catch (NotFound gone) {
            return refused(ticket, "NOT_FOUND");
        }
    }

    /** What it did when it was here before. */
    private static RevertedTicket done(
            Reversion job, RevertedTicket ticket, History history, TicketReverted event, Reversal.Limits present) {
        var before = history.events().subList(0, Math.toIntExact(event.fromVersion()));
        var plan = Reversal.undo(before, new HashSet<>(ticket.undone()), job.includeMoved(), present);
        return new RevertedTicket(
                ticket.ticketId(),
                ticket.undone(),
                Outcome.REVERTED,
                history.doneAt(),
                event.restored(),
                plan.notUndone(),
                plan.movedOn(),
                null);
    }

    private static Reversal.Plan plan(
            Reversion job, List<TicketEvent> history, Set<Long> undone, Reversal.Limits present) {
        var plan = Reversal.undo(history, undone, job.includeMoved(), present);
        return plan.movedOn().isEmpty() || job.includeMoved() ? plan : plan.leftAlone();
    }

    private static Outcome outcome(Reversion job, Reversal.Plan plan) {
        if (!plan.movedOn().isEmpty() && !job.includeMoved()) {
            return Outcome.MOVED_ON;
        }
        return plan.restored().isEmpty() ? Outcome.UNCHANGED : Outcome.WOULD_BE_REVERTED;
    }

    private static RevertedTicket told(RevertedTicket ticket, Reversal.Plan plan, Outcome outcome, long version) {
        return new RevertedTicket(
                ticket.ticketId(),
                ticket.undone(),
                outcome,
                version,
                plan.restored(),
                plan.notUndone(),
                plan.movedOn(),
                null);
    }

    private static RevertedTicket refused(RevertedTicket ticket, String code) {
        return new RevertedTicket(
                ticket.ticketId(), ticket.undone(), Outcome.REFUSED, null, List.of(), List.of(), List.of(), code);
    }

    /** The plan for the version that the command meets: looked at again where others were faster. */
    private final class Decided {
        private final Reversion job;
        private final UUID ticket;
        private final Set<Long> undone;
        private final Reversal.Limits present;
        private Reversal.Plan plan;

        Decided(Reversion job, UUID ticket, Set<Long> undone, Reversal.Limits present, Reversal.Plan plan) {
            this.job = job;
            this.ticket = ticket;
            this.undone = undone;
            this.present = present;
            this.plan = plan;
        }

        Reversal.Plan at(long version) {
            if (plan.fromVersion() != version) {
                var history = history(ticket, job.id(), version);
                var next = ReversionRun.plan(job, history.events(), undone, present);
                plan = history.done() == null ? next : next.leftAlone();
            }
            return plan;
        }

        Reversal.Plan last() {
            return plan;
        }
    }

    private static Receipt receipt(Object handled) {
        var result = (TicketResult) handled;
        return new Receipt("ticket-" + result.ticketId(), false, result.number(), result.version(), null, null, false);
    }

    private static Call call(Reversion job) {
        return new Call(
                job.orderedBy(),
                null,
                null,
                job.id().toString(),
                null,
                Channel.API.name(),
                null,
                new Expected.Nothing());
    }

    /** As events may carry it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Once, however often it is tried. */
    private void record(Reversion job, String step, OperationsEvent event) {
        dispatch.send(
                new Call(
                        job.orderedBy(),
                        null,
                        null,
                        job.id().toString(),
                        null,
                        Channel.API.name(),
                        IdempotencyKey.of(job.id(), step, "RECORD", step, NO_BODY),
                        new Expected.Nothing()),
                new RecordOperation(event));
    }

    /**
     * What would change on a ticket now, with its content: for those who may read it.
     *
     * @return null where it cannot be told
     */
    public @Nullable List<Reversal.Changed> changes(Reversion job, RevertedTicket ticket) {
        if (ticket.outcome() == null
                || ticket.version() == null
                || ticket.restored().isEmpty()) {
            return null;
        }
        var history = history(ticket.ticketId(), job.id(), Objects.requireNonNull(ticket.version()));
        var before = history.done() == null
                ? history.events()
                : history.events().subList(0, Math.toIntExact(history.done().fromVersion()));
        return plan(job, before, new HashSet<>(ticket.undone()), limits).changes();
    }
}
