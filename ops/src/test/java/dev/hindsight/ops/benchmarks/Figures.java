package dev.hindsight.ops.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/** Prints latencies. */
final class Figures {

    private Figures() {}

    /** @param nanos in any order; not changed */
    static void print(String what, long[] nanos) {
        long[] sorted = sorted(nanos);
        System.out.printf(
                Locale.ROOT,
                "%s n=%d p50 %.1f ms, p95 %.1f ms, p99 %.1f ms%n",
                what,
                sorted.length,
                millis(sorted, 0.50),
                millis(sorted, 0.95),
                millis(sorted, 0.99));
    }

    /**
     * How many times the share's latency of some is that of others; not a number where there are none.
     *
     * @param share 0.99 for p99
     */
    static double times(long[] nanos, long[] ofThose, double share) {
        return millis(sorted(nanos), share) / millis(sorted(ofThose), share);
    }

    private static long[] sorted(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    private static double millis(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (share * (sorted.length - 1))] / 1e6;
    }
}
