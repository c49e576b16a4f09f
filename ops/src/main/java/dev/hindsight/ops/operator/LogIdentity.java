package dev.hindsight.ops.operator;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.operations.OperationsEvent.EpochStarted;
import dev.hindsight.domain.operations.OperationsEvent.LogInitialized;
import dev.hindsight.projections.readmodel.LogEpoch;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;

/**
 * The log's own id and its epoch. An empty log is given an id before anything else is written: {@code LogInitialized} at
 * position 1. Of several nodes that start on an empty log one wins, the others read what it wrote.
 */
public final class LogIdentity {

    /** Where the log speaks of itself, and its type. */
    public static final String STREAM = "operations";

    public static final String STREAM_TYPE = "Operations";
    private static final int FORMAT = 1;

    private final LogEpoch epoch;

    /**
     * @param candidate the id of the log if it is empty
     * @param now when it began, if it begins now
     */
    public LogIdentity(EventStore store, TransactionManager transactions, String writer, UUID candidate, Instant now) {
        LogEpoch read = read(store).orElse(null);
        if (read == null) {
            try {
                write(store, transactions, writer, candidate, now);
            } catch (ConcurrencyException e) {
                // another node wrote it at the same moment
            }
            read = read(store).orElseThrow(() -> new IllegalStateException("The log could not be initialized"));
        }
        this.epoch = read;
    }

    public UUID logId() {
        return epoch.logId();
    }

    /** The one that the last restore began; the first where there was none. */
    public LogEpoch epoch() {
        return epoch;
    }

    private static Optional<LogEpoch> read(EventStore store) {
        var events = store.readEvents(STREAM);
        if (!events.hasNext() || !(events.next().getPayload() instanceof LogInitialized first)) {
            return Optional.empty();
        }
        int epoch = 1;
        while (events.hasNext()) {
            if (events.next().getPayload() instanceof EpochStarted started) {
                epoch = started.epoch();
            }
        }
        return Optional.of(new LogEpoch(first.logId(), epoch));
    }

    private static void write(
            EventStore store, TransactionManager transactions, String writer, UUID candidate, Instant now) {
        String id = candidate.toString();
        Envelope envelope = Envelope.ofSystem(id, writer);
        LogInitialized first = new LogInitialized(candidate, now.truncatedTo(ChronoUnit.MICROS), FORMAT);
        DefaultUnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
        unit.attachTransaction(transactions);
        unit.execute(() -> store.publish(
                new GenericDomainEventMessage<>(STREAM_TYPE, STREAM, 0, first, MetaData.with(Envelope.KEY, envelope))));
    }
}
