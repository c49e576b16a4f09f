package dev.hindsight.projections.live;

import dev.hindsight.domain.UnknownEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.GenericTrackedEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.StreamableMessageSource;
import org.jspecify.annotations.Nullable;

/**
 * Hands the log's tail to a pooled processor in chunks, each with the token of its last event. A pooled processor looks
 * every 100 ms after its buffer of 1,024 messages was full, so single events would be held at 10,000 a second; chunks
 * are bounded in number instead, and the next is asked for as soon as one is committed. Events are decoded here, beside
 * the thread that writes.
 *
 * <p>At an event of newer software the stream ends: what lies before is projected, and the model says where it stands.
 */
final class ChunkedSource implements StreamableMessageSource<TrackedEventMessage<?>> {

    static final int EVENTS_PER_CHUNK = 128;
    private static final int CHUNKS_UNDERWAY = 8;

    private final StreamableMessageSource<TrackedEventMessage<?>> tail;
    private final StreamFold<?> fold;
    private final Watch watch;

    /** Is told what the source sees. */
    interface Watch {
        void unknownEvent(long position, UnknownEvent event);

        /** @param since when the oldest event underway was recorded, null when nothing is underway */
        void underway(@Nullable Instant since);
    }

    ChunkedSource(StreamableMessageSource<TrackedEventMessage<?>> tail, StreamFold<?> fold, Watch watch) {
        this.tail = tail;
        this.fold = fold;
        this.watch = watch;
    }

    @Override
    public BlockingStream<TrackedEventMessage<?>> openStream(@Nullable TrackingToken token) {
        watch.underway(null);
        return new Chunks(tail.openStream(token));
    }

    @Override
    public TrackingToken createTailToken() {
        return tail.createTailToken();
    }

    @Override
    public TrackingToken createHeadToken() {
        return tail.createHeadToken();
    }

    @Override
    public TrackingToken createTokenAt(Instant moment) {
        return tail.createTokenAt(moment);
    }

    /** Read by the coordinator's thread alone; chunks are reported done by the worker's. */
    private final class Chunks implements BlockingStream<TrackedEventMessage<?>> {

        private final BlockingStream<TrackedEventMessage<?>> events;
        private final ArrayDeque<Instant> underway = new ArrayDeque<>();
        private volatile Runnable onAvailable = () -> {};
        private @Nullable TrackedEventMessage<?> next;
        private boolean ended;

        Chunks(BlockingStream<TrackedEventMessage<?>> events) {
            this.events = events;
        }

        @Override
        public Optional<TrackedEventMessage<?>> peek() {
            if (next == null) {
                next = fill();
            }
            return Optional.ofNullable(next);
        }

        @Override
        public boolean hasNextAvailable() {
            return peek().isPresent();
        }

        @Override
        public boolean hasNextAvailable(int timeout, TimeUnit unit) throws InterruptedException {
            if (hasNextAvailable() || timeout == 0) {
                return next != null;
            }
            return events.hasNextAvailable(timeout, unit) && hasNextAvailable();
        }

        @Override
        public TrackedEventMessage<?> nextAvailable() throws InterruptedException {
            while (!hasNextAvailable(1, TimeUnit.SECONDS)) {
                if (ended) {
                    throw new IllegalStateException("the stream has ended at an unknown event");
                }
            }
            var chunk = peek().orElseThrow();
            next = null;
            return chunk;
        }

        private @Nullable TrackedEventMessage<?> fill() {
            if (ended || !hasRoom()) {
                return null;
            }
            var arrivals = new ArrayList<Arrival>();
            TrackingToken token = null;
            Instant since = null;
            while (arrivals.size() < EVENTS_PER_CHUNK && events.hasNextAvailable()) {
                var message = events.peek().orElseThrow();
                try {
                    arrivals.add(Arrival.of(message, fold));
                } catch (UnknownEvent e) {
                    ended = true;
                    watch.unknownEvent(message.trackingToken().position().orElse(-1), e);
                    break;
                }
                token = message.trackingToken();
                since = since == null ? Arrival.recordedAt(message) : since;
                advance();
            }
            return token == null || since == null ? null : chunk(arrivals, token, since);
        }

        private TrackedEventMessage<?> chunk(List<Arrival> arrivals, TrackingToken token, Instant since) {
            synchronized (underway) {
                underway.addLast(since);
                watch.underway(underway.getFirst());
            }
            return new GenericTrackedEventMessage<>(
                    token, GenericEventMessage.asEventMessage(new Chunk(arrivals, this::done)));
        }

        private void done() {
            synchronized (underway) {
                underway.pollFirst();
                watch.underway(underway.peekFirst());
            }
            onAvailable.run();
        }

        private boolean hasRoom() {
            synchronized (underway) {
                return underway.size() < CHUNKS_UNDERWAY;
            }
        }

        /** Takes the event that was peeked at, so it does not wait. */
        private void advance() {
            try {
                events.nextAvailable();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }

        @Override
        public void close() {
            events.close();
        }

        @Override
        public boolean setOnAvailableCallback(Runnable callback) {
            onAvailable = callback;
            return events.setOnAvailableCallback(callback);
        }
    }
}
