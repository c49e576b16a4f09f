package dev.hindsight.ops.eventstore;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.jspecify.annotations.Nullable;

/** One reader's place in the tail. For one reader at a time; the callback may be set and called by other threads. */
final class TailStream implements BlockingStream<TrackedEventMessage<?>> {

    private final EventLogTail tail;
    private List<TrackedEventMessage<?>> messages = List.of();
    private int next;
    private long reached;
    private volatile Runnable callback = () -> {};

    TailStream(EventLogTail tail, long position) {
        this.tail = tail;
        this.reached = position;
    }

    @Override
    public Optional<TrackedEventMessage<?>> peek() {
        return Optional.ofNullable(current());
    }

    @Override
    public boolean hasNextAvailable(int timeout, TimeUnit unit) throws InterruptedException {
        long deadline = System.nanoTime() + unit.toNanos(timeout);
        while (current() == null) {
            long left = Math.max(0, deadline - System.nanoTime());
            int wait = (int) Math.min(Integer.MAX_VALUE, left);
            if (!tail.awaitPast(reached, wait, TimeUnit.NANOSECONDS) && left <= wait) {
                return false;
            }
        }
        return true;
    }

    @Override
    public TrackedEventMessage<?> nextAvailable() throws InterruptedException {
        while (true) {
            @Nullable TrackedEventMessage<?> message = current();
            if (message != null) {
                next++;
                return message;
            }
            tail.awaitPast(reached, 1, TimeUnit.HOURS);
        }
    }

    /** The next message, if it is there; fetches where the ones at hand are used up. */
    private @Nullable TrackedEventMessage<?> current() {
        while (next == messages.size()) {
            EventLogTail.@Nullable Chunk chunk = tail.after(reached);
            if (chunk == null) {
                return null;
            }
            messages = chunk.messages();
            next = 0;
            // A shared chunk may begin before this reader's place.
            while (next < messages.size() && Positions.of(messages.get(next).trackingToken()) <= reached) {
                next++;
            }
            reached = chunk.last();
        }
        return messages.get(next);
    }

    @Override
    public boolean setOnAvailableCallback(Runnable onAvailable) {
        callback = onAvailable;
        onAvailable.run();
        return true;
    }

    void callBack() {
        callback.run();
    }

    @Override
    public void close() {
        callback = () -> {};
        tail.closed(this);
    }
}
