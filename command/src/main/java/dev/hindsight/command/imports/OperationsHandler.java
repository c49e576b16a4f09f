package dev.hindsight.command.imports;

import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.operations.OperationsEvent;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.annotation.MetaDataValue;

/**
 * Appends to the stream of operations. What it says is so whatever was said before, so nothing is read but the stream's
 * length; of two at once one meets a conflict and is tried again.
 */
public final class OperationsHandler {

    /** Asks for an event to be recorded. */
    public record RecordOperation(OperationsEvent event) {}

    private static final String TYPE = "Operations";

    private final EventStore events;

    public OperationsHandler(EventStore events) {
        this.events = events;
    }

    @CommandHandler
    Receipt handle(RecordOperation command, @MetaDataValue(value = Envelope.KEY, required = true) Envelope envelope) {
        OperationsEvent event = command.event();
        String stream = event.streamId();
        long sequence =
                events.lastSequenceNumberFor(stream).map(last -> last + 1).orElse(0L);
        events.publish(
                new GenericDomainEventMessage<>(TYPE, stream, sequence, event, MetaData.with(Envelope.KEY, envelope)));
        return Receipt.written(stream, sequence + 1);
    }
}
