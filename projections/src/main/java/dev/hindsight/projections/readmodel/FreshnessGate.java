package dev.hindsight.projections.readmodel;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * Waits until a model has reached a position. Woken in process after each committed batch; on nodes that do not project,
 * the stored number is asked for while somebody waits. Safe for concurrent use.
 */
public final class FreshnessGate {

    /** How long a waiter trusts to be woken before it asks the database. */
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private final ToLongFunction<ReadModel> stored;
    private final Map<ReadModel, AtomicLong> reached = new EnumMap<>(ReadModel.class);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition advanced = lock.newCondition();

    /** @param stored reads a model's stored progress */
    public FreshnessGate(ToLongFunction<ReadModel> stored) {
        this.stored = stored;
        for (var model : ReadModel.values()) {
            reached.put(model, new AtomicLong());
        }
    }

    /** Called after the commit of a batch (for search, after the refresh) that ends at this position. */
    public void advanced(ReadModel model, long position) {
        reach(model, position);
        lock.lock();
        try {
            advanced.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A snapshot showed less than was known here: the database crashed and the model does its newest batches again. */
    public void fellBack(ReadModel model, long position) {
        known(model).set(position);
    }

    /**
     * @param minPosition what the caller wants to be included
     * @return whether the model includes it; false when the time is over or the thread was interrupted
     */
    public boolean await(ReadModel model, long minPosition, Duration atMost) {
        var progress = known(model);
        var deadline = System.nanoTime() + atMost.toNanos();
        while (progress.get() < minPosition) {
            reach(model, stored.applyAsLong(model)); // outside the lock: the processor must never wait for this query
            var left = deadline - System.nanoTime();
            if (progress.get() >= minPosition) {
                return true;
            } else if (left <= 0 || !sleep(progress, minPosition, Math.min(left, POLL_NANOS))) {
                return false;
            }
        }
        return true;
    }

    /** @return false when interrupted */
    private boolean sleep(AtomicLong progress, long minPosition, long nanos) {
        var left = nanos;
        lock.lock();
        try {
            while (progress.get() < minPosition && left > 0) {
                left = advanced.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void reach(ReadModel model, long position) {
        known(model).accumulateAndGet(position, Math::max);
    }

    private AtomicLong known(ReadModel model) {
        return Objects.requireNonNull(reached.get(model));
    }
}
