package dev.hindsight.ops.codec.keys;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Stores new keys, one statement and commit for all who ask meanwhile: one of the callers leads and stores what waits,
 * wakes those whose keys are stored, and then the next one who leads. A single caller pays one round trip and hands
 * nothing over.
 */
final class KeyInserter {

    private final KeyTable table;
    private final Queue<Request> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean led = new AtomicBoolean();

    KeyInserter(KeyTable table) {
        this.table = table;
    }

    /** What one caller waits for; the outcome is written once, by whoever leads. */
    private static final class Request {
        private final KeyTable.NewKey key;
        private final Thread caller = Thread.currentThread();
        private volatile @Nullable Outcome outcome;

        private Request(KeyTable.NewKey key) {
            this.key = key;
        }

        private void end(boolean stored, @Nullable RuntimeException failure) {
            outcome = new Outcome(stored, failure);
            LockSupport.unpark(caller);
        }
    }

    private record Outcome(boolean stored, @Nullable RuntimeException failure) {}

    /** @return false when the owner has a key already */
    boolean insert(KeyTable.NewKey key) {
        Request request = new Request(key);
        waiting.add(request);
        boolean interrupted = false;
        Outcome outcome = request.outcome;
        while (outcome == null) {
            if (led.compareAndSet(false, true)) {
                try {
                    store();
                } finally {
                    led.set(false);
                    // Whoever queued up before this saw that somebody led, and sleeps.
                    Request next = waiting.peek();
                    if (next != null) {
                        LockSupport.unpark(next.caller);
                    }
                }
            } else {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            outcome = request.outcome;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (outcome.failure() != null) {
            throw outcome.failure();
        }
        return outcome.stored();
    }

    private void store() {
        List<Request> batch = new ArrayList<>();
        for (Request request = waiting.poll(); request != null; request = waiting.poll()) {
            batch.add(request);
        }
        if (batch.isEmpty()) {
            return;
        }
        try {
            Set<UUID> stored = table.insert(batch.stream()
                    .map(request -> request.key)
                    .sorted(Comparator.comparing(KeyTable.NewKey::owner))
                    .toList());
            batch.forEach(request -> request.end(stored.contains(request.key.id()), null));
        } catch (RuntimeException e) {
            batch.forEach(request -> request.end(false, e));
        } catch (Error e) {
            batch.forEach(request -> request.end(false, new IllegalStateException("keys could not be stored", e)));
            throw e;
        }
    }
}
