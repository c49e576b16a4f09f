package dev.hindsight.ops.wiring;

import com.google.protobuf.ByteString;
import dev.hindsight.domain.Envelope;
import dev.hindsight.ops.eventstore.BrokenOrderException;
import dev.hindsight.ops.eventstore.StoredEvent;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The events of an Axon Server as they lie there, past Axon's own messages, which would decode them. Positions are those
 * of {@link AxonServerLog}: the server's index plus 1.
 */
final class AxonServerEvents implements OrderedEvents {

    /** The server sends so many ahead of what was taken. */
    private static final int AHEAD = 4_096;

    private static final int CHUNK = 1_024;
    private static final int SILENCE_SECONDS = 30;

    private final Supplier<EventChannel> channel;
    private final LongSupplier head;

    AxonServerEvents(Supplier<EventChannel> channel, LongSupplier head) {
        this.channel = channel;
        this.head = head;
    }

    @Override
    public long head() {
        return head.getAsLong();
    }

    @Override
    public Reading read(long after, long to) {
        return new Following(channel.get(), after, to);
    }

    private static final class Following implements Reading {

        private final @Nullable EventStream events;
        private final long to;
        private long reached;

        Following(EventChannel channel, long after, long to) {
            this.reached = after;
            this.to = to;
            // It wants the last index that is not to be read: -1 for all.
            this.events = after < to ? channel.openStream(after - 1, AHEAD) : null;
        }

        @Override
        public @Nullable List<StoredEvent> next() throws InterruptedException {
            List<StoredEvent> chunk = new ArrayList<>();
            while (events != null && reached < to && chunk.size() < CHUNK) {
                EventWithToken next = chunk.isEmpty()
                        ? events.nextIfAvailable(SILENCE_SECONDS, TimeUnit.SECONDS)
                        : events.nextIfAvailable();
                if (next == null && chunk.isEmpty()) {
                    throw new UncheckedIOException(new IOException(
                            "Axon Server sent nothing after position " + reached,
                            events.getError().orElse(null)));
                }
                if (next == null) {
                    break;
                }
                StoredEvent event = stored(next);
                if (event.position() != ++reached) {
                    throw new BrokenOrderException(reached, "The log has no event for this position.");
                }
                chunk.add(event);
            }
            return chunk.isEmpty() ? null : chunk;
        }

        @Override
        public void close() {
            if (events != null) {
                events.close();
            }
        }
    }

    /** When it was recorded is the message's own time: the server tells no other. */
    static StoredEvent stored(EventWithToken sent) {
        Event event = sent.getEvent();
        ByteString envelope =
                event.getMetaDataOrThrow(Envelope.KEY).getBytesValue().getData();
        Instant at = Instant.ofEpochMilli(event.getTimestamp());
        boolean inStream = !event.getAggregateIdentifier().isEmpty();
        return new StoredEvent(
                sent.getToken() + 1,
                inStream ? event.getAggregateIdentifier() : event.getMessageIdentifier(),
                event.getAggregateSequenceNumber() + 1,
                inStream ? event.getAggregateType() : null,
                event.getMessageIdentifier(),
                event.getPayload().getType(),
                event.getPayload().getRevision().isEmpty()
                        ? null
                        : event.getPayload().getRevision(),
                at,
                at,
                envelope.toByteArray(),
                event.getPayload().getData().toByteArray());
    }
}
