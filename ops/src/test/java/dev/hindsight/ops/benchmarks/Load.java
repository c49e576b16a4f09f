package dev.hindsight.ops.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;

/** Ways to send requests. */
final class Load {

    private Load() {}

    /** One of many; any exception ends the load. */
    interface Request<T> {

        /**
         * @param number from 0
         * @param due when it should be sent, as {@link System#nanoTime} tells it
         */
        T send(long number, long due) throws Exception;
    }

    /**
     * Sends at even distances whatever the answers do; who is free takes the next one.
     *
     * @param clients how many wait for answers at the same time at most
     * @param rate requests a second
     */
    static <T> List<T> evenly(int clients, int seconds, int rate, Request<T> request)
            throws InterruptedException, ExecutionException {
        return evenly(clients, rate, n -> n < (long) seconds * rate, request);
    }

    /**
     * The same for as long as it should go on.
     *
     * @param goesOn whether the request of this number is still to be sent, asked when it is due
     */
    static <T> List<T> evenly(int clients, int rate, LongPredicate goesOn, Request<T> request)
            throws InterruptedException, ExecutionException {
        long begun = System.nanoTime() + 100_000_000;
        long step = 1_000_000_000L / rate;
        AtomicLong next = new AtomicLong();
        try (ExecutorService pool = Executors.newFixedThreadPool(clients)) {
            List<Future<List<T>>> all = new ArrayList<>();
            for (int c = 0; c < clients; c++) {
                all.add(pool.submit(() -> {
                    List<T> sent = new ArrayList<>();
                    while (true) {
                        long n = next.getAndIncrement();
                        long due = begun + n * step;
                        while (System.nanoTime() < due) {
                            LockSupport.parkNanos(due - System.nanoTime());
                        }
                        if (!goesOn.test(n)) {
                            return sent;
                        }
                        sent.add(request.send(n, due));
                    }
                }));
            }
            List<T> sent = new ArrayList<>();
            for (Future<List<T>> one : all) {
                sent.addAll(one.get());
            }
            return sent;
        }
    }

    /**
     * Asks with one client and prints how long it took. Twice as many requests go before those that are timed: both JVMs
     * compile what reads need.
     *
     * @param path of the request of a number, from 0
     */
    static void repeat(Api api, String what, int times, IntFunction<String> path)
            throws IOException, InterruptedException {
        long[] nanos = new long[times];
        for (int i = -2 * times; i < times; i++) {
            long begun = System.nanoTime();
            api.get(path.apply(Math.abs(i)));
            if (i >= 0) {
                nanos[i] = System.nanoTime() - begun;
            }
        }
        Figures.print(what, nanos);
    }
}
