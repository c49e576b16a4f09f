package dev.hindsight.ops.codec.keys;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Stores new keys, one statement and commit for all who ask meanwhile: whoever gets the lock stores what waits, its own
 * key among it or already stored by the one before. A single caller pays one round trip and hands nothing over.
 */
final class KeyInserter {

    private final KeyTable table;
    private final Queue<Request> waiting = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();

    KeyInserter(KeyTable table) {
        this.table = table;
    }

    /** Guarded by the lock. */
    private static final class Request {
        private final KeyTable.NewKey key;
        private @Nullable Boolean stored;
        private @Nullable RuntimeException failure;

        private Request(KeyTable.NewKey key) {
            this.key = key;
        }

        private boolean open() {
            return stored == null && failure == null;
        }
    }

    /** @return false when the owner has a key already */
    boolean insert(KeyTable.NewKey key) {
        Request request = new Request(key);
        waiting.add(request);
        lock.lock();
        try {
            if (request.open()) {
                store();
            }
            if (request.failure != null) {
                throw request.failure;
            }
            return Boolean.TRUE.equals(request.stored);
        } finally {
            lock.unlock();
        }
    }

    private void store() {
        List<Request> batch = new ArrayList<>();
        for (Request request = waiting.poll(); request != null; request = waiting.poll()) {
            batch.add(request);
        }
        try {
            Set<UUID> stored = table.insert(batch.stream()
                    .map(request -> request.key)
                    .sorted(Comparator.comparing(KeyTable.NewKey::owner))
                    .toList());
            batch.forEach(request -> request.stored = stored.contains(request.key.id()));
        } catch (RuntimeException e) {
            batch.forEach(request -> request.failure = e);
        }
    }
}
