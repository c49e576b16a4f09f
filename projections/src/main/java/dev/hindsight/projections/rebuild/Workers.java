package dev.hindsight.projections.rebuild;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that fold; closing them ends what they do, which nobody wants any more. Safe for concurrent use. */
final class Workers implements AutoCloseable {

    private final ExecutorService pool;

    Workers(int threads) {
        pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("rebuild-fold-", 0).daemon().factory());
    }

    <T> Future<T> submit(Callable<T> work) {
        return pool.submit(work);
    }

    @Override
    public void close() {
        pool.shutdownNow();
        pool.close();
    }
}
