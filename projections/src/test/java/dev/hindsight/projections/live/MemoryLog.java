package dev.hindsight.projections.live;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.ErasesContent;
import dev.hindsight.domain.Event;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GenericTrackedDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.StreamableMessageSource;
import org.jspecify.annotations.Nullable;

/** A log in memory, with positions without gaps, whose tail behaves as the engine's does. */
public final class MemoryLog implements EventLog, LogTail, StreamableMessageSource<TrackedEventMessage<?>> {

    private final List<LoggedEvent> events = new CopyOnWriteArrayList<>();
    private final Map<Long, RuntimeException> unreadable = new ConcurrentHashMap<>();
    private final Map<Long, Runnable> whenDecoded = new ConcurrentHashMap<>();
    private final Set<String> erased = ConcurrentHashMap.newKeySet();
    private final List<Tail> tails = new CopyOnWriteArrayList<>();

    public MemoryLog append(List<LoggedEvent> more) {
        events.addAll(more);
        more.stream()
                .filter(event -> event.event() instanceof ErasesContent)
                .forEach(event -> erased.add(event.stream()));
        tails.forEach(tail -> tail.onAvailable.run());
        return this;
    }

    /** The key of the stream ends; the event that says so comes later. */
    public void end(String stream) {
        erased.add(stream);
    }

    /** From now on the event at this position can't be decoded. */
    public MemoryLog spoil(long position, RuntimeException fault) {
        unreadable.put(position, fault);
        return this;
    }

    /** Once, right after the event at this position was decoded for whoever reads stored events. */
    public void whenDecoded(long position, Runnable then) {
        whenDecoded.put(position, then);
    }

    public void mend(long position) {
        unreadable.remove(position);
    }

    List<LoggedEvent> all() {
        return List.copyOf(events);
    }

    List<Arrival> arrivals(StreamFold<?> fold) {
        var arrivals = new ArrayList<Arrival>();
        for (var i = 0; i < events.size(); i++) {
            arrivals.add(Arrival.of(message(i), fold));
        }
        return arrivals;
    }

    @Override
    public Stream<LoggedEvent> eventsOf(String stream) {
        return stored().filter(event -> event.stream().equals(stream));
    }

    @Override
    public Stream<LoggedEvent> erasedEventsOf(String stream) {
        return eventsOf(stream);
    }

    @Override
    public Set<String> ended(Collection<String> streams) {
        return streams.stream().filter(erased::contains).collect(Collectors.toSet());
    }

    @Override
    public Set<String> erased(long after, long upTo) {
        return events.subList(Math.toIntExact(after), Math.toIntExact(upTo)).stream()
                .filter(event -> event.event() instanceof ErasesContent)
                .map(LoggedEvent::stream)
                .collect(Collectors.toSet());
    }

    /** All, in order, each decoded when it is asked for: with the keys that are left at the end. */
    public Stream<LoggedEvent> stored() {
        return events.stream()
                .map(event -> new LoggedEvent(
                        event.position(),
                        event.stream(),
                        event.version(),
                        event.recordedAt(),
                        event.envelope(),
                        () -> decoded(event)));
    }

    private Event decoded(LoggedEvent event) {
        var fault = unreadable.get(event.position());
        if (fault != null) {
            throw fault;
        }
        var decoded = erased.contains(event.stream()) ? Erased.of(event.event()) : event.event();
        var then = whenDecoded.remove(event.position());
        if (then != null) {
            then.run();
        }
        return decoded;
    }

    @Override
    public List<LoggedEvent> after(long position, int count) {
        return events.stream().skip(position).limit(count).toList();
    }

    @Override
    public long head() {
        return events.size();
    }

    @Override
    public @Nullable Instant latestOccurred(long position) {
        return events.stream()
                .limit(position)
                .map(event -> event.event().at())
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    @Override
    public long recordedBy(Instant moment) {
        return events.stream()
                .filter(event -> !event.recordedAt().isAfter(moment))
                .mapToLong(LoggedEvent::position)
                .max()
                .orElse(0);
    }

    @Override
    public StreamableMessageSource<TrackedEventMessage<?>> source() {
        return this;
    }

    @Override
    public BlockingStream<TrackedEventMessage<?>> openStream(@Nullable TrackingToken token) {
        var tail = new Tail(token == null ? 0 : Math.toIntExact(token.position().orElseThrow()));
        tails.add(tail);
        return tail;
    }

    @Override
    public TrackingToken createTailToken() {
        return new GlobalSequenceTrackingToken(0);
    }

    @Override
    public TrackingToken createHeadToken() {
        return new GlobalSequenceTrackingToken(head());
    }

    @Override
    public TrackingToken createTokenAt(Instant moment) {
        throw new UnsupportedOperationException("not asked for by read models");
    }

    private TrackedEventMessage<?> message(int index) {
        var logged = events.get(index);
        var inStream = new GenericDomainEventMessage<>(
                logged.stream(),
                logged.stream(),
                logged.version() - 1,
                logged.event(),
                MetaData.from(Map.of(
                        Envelope.KEY,
                        logged.envelope(),
                        Arrival.RECORDED_AT,
                        logged.recordedAt().toString())));
        return new Message(
                new GlobalSequenceTrackingToken(logged.position()), inStream, unreadable.get(logged.position()));
    }

    /** Decoded when asked, as the engine's are. */
    private static final class Message extends GenericTrackedDomainEventMessage<Event> {

        private final transient @Nullable RuntimeException fault;

        Message(TrackingToken token, GenericDomainEventMessage<Event> delegate, @Nullable RuntimeException fault) {
            super(token, delegate);
            this.fault = fault;
        }

        @Override
        public Event getPayload() {
            if (fault != null) {
                throw fault;
            }
            return super.getPayload();
        }
    }

    private final class Tail implements BlockingStream<TrackedEventMessage<?>> {

        private int next;
        private volatile Runnable onAvailable = () -> {};

        Tail(int next) {
            this.next = next;
        }

        @Override
        public Optional<TrackedEventMessage<?>> peek() {
            return hasNextAvailable() ? Optional.of(message(next)) : Optional.empty();
        }

        @Override
        public boolean hasNextAvailable() {
            return next < events.size();
        }

        @Override
        public boolean hasNextAvailable(int timeout, TimeUnit unit) {
            return hasNextAvailable();
        }

        @Override
        public TrackedEventMessage<?> nextAvailable() {
            return message(next++);
        }

        @Override
        public boolean setOnAvailableCallback(Runnable callback) {
            onAvailable = callback;
            return true;
        }

        @Override
        public void close() {
            tails.remove(this);
        }
    }
}
