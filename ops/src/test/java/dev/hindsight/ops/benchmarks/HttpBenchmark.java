package dev.hindsight.ops.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/**
 * Loads a running installation over loopback: reads lists, details and search with one client, opens tickets with 16 and
 * with one, and follows single commands until lists and search show them. Arguments: URL, an agent's token,
 * seconds of the opening load, tickets that must be in before it (filled up first).
 */
public final class HttpBenchmark {

    private static final int CLIENTS = 16;
    /** What the fill left to do (merges of the index, vacuum) is not the reads'. */
    private static final Duration SETTLING = Duration.ofSeconds(20);

    private final Api api;
    private final AtomicLong number = new AtomicLong();

    private HttpBenchmark(Api api) {
        this.api = api;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("URL TOKEN SECONDS TICKETS");
        }
        HttpBenchmark benchmark = new HttpBenchmark(new Api(arguments[0], arguments[1]));
        int seconds = Integer.parseInt(arguments[2]);
        System.out.printf(
                Locale.ROOT,
                "machine: %d cores, %s; fsync p50 %.0f us; server: %s%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.vm.version"),
                fsyncMicros(),
                benchmark.api.get("/api/version"));
        benchmark.open(CLIENTS, 10, Long.MAX_VALUE); // both JVMs compile
        long present = benchmark.api.head();
        long wanted = Long.parseLong(arguments[3]);
        if (present < wanted) {
            benchmark.open(CLIENTS, 600, wanted - present);
        }
        System.out.println("events in the log: " + benchmark.api.head());
        Instant lately = Instant.now().minusSeconds(5);
        Thread.sleep(SETTLING);
        benchmark.reads(lately);
        benchmark.report("open, 16 clients", benchmark.open(CLIENTS, seconds, Long.MAX_VALUE), seconds);
        System.out.println("lag after it: " + benchmark.api.get("/ops/v1/projections"));
        benchmark.report("open, 1 client", benchmark.open(1, 10, Long.MAX_VALUE), 10);
        benchmark.sight();
    }

    /** @param lately some thousand tickets were opened since */
    private void reads(Instant lately) throws IOException, InterruptedException {
        String id = api.json("/api/v1/tickets?limit=1")
                .path("items")
                .path(0)
                .path("id")
                .asString();
        Load.repeat(
                api,
                "list page of 50, filters that some thousand match",
                1_000,
                i -> "/api/v1/tickets?limit=50&status=NEW&priority=P2,P3&createdAfter=" + lately + "&sort="
                        + (i % 2 == 0 ? "-createdAt" : "-updatedAt"));
        Load.repeat(
                api,
                "list page of 50, filters that more match than are counted",
                1_000,
                i -> "/api/v1/tickets?limit=50&status=NEW&priority=P2,P3&sort="
                        + (i % 2 == 0 ? "-createdAt" : "-updatedAt"));
        Load.repeat(
                api,
                "list page of 50, a word of some tickets",
                1_000,
                i -> "/api/v1/tickets?limit=50&text=" + SampleTickets.rare(i) + "&sort="
                        + (i % 2 == 0 ? "-createdAt" : "-updatedAt"));
        Load.repeat(
                api,
                "list page of 50, a word of many tickets and a filter",
                1_000,
                i -> "/api/v1/tickets?limit=50&status=NEW&text="
                        + Api.encoded(SampleTickets.THINGS.get(i % SampleTickets.THINGS.size())));
        Load.repeat(api, "detail", 1_000, i -> "/api/v1/tickets/" + id);
        searches("search with highlights, words of some tickets", i -> SampleTickets.rare(i));
        searches(
                "search with highlights, words of many tickets",
                i -> SampleTickets.THINGS.get(i % SampleTickets.THINGS.size()));
        searches(
                "search with highlights, two words and a filter",
                i -> SampleTickets.SYMPTOMS.get(i % SampleTickets.SYMPTOMS.size()) + " " + SampleTickets.rare(i)
                        + " status:new");
        searches("search with highlights, misspelt", i -> "x" + SampleTickets.rare(i));
    }

    private void searches(String what, IntFunction<String> query) throws IOException, InterruptedException {
        Load.repeat(api, what, 300, i -> "/api/v1/search?limit=20&q=" + Api.encoded(query.apply(i)));
    }

    private void sight() throws IOException, InterruptedException {
        long[] lists = new long[100];
        long[] search = new long[10];
        for (int i = 0; i < lists.length; i++) {
            long begun = System.nanoTime();
            long position = open();
            api.get("/api/v1/tickets?limit=1&minPosition=" + position);
            lists[i] = System.nanoTime() - begun;
        }
        for (int i = 0; i < search.length; i++) {
            long begun = System.nanoTime();
            long position = open();
            while (api.json("/api/v1/search?limit=1&q=projector")
                            .path("position")
                            .asLong()
                    < position) {
                Thread.onSpinWait();
            }
            search[i] = System.nanoTime() - begun;
        }
        Figures.print("command to sight in lists", lists);
        Figures.print("command to sight in search", search);
    }

    /** Latencies in nanoseconds of the tickets opened within so many seconds, at most so many. */
    private List<long[]> open(int clients, int seconds, long most) throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        AtomicLong left = new AtomicLong(most);
        try (ExecutorService pool = Executors.newFixedThreadPool(clients)) {
            List<Future<long[]>> all = new ArrayList<>();
            for (int c = 0; c < clients; c++) {
                all.add(pool.submit(() -> {
                    long[] nanos = new long[1024];
                    int count = 0;
                    while (System.nanoTime() < end && left.getAndDecrement() > 0) {
                        long begun = System.nanoTime();
                        open();
                        if (count == nanos.length) {
                            nanos = Arrays.copyOf(nanos, count * 2);
                        }
                        nanos[count++] = System.nanoTime() - begun;
                    }
                    return Arrays.copyOf(nanos, count);
                }));
            }
            List<long[]> latencies = new ArrayList<>();
            for (Future<long[]> one : all) {
                latencies.add(one.get());
            }
            return latencies;
        }
    }

    private long open() throws IOException, InterruptedException {
        return api.send("POST", "/api/v1/tickets", SampleTickets.body(number.getAndIncrement()))
                .path("position")
                .asLong(0);
    }

    private void report(String what, List<long[]> latencies, int seconds) {
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).toArray();
        System.out.printf(Locale.ROOT, "%s: %.0f/s; ", what, (double) all.length / seconds);
        Figures.print("", all);
    }

    private static double fsyncMicros() {
        try {
            Path file = Files.createTempFile("fsync", ".bin");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                long[] nanos = new long[200];
                for (int i = 0; i < nanos.length; i++) {
                    ByteBuffer block = ByteBuffer.allocate(8192);
                    long begun = System.nanoTime();
                    channel.write(block, 0);
                    channel.force(false);
                    nanos[i] = System.nanoTime() - begun;
                }
                Arrays.sort(nanos);
                return nanos[nanos.length / 2] / 1e3;
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
