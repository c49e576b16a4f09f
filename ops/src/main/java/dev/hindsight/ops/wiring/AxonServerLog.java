package dev.hindsight.ops.wiring;

import dev.hindsight.domain.ErasesContent;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericTrackedDomainEventMessage;
import org.axonframework.eventhandling.GenericTrackedEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.StreamableMessageSource;
import org.jspecify.annotations.Nullable;

/**
 * The log of an Axon Server as read models see it. The server counts its events from 0, our positions begin at 1 and 0
 * stands before the first: so an event's position is its global index plus 1. When an event was recorded is the
 * message's own time. Safe for concurrent use; one stream is for one reader.
 */
final class AxonServerLog implements EventLog, LogTail, StreamableMessageSource<TrackedEventMessage<?>> {

    private final StreamableMessageSource<TrackedEventMessage<?>> server;
    private final EventCodec codec;

    /**
     * @param server counts from 0
     * @param codec knows the keys of streams
     */
    AxonServerLog(StreamableMessageSource<TrackedEventMessage<?>> server, EventCodec codec) {
        this.server = server;
        this.codec = codec;
    }

    @Override
    public StreamableMessageSource<TrackedEventMessage<?>> source() {
        return this;
    }

    @Override
    public BlockingStream<TrackedEventMessage<?>> openStream(@Nullable TrackingToken token) {
        long position = position(token);
        return new Shifted(server.openStream(position == 0 ? null : new GlobalSequenceTrackingToken(position - 1)));
    }

    @Override
    public TrackingToken createTailToken() {
        return shifted(server.createTailToken());
    }

    @Override
    public TrackingToken createHeadToken() {
        return shifted(server.createHeadToken());
    }

    @Override
    public TrackingToken createTokenAt(Instant moment) {
        return shifted(server.createTokenAt(moment));
    }

    @Override
    public long head() {
        return position(createHeadToken());
    }

    /** The server finds what is not before a moment, and knows milliseconds. */
    @Override
    public long recordedBy(Instant moment) {
        return Math.min(head(), position(createTokenAt(moment.plusMillis(1))));
    }

    /** The server keeps no such account. */
    @Override
    public @Nullable Instant latestOccurred(long position) {
        return null;
    }

    @Override
    public Stream<LoggedEvent> erasedEventsOf(String stream) {
        codec.forgetKey(stream);
        return eventsOf(stream);
    }

    @Override
    public Set<String> ended(Collection<String> streams) {
        return codec.ended(streams);
    }

    /**
     * Reads the whole log: the server tells positions in its global order alone. Good enough for the repair of a ticket,
     * not for an every-day read.
     */
    @Override
    public Stream<LoggedEvent> eventsOf(String stream) {
        return eventsOf(List.of(stream));
    }

    /** Reads the log as it comes; nothing of it is held. */
    @Override
    public Stream<LoggedEvent> eventsOf(Collection<String> streams) {
        Set<String> wanted = Set.copyOf(streams);
        return messages(0, head())
                .filter(message -> message instanceof DomainEventMessage<?> event
                        && wanted.contains(event.getAggregateIdentifier()))
                .map(TailFollower::logged);
    }

    @Override
    public Set<String> erased(long after, long upTo) {
        try (Stream<TrackedEventMessage<?>> messages = messages(after, upTo)) {
            return messages.filter(message -> ErasesContent.class.isAssignableFrom(message.getPayloadType()))
                    .map(message -> ((DomainEventMessage<?>) message).getAggregateIdentifier())
                    .collect(Collectors.toSet());
        }
    }

    /** Those between two positions; to be closed. */
    private Stream<TrackedEventMessage<?>> messages(long after, long upTo) {
        BlockingStream<TrackedEventMessage<?>> events = openStream(new GlobalSequenceTrackingToken(after));
        return StreamSupport.stream(
                        new Spliterators.AbstractSpliterator<TrackedEventMessage<?>>(
                                Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
                            private long reached = after;

                            @Override
                            public boolean tryAdvance(Consumer<? super TrackedEventMessage<?>> action) {
                                if (reached >= upTo) {
                                    return false;
                                }
                                TrackedEventMessage<?> next = next(events);
                                reached = position(next.trackingToken());
                                action.accept(next);
                                return true;
                            }
                        },
                        false)
                .onClose(events::close);
    }

    @Override
    public List<LoggedEvent> after(long position, int count) {
        List<LoggedEvent> read = new ArrayList<>();
        long head = head();
        if (position < head) {
            try (BlockingStream<TrackedEventMessage<?>> events =
                    openStream(new GlobalSequenceTrackingToken(position))) {
                while (read.size() < count
                        && (read.isEmpty() ? position : read.getLast().position()) < head) {
                    read.add(TailFollower.logged(next(events)));
                }
            }
        }
        return read;
    }

    private static TrackedEventMessage<?> next(BlockingStream<TrackedEventMessage<?>> events) {
        try {
            return events.nextAvailable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading the log", e);
        }
    }

    private static long position(@Nullable TrackingToken token) {
        OptionalLong position = token == null ? OptionalLong.empty() : token.position();
        return position.orElse(0);
    }

    /** @param token the server's, which holds the index of the last event seen; null where none was */
    private static TrackingToken shifted(@Nullable TrackingToken token) {
        return new GlobalSequenceTrackingToken(
                token == null ? 0 : token.position().orElse(-1) + 1);
    }

    private static TrackedEventMessage<?> shifted(TrackedEventMessage<?> message) {
        TrackingToken token = shifted(message.trackingToken());
        return message instanceof DomainEventMessage<?> event
                ? new GenericTrackedDomainEventMessage<>(token, event)
                : new GenericTrackedEventMessage<>(token, message);
    }

    /** The server's stream with our positions. */
    private record Shifted(BlockingStream<TrackedEventMessage<?>> events)
            implements BlockingStream<TrackedEventMessage<?>> {

        @Override
        public Optional<TrackedEventMessage<?>> peek() {
            return events.peek().map(AxonServerLog::shifted);
        }

        @Override
        public boolean hasNextAvailable(int timeout, TimeUnit unit) throws InterruptedException {
            return events.hasNextAvailable(timeout, unit);
        }

        @Override
        public TrackedEventMessage<?> nextAvailable() throws InterruptedException {
            return shifted(events.nextAvailable());
        }

        @Override
        public void close() {
            events.close();
        }

        @Override
        public boolean setOnAvailableCallback(Runnable callback) {
            return events.setOnAvailableCallback(callback);
        }
    }
}
