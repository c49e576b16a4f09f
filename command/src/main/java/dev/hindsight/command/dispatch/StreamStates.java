package dev.hindsight.command.dispatch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.UnknownEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/**
 * What small streams (a person, a queue, a field) say, folded from the event store itself, so that there is nothing
 * beside the log to rebuild. Kept for some seconds; what does not exist is asked for each time. Safe for concurrent use.
 */
public final class StreamStates<S> {

    /** How old an answer may be where another node changed the stream. */
    private static final Duration KEPT = Duration.ofSeconds(10);

    /** The state after one more event. */
    @FunctionalInterface
    public interface Fold<S> extends BiFunction<@Nullable S, Event, S> {
        @Override
        S apply(@Nullable S before, Event event);
    }

    private final EventStore events;
    private final Fold<S> fold;
    private final Cache<String, S> kept =
            Caffeine.newBuilder().maximumSize(20_000).expireAfterWrite(KEPT).build();

    public StreamStates(EventStore events, Fold<S> fold) {
        this.events = events;
        this.fold = fold;
    }

    /**
     * Empty where the stream does not exist.
     *
     * @throws dev.hindsight.domain.Unavailable {@code WRITTEN_BY_NEWER_VERSION} where it cannot be read yet
     */
    public Optional<S> of(String stream) {
        S state = kept.getIfPresent(stream);
        if (state == null) {
            try {
                var history = events.readEvents(stream);
                while (history.hasNext()) {
                    state = fold.apply(state, (Event) history.next().getPayload());
                }
            } catch (UnknownEvent newer) {
                throw CommandDispatch.writtenByNewerVersion();
            }
            if (state != null) {
                kept.put(stream, state);
            }
        }
        return Optional.ofNullable(state);
    }

    /** The stream has changed here: the next question reads it. */
    public void forget(String stream) {
        kept.invalidate(stream);
    }
}
