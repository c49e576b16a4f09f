package dev.hindsight.ops.codec.keys;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What opening a ticket waits for its key, on the embedded PostgreSQL with durable commits. Run its main method by hand;
 * its figures depend on what else the machine does.
 */
final class KeyRingBenchmark {

    private KeyRingBenchmark() {}

    public static void main(String[] arguments) throws SQLException, ExecutionException, InterruptedException {
        MasterKey master = MasterKey.ofBase64(Base64.getEncoder().encodeToString(new byte[32]));
        try (KeysDatabase database = new KeysDatabase()) {
            KeyRing keys = KeyRing.open(database.application(), master, 100_000);
            UUID requester = UUID.randomUUID();
            for (int callers : new int[] {1, 16, 1, 16, 1, 16}) {
                measure(keys, requester, callers, 8_000 / callers);
            }
        }
    }

    private static void measure(KeyRing keys, UUID requester, int callers, int each)
            throws ExecutionException, InterruptedException {
        List<Callable<long[]>> work = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            work.add(() -> {
                long[] nanos = new long[each];
                for (int j = 0; j < each; j++) {
                    long start = System.nanoTime();
                    keys.openTicket(UUID.randomUUID(), requester);
                    nanos[j] = System.nanoTime() - start;
                }
                return nanos;
            });
        }
        long start = System.nanoTime();
        long[] all = {};
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            for (Future<long[]> one : threads.invokeAll(work)) {
                long[] nanos = one.get();
                int end = all.length;
                all = Arrays.copyOf(all, end + nanos.length);
                System.arraycopy(nanos, 0, all, end, nanos.length);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Arrays.sort(all);
        System.out.printf(
                Locale.ROOT,
                "%2d callers: p50 %.3f ms, p99 %.3f ms, %.0f keys/s%n",
                callers,
                all[all.length / 2] / 1e6,
                all[all.length * 99 / 100] / 1e6,
                all.length / seconds);
    }
}
