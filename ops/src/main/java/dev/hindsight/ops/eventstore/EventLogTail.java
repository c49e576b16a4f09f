package dev.hindsight.ops.eventstore;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.EventUtils;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.StreamableMessageSource;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.upcasting.event.EventUpcaster;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log as a live stream for event processors: every event once, in the order of positions, from any position on.
 * Streams are told at once when the sequencer has placed more; several streams near the head share one read and one
 * decoding of each event through a small buffer.
 *
 * <p>Each message carries when it got its position in its metadata under {@value #RECORDED_AT}, as ISO-8601 text; its
 * token holds the position. Safe for use by many threads; one stream is for one reader.
 */
public final class EventLogTail implements StreamableMessageSource<TrackedEventMessage<?>> {

    /** Metadata key of the moment at which an event got its position. */
    public static final String RECORDED_AT = "recordedAt";

    private static final Logger LOG = LoggerFactory.getLogger(EventLogTail.class);

    private final Reader reader;
    private final Tokens tokens;
    private final Serializer serializer;
    private final EventUpcaster upcasters;
    private final TailBuffer buffer;
    private final int batch;
    private final List<TailStream> streams = new CopyOnWriteArrayList<>();
    private final ReentrantLock fetching = new ReentrantLock();
    private final ReentrantLock waiting = new ReentrantLock();
    private final Condition moved = waiting.newCondition();
    private volatile long head;

    EventLogTail(
            Reader reader,
            Tokens tokens,
            Serializer serializer,
            EventUpcaster upcasters,
            TailBuffer buffer,
            int batch) {
        this.reader = reader;
        this.tokens = tokens;
        this.serializer = serializer;
        this.upcasters = upcasters;
        this.buffer = buffer;
        this.batch = batch;
    }

    @Override
    public BlockingStream<TrackedEventMessage<?>> openStream(@Nullable TrackingToken trackingToken) {
        TailStream stream = new TailStream(this, Positions.of(trackingToken));
        streams.add(stream);
        return stream;
    }

    @Override
    public TrackingToken createTailToken() {
        return tokens.createTailToken();
    }

    @Override
    public TrackingToken createHeadToken() {
        return tokens.createHeadToken();
    }

    @Override
    public TrackingToken createTokenAt(Instant dateTime) {
        return tokens.createTokenAt(dateTime);
    }

    /** The highest position that this node knows of. */
    public long head() {
        return head;
    }

    /** Wakes the streams. */
    void headMoved(long position) {
        if (position <= head) {
            return;
        }
        head = position;
        waiting.lock();
        try {
            moved.signalAll();
        } finally {
            waiting.unlock();
        }
        for (TailStream stream : streams) {
            try {
                stream.callBack();
            } catch (RuntimeException failure) {
                LOG.error("A stream's callback failed.", failure);
            }
        }
    }

    void closed(TailStream stream) {
        streams.remove(stream);
    }

    /** Waits until the head is past the position; false if it is not in time. */
    boolean awaitPast(long position, int timeout, TimeUnit unit) throws InterruptedException {
        if (head > position) {
            return true;
        }
        long left = unit.toNanos(timeout);
        if (left <= 0) {
            return false;
        }
        waiting.lockInterruptibly();
        try {
            while (head <= position) {
                if (left <= 0) {
                    return false;
                }
                left = moved.awaitNanos(left);
            }
            return true;
        } finally {
            waiting.unlock();
        }
    }

    /** The next events after the position, decoded; null where the head is not past it. */
    @Nullable
    Chunk after(long position) {
        long reaches = head;
        if (reaches <= position) {
            return null;
        }
        if (reaches - position > buffer.capacity()) {
            // Far behind: this reader is alone, what it reads would push out what the others need.
            return fetch(position, batch);
        }
        @Nullable Chunk chunk = buffer.at(position + 1);
        if (chunk != null) {
            return chunk;
        }
        fetching.lock();
        try {
            chunk = buffer.at(position + 1);
            if (chunk == null) {
                chunk = fetch(position, Math.toIntExact(Math.min(batch, buffer.gapAfter(position))));
                buffer.add(chunk);
            }
            return chunk;
        } finally {
            fetching.unlock();
        }
    }

    private Chunk fetch(long position, int count) {
        int wanted = Math.toIntExact(Math.min(count, head - position));
        List<StoredEvent> events = reader.after(position, wanted);
        // Positions are dense and nothing is taken away, so anything else means that the log is damaged.
        if (events.size() != wanted || events.getLast().position() != position + wanted) {
            throw new EventStoreException("The log should have positions " + (position + 1) + " to "
                    + (position + wanted) + ", but " + events.size() + " of them were found.");
        }
        return decode(position, events);
    }

    private Chunk decode(long position, List<StoredEvent> events) {
        List<TrackedEventMessage<?>> messages = new ArrayList<>(events.size());
        int weight = 0;
        for (StoredEvent event : events) {
            weight += event.weight();
        }
        EventUtils.upcastAndDeserializeTrackedEvents(
                        events.stream().map(StoredEventData::tracked), serializer, upcasters)
                .forEach(message -> {
                    StoredEvent stored =
                            events.get(Math.toIntExact(Positions.of(message.trackingToken()) - position - 1));
                    String recordedAt =
                            Objects.requireNonNull(stored.recordedAt()).toString();
                    messages.add(
                            decoded((TrackedEventMessage<?>) message.andMetaData(Map.of(RECORDED_AT, recordedAt))));
                });
        return new Chunk(position + 1, position + events.size(), messages, weight);
    }

    /** Decodes now, once for all streams; what cannot be decoded fails in the hands of who asks for it. */
    private static TrackedEventMessage<?> decoded(TrackedEventMessage<?> message) {
        try {
            message.getPayload();
        } catch (RuntimeException unreadable) {
            LOG.debug("Event {} cannot be decoded on this node.", message.getIdentifier(), unreadable);
        }
        return message;
    }

    /** Reads stored events in order: those after a position, at most so many. */
    @FunctionalInterface
    interface Reader {
        List<StoredEvent> after(long position, int count);
    }

    /** Makes the tokens. */
    interface Tokens {
        TrackingToken createTailToken();

        TrackingToken createHeadToken();

        TrackingToken createTokenAt(Instant dateTime);
    }

    /**
     * Decoded events of a range of positions.
     *
     * @param first first position of the range
     * @param last last position of the range
     * @param messages in order; upcasters may have made them more or fewer than positions
     * @param weight bytes, roughly
     */
    record Chunk(long first, long last, List<TrackedEventMessage<?>> messages, int weight) {}
}
