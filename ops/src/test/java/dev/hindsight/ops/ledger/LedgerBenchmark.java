package dev.hindsight.ops.ledger;

import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.ops.eventstore.EngineFigures;
import dev.hindsight.projections.ledger.LedgerCheck;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Proofs and checks of a ledger of a million events, with the machine, the cost of an fsync and the commit beside them.
 * Run by {@code ops/benchmarks/ledger.sh}.
 */
final class LedgerBenchmark {

    private static final PrintStream OUT = System.out;
    private static final int ROUNDS = 5;

    private LedgerBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        EngineFigures.printMachine();
        int events = Integer.getInteger("events", 1_000_000);
        try (SealedLog log = SealedLog.fresh()) {
            EngineFigures.fill(log.pool, events);
            SealedLog.await(() -> log.raw.head() >= events);
            OUT.printf(Locale.ROOT, "%n## %,d events, as the engine's benchmark appends them%n%n", events);
            long begin = System.nanoTime();
            var sealer = log.sealer(Duration.ofHours(1));
            sealer.start();
            SealedLog.await(() -> log.tree.size() == log.raw.head());
            sealer.stop();
            double seconds = (System.nanoTime() - begin) / 1e9;
            OUT.printf(
                    Locale.ROOT,
                    "- sealed from the first in %.2f s, %,.0f events/s; the ledger takes %s, the events %s%n",
                    seconds,
                    events / seconds,
                    log.value("SELECT pg_size_pretty(pg_total_relation_size('ledger.tile'))"),
                    log.value("SELECT pg_size_pretty(pg_total_relation_size('log.event')"
                            + " + pg_total_relation_size('log.placement'))"));
            log.checkpoints.make();
            proofs(log);
            checks(log);
        }
        System.exit(0); // the shared PostgreSQL's hook stops it
    }

    private static void proofs(SealedLog log) {
        long size = log.tree.size();
        Hash root = log.tree.root(size);
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 2; round++) {
            int count = 20_000;
            long[] inclusion = new long[count];
            long[] consistency = new long[count];
            for (int i = 0; i < count; i++) {
                long position = random.nextLong(1, size + 1);
                long begin = System.nanoTime();
                List<Hash> proof = log.tree.inclusion(position, size);
                inclusion[i] = System.nanoTime() - begin;
                Hash leaf = log.tree.leaf(position, size);
                if (!MerkleTree.includes(leaf, position - 1, size, proof, root)) {
                    throw new IllegalStateException("a proof does not verify");
                }
                begin = System.nanoTime();
                log.tree.consistency(position, size);
                consistency[i] = System.nanoTime() - begin;
            }
            if (round > 0) {
                print("inclusion proof of any event", inclusion);
                print("consistency proof from any size", consistency);
            }
        }
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        OUT.printf(
                Locale.ROOT,
                "- %s: p50 %.2f ms, p99 %.2f ms, longest %.2f ms of %,d%n",
                what,
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6,
                nanos[nanos.length - 1] / 1e6,
                nanos.length);
    }

    private static void checks(SealedLog log) throws Exception {
        double[] seconds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            LedgerCheck.Report report = log.check();
            seconds[i] = (System.nanoTime() - begin) / 1e9;
            if (!report.findings().isEmpty() || report.events() != log.tree.size()) {
                throw new IllegalStateException(report.toString());
            }
        }
        OUT.printf(
                Locale.ROOT,
                "- fsck of everything: %s s, the first in a cold JVM (%.1f MB heap in use)%n",
                Arrays.stream(seconds).mapToObj(each -> "%.2f".formatted(each)).toList(),
                (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1e6);
    }
}
