package dev.hindsight.ops.wiring;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.ops.eventstore.EventLogTail;
import dev.hindsight.projections.readmodel.LogFollower;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;

/** Follows the tail that event processors follow, so that each event is read and decoded once for all of them. */
final class TailFollower implements LogFollower {

    private final LogTail tail;

    TailFollower(LogTail tail) {
        this.tail = tail;
    }

    @Override
    public Following after(long position) {
        return new Reading(tail.source().openStream(new GlobalSequenceTrackingToken(position)));
    }

    /** What a message of the log says, wherever it comes from; a log whose sequencer is not ours tells only its own time. */
    static LoggedEvent logged(TrackedEventMessage<?> message) {
        DomainEventMessage<?> inStream = (DomainEventMessage<?>) message;
        Instant recordedAt = message.getMetaData().get(EventLogTail.RECORDED_AT) instanceof String text
                ? Instant.parse(text)
                : message.getTimestamp();
        return new LoggedEvent(
                message.trackingToken().position().orElseThrow(),
                inStream.getAggregateIdentifier(),
                inStream.getSequenceNumber() + 1,
                recordedAt,
                (Envelope) Objects.requireNonNull(
                        message.getMetaData().get(Envelope.KEY), "every stored event has an envelope"),
                () -> (Event) message.getPayload());
    }

    private record Reading(BlockingStream<? extends TrackedEventMessage<?>> events) implements Following {

        @Override
        public List<LoggedEvent> next(int most, Duration atMost) throws InterruptedException {
            List<LoggedEvent> next = new ArrayList<>();
            if (events.hasNextAvailable((int) atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                do {
                    next.add(logged(events.nextAvailable()));
                } while (next.size() < most && events.hasNextAvailable(0, TimeUnit.MILLISECONDS));
            }
            return next;
        }

        @Override
        public void close() {
            events.close();
        }
    }
}
