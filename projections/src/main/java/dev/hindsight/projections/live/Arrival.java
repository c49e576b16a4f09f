package dev.hindsight.projections.live;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.FoldFailure;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.jspecify.annotations.Nullable;

/**
 * An event as the tail delivered it. Events of streams that the model does not read, and those that can't be read,
 * count as progress only.
 *
 * @param event null where the model does not read the stream, or where it could not be read
 * @param failure why it could not be read: what the event holds is broken, so its stream will be parked
 */
record Arrival(
        long position,
        String stream,
        long version,
        @Nullable LoggedEvent event,
        @Nullable RuntimeException failure) {

    /** Metadata key under which the tail tells when the event got its position, as ISO-8601 text. */
    static final String RECORDED_AT = "recordedAt";

    /**
     * @throws UnknownEvent when newer software wrote it
     * @throws RuntimeException when the infrastructure failed (keys could not be read, say): to be tried again
     */
    static Arrival of(TrackedEventMessage<?> message, StreamFold<?> fold) {
        var position = message.trackingToken().position().orElseThrow();
        if (!(message instanceof DomainEventMessage<?> inStream)) {
            return new Arrival(position, "", 0, null, null);
        }
        var stream = inStream.getAggregateIdentifier();
        var version = inStream.getSequenceNumber() + 1;
        if (!fold.reads(stream)) {
            return new Arrival(position, stream, version, null, null);
        }
        try {
            var logged = LoggedEvent.of(
                    position, stream, version, recordedAt(message), envelope(message), (Event) message.getPayload());
            return new Arrival(position, stream, version, logged, null);
        } catch (UnknownEvent e) {
            throw e;
        } catch (RuntimeException e) {
            if (Faults.ofInfrastructure(e)) {
                throw e;
            }
            return new Arrival(position, stream, version, null, e);
        }
    }

    /** Whether the model's fold has to do with it. */
    boolean concerns() {
        return event != null || failure != null;
    }

    LoggedEvent readable() {
        if (event == null) {
            throw failure != null ? failure : new FoldFailure("no event");
        }
        return event;
    }

    /** A log whose sequencer is not ours tells only the message's own time. */
    static Instant recordedAt(TrackedEventMessage<?> message) {
        return message.getMetaData().get(RECORDED_AT) instanceof String text
                ? Instant.parse(text)
                : message.getTimestamp();
    }

    private static Envelope envelope(TrackedEventMessage<?> message) {
        if (message.getMetaData().get(Envelope.KEY) instanceof Envelope envelope) {
            return envelope;
        }
        throw new FoldFailure("the event has no envelope");
    }
}
