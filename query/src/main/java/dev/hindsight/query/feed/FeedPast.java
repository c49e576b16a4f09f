package dev.hindsight.query.feed;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What those read who come late or fell behind: one after the other asks the database, and whoever is at the same place
 * takes what was read for the first. Safe for concurrent use.
 */
final class FeedPast {

    private static final int MOST_CHUNKS = 8;

    /** What was erased must not linger: so long a chunk serves others. */
    private static final long KEPT_NANOS = 2_000_000_000;

    private record Kept(FeedChunk chunk, long at) {}

    private final FeedPages pages;
    private final Semaphore turn = new Semaphore(1, true);
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Kept> kept = new ArrayDeque<>();

    FeedPast(FeedPages pages) {
        this.pages = pages;
    }

    /** What follows a position; null where the feed ends there. */
    @Nullable
    FeedChunk after(long position) {
        FeedChunk known = find(position);
        if (known != null) {
            return known;
        }
        turn.acquireUninterruptibly();
        try {
            known = find(position);
            if (known == null) {
                known = pages.inTurn(() -> pages.chunk(position));
                keep(known);
            }
            return known;
        } finally {
            turn.release();
        }
    }

    void clear() {
        lock.lock();
        try {
            kept.clear();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable FeedChunk find(long position) {
        lock.lock();
        try {
            long now = System.nanoTime();
            kept.removeIf(its -> now - its.at() > KEPT_NANOS);
            for (Kept its : kept) {
                if (its.chunk().follows(position)) {
                    return its.chunk();
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void keep(@Nullable FeedChunk chunk) {
        if (chunk == null) {
            return;
        }
        lock.lock();
        try {
            kept.addLast(new Kept(chunk, System.nanoTime()));
            if (kept.size() > MOST_CHUNKS) {
                kept.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }
}
