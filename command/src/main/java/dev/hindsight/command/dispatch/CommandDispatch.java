package dev.hindsight.command.dispatch;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.AppendedPositions;
import dev.hindsight.command.ticket.TicketCommand;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.PreconditionFailed;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.UnknownEvent;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends commands and tells how they ended. Runs the handler in the caller's thread; safe for concurrent use.
 *
 * <p>Only append conflicts are tried again, each time in a new transaction. Refusals are answers, and a commit whose
 * outcome is unknown is never repeated here: the caller repeats it with the same idempotency key.
 */
public final class CommandDispatch {

    private static final Logger LOG = LoggerFactory.getLogger(CommandDispatch.class);
    private static final int RETRIES = 3;
    private static final Duration POSITION_WAIT = Duration.ofSeconds(1);

    private final CommandBus bus;
    private final EventStore events;
    private final AppendedPositions positions;
    private final String writer;

    /** @param writer build version that the events will name */
    public CommandDispatch(CommandBus bus, EventStore events, AppendedPositions positions, String writer) {
        this.bus = bus;
        this.events = events;
        this.positions = positions;
        this.writer = writer;
    }

    /** Sends a command whose handler answers a {@link Receipt}. */
    public Answer send(Call call, Object command) {
        return send(call, () -> Step.of(command), Receipt.class::cast);
    }

    /**
     * Sends a command and waits for its position.
     *
     * @param step asked for each attempt anew
     * @param receiptOf reads the handler's result
     * @throws RuntimeException what the handler threw, {@code IDEMPOTENCY_IN_PROGRESS}, {@code CONCURRENT_CHANGE},
     *     {@link IdempotencyMismatch}, or {@link Unavailable} {@code OUTCOME_UNKNOWN}
     */
    public Answer send(Call call, Supplier<Step> step, Function<Object, Receipt> receiptOf) {
        Attempt done = done(call, UuidCreator.getTimeOrderedEpochPlus1(), step, receiptOf);
        return new Answer(done.receipt(), position(done, done.receipt()), done.replayed);
    }

    /**
     * The same under an id that the caller makes, so that what is done again is known again, and without waiting for a
     * position, for who tells it to nobody.
     *
     * @param id of the command, as its events will name it
     */
    public Receipt sendUnplaced(Call call, UUID id, Supplier<Step> step, Function<Object, Receipt> receiptOf) {
        return done(call, id, step, receiptOf).receipt();
    }

    private Attempt done(Call call, UUID id, Supplier<Step> step, Function<Object, Receipt> receiptOf) {
        String commandId = id.toString();
        for (int tries = 0; ; tries++) {
            Step next = step.get();
            Attempt attempt = new Attempt(call, next.first(), receiptOf);
            Throwable fault = run(commandId, next.command(), attempt);
            if (fault == null && attempt.receipt != null) {
                return attempt;
            }
            if (!isConflict(fault)) {
                throw surface(fault, attempt);
            }
            Long expected = call.expected().version();
            if (expected != null && !(fault instanceof Remembered.KeyTaken)) {
                throw new PreconditionFailed(currentVersion(next.command(), expected));
            }
            if (tries == RETRIES) {
                throw new Refusal(
                        "CONCURRENT_CHANGE", "Others keep changing this at the same moment; try again shortly.");
            }
        }
    }

    private @Nullable Throwable run(String commandId, Object command, Attempt attempt) {
        Call call = attempt.call;
        Envelope envelope = new Envelope(
                call.actor(),
                call.client(),
                call.onBehalfOf(),
                commandId,
                commandId,
                call.correlation(),
                call.request(),
                call.channel(),
                null,
                Envelope.TENANT,
                writer,
                null);
        CommandMessage<Object> message = GenericCommandMessage.asCommandMessage(command)
                .andMetaData(Map.of(Envelope.KEY, envelope, Attempt.KEY, attempt));
        var outcome = new Object() {
            boolean told;

            @Nullable
            Throwable fault;
        };
        bus.<Object, Object>dispatch(message, (sent, result) -> {
            outcome.told = true;
            outcome.fault = result.isExceptional() ? result.exceptionResult() : null;
        });
        if (!outcome.told) {
            throw new IllegalStateException("the command bus must run commands in the caller's thread");
        }
        return outcome.fault;
    }

    /** Whether somebody else was first: nothing was committed then, and another try may succeed. */
    public static boolean isConflict(@Nullable Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConcurrencyException
                    || cause instanceof AggregateStreamCreationException
                    || cause instanceof Conflict
                    || cause instanceof Remembered.KeyTaken) {
                return true;
            }
        }
        return false;
    }

    private static RuntimeException surface(@Nullable Throwable fault, Attempt attempt) {
        if (attempt.prepared && !attempt.committed && outcomeIsUnknown(fault)) {
            LOG.warn("The outcome of a commit is unknown", fault);
            return new Unavailable(
                    "OUTCOME_UNKNOWN",
                    "The connection broke while this was being stored: it may or may not have happened. Repeat it with"
                            + " the same Idempotency-Key to learn which; without one, read before repeating.",
                    2);
        }
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownEvent) {
                return writtenByNewerVersion();
            }
        }
        if (fault instanceof AggregateNotFoundException) {
            return new NotFound("There is no such thing, or you may not see it.");
        }
        if (fault instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (fault instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a command handler failed", fault);
    }

    /** This software cannot tell what became of it, so it decides nothing on it; everything else goes on. */
    static Unavailable writtenByNewerVersion() {
        return new Unavailable(
                "WRITTEN_BY_NEWER_VERSION",
                "A newer version of the software has written to this; try again when the upgrade is complete.",
                30);
    }

    /** The database said no in its own words: then nothing was committed. Anything else leaves it open. */
    private static boolean outcomeIsUnknown(@Nullable Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                return !(state.startsWith("23") || state.startsWith("40") || state.startsWith("25"));
            }
        }
        return true;
    }

    private long currentVersion(Object command, long expected) {
        if (command instanceof TicketCommand ticket) {
            return events.lastSequenceNumberFor(ticket.streamId()).orElse(expected) + 1;
        }
        return expected + 1;
    }

    private @Nullable Long position(Attempt attempt, Receipt receipt) {
        try {
            Long append = attempt.appendNumber;
            var position = append == null
                    ? positions.positionOf(receipt.stream(), receipt.version() - 1)
                    : positions.awaitPosition(append, POSITION_WAIT);
            return position.isPresent() ? position.getAsLong() : null;
        } catch (RuntimeException notToBeToldAsFailure) {
            // The command has committed: whatever ails the look-up, the caller must hear of the success.
            LOG.warn("A command succeeded but its position could not be looked up", notToBeToldAsFailure);
            return null;
        }
    }

    /** Somebody else was first at something that is unique: look again in a new transaction. */
    public static final class Conflict extends RuntimeException {
        public Conflict(String what) {
            super(what, null, false, false);
        }
    }
}
