package dev.hindsight.ops.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Loads a running installation over loopback: reads lists, details and search with one client, opens tickets with 16 and
 * with one, and follows single commands until lists and search show them. Arguments: URL, an agent's token,
 * seconds of the opening load, tickets that must be in before it (filled up first).
 */
public final class HttpBenchmark {

    private static final int CLIENTS = 16;
    /** What the fill left to do (merges of the index, vacuum) is not the reads'. */
    private static final Duration SETTLING = Duration.ofSeconds(20);

    private static final List<String> THINGS = List.of(
            "Printer",
            "Laptop",
            "Scanner",
            "Phone",
            "Projector",
            "Badge reader",
            "Docking station",
            "Monitor",
            "Keyboard",
            "Router",
            "Mailbox",
            "Calendar",
            "Payroll portal",
            "Wiki",
            "Backup",
            "Camera",
            "Headset");
    private static final List<String> SYMPTOMS = List.of(
            "hums",
            "shows a paper jam",
            "does not start",
            "is slow",
            "drops the connection",
            "asks for a password",
            "prints stripes",
            "overheats",
            "reports error 50",
            "is locked",
            "lost its settings",
            "flickers",
            "beeps");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String url;
    private final String token;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicLong number = new AtomicLong();

    private HttpBenchmark(String url, String token) {
        this.url = url;
        this.token = token;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("URL TOKEN SECONDS TICKETS");
        }
        HttpBenchmark benchmark = new HttpBenchmark(arguments[0], arguments[1]);
        int seconds = Integer.parseInt(arguments[2]);
        System.out.printf(
                Locale.ROOT,
                "machine: %d cores, %s; fsync p50 %.0f us; server: %s%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.vm.version"),
                fsyncMicros(),
                benchmark.get("/api/version"));
        benchmark.open(CLIENTS, 10, Long.MAX_VALUE); // both JVMs compile
        long present = benchmark.head();
        long wanted = Long.parseLong(arguments[3]);
        if (present < wanted) {
            benchmark.open(CLIENTS, 600, wanted - present);
        }
        System.out.println("events in the log: " + benchmark.head());
        Instant lately = Instant.now().minusSeconds(5);
        Thread.sleep(SETTLING);
        benchmark.reads(lately);
        benchmark.report("open, 16 clients", benchmark.open(CLIENTS, seconds, Long.MAX_VALUE), seconds);
        System.out.println("lag after it: " + benchmark.get("/ops/v1/projections"));
        benchmark.report("open, 1 client", benchmark.open(1, 10, Long.MAX_VALUE), 10);
        benchmark.sight();
    }

    /** One of 4,000 words, each in some fifty of 100,000 tickets. */
    private static String rare(long n) {
        long word = Math.floorMod(n * 2_654_435_761L, 4_000L);
        StringBuilder text = new StringBuilder("mo");
        for (int i = 0; i < 3; i++) {
            text.append("bdfgklmnprstvz".charAt((int) (word % 14))).append("aeiou".charAt((int) (word / 14 % 5)));
            word = word / 14 + 11L * i;
        }
        return text.toString();
    }

    /** @param lately some thousand tickets were opened since */
    private void reads(Instant lately) throws IOException, InterruptedException {
        String id = JSON.readTree(get("/api/v1/tickets?limit=1"))
                .path("items")
                .path(0)
                .path("id")
                .asString();
        repeat(
                "list page of 50, filters that some thousand match",
                1_000,
                i -> "/api/v1/tickets?limit=50&status=NEW&priority=P2,P3&createdAfter=" + lately + "&sort="
                        + (i % 2 == 0 ? "-createdAt" : "-updatedAt"));
        repeat(
                "list page of 50, filters that more match than are counted",
                1_000,
                i -> "/api/v1/tickets?limit=50&status=NEW&priority=P2,P3&sort="
                        + (i % 2 == 0 ? "-createdAt" : "-updatedAt"));
        repeat(
                "list page of 50, a word of some tickets",
                1_000,
                i -> "/api/v1/tickets?limit=50&text=" + rare(i) + "&sort="
                        + (i % 2 == 0 ? "-createdAt" : "-updatedAt"));
        repeat(
                "list page of 50, a word of many tickets and a filter",
                1_000,
                i -> "/api/v1/tickets?limit=50&status=NEW&text=" + encoded(THINGS.get(i % THINGS.size())));
        repeat("detail", 1_000, i -> "/api/v1/tickets/" + id);
        searches("search with highlights, words of some tickets", i -> rare(i));
        searches("search with highlights, words of many tickets", i -> THINGS.get(i % THINGS.size()));
        searches(
                "search with highlights, two words and a filter",
                i -> SYMPTOMS.get(i % SYMPTOMS.size()) + " " + rare(i) + " status:new");
        searches("search with highlights, misspelt", i -> "x" + rare(i));
    }

    private void searches(String what, IntFunction<String> query) throws IOException, InterruptedException {
        repeat(what, 300, i -> "/api/v1/search?limit=20&q=" + encoded(query.apply(i)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Twice as many requests go before those that are timed: both JVMs compile what reads need. */
    private void repeat(String what, int times, IntFunction<String> path) throws IOException, InterruptedException {
        long[] nanos = new long[times];
        for (int i = -2 * times; i < times; i++) {
            long begun = System.nanoTime();
            get(path.apply(Math.abs(i)));
            if (i >= 0) {
                nanos[i] = System.nanoTime() - begun;
            }
        }
        print(what, nanos);
    }

    private void sight() throws IOException, InterruptedException {
        long[] lists = new long[100];
        long[] search = new long[10];
        for (int i = 0; i < lists.length; i++) {
            long begun = System.nanoTime();
            long position = post();
            get("/api/v1/tickets?limit=1&minPosition=" + position);
            lists[i] = System.nanoTime() - begun;
        }
        for (int i = 0; i < search.length; i++) {
            long begun = System.nanoTime();
            long position = post();
            while (JSON.readTree(get("/api/v1/search?limit=1&q=projector"))
                            .path("position")
                            .asLong()
                    < position) {
                Thread.onSpinWait();
            }
            search[i] = System.nanoTime() - begun;
        }
        print("command to sight in lists", lists);
        print("command to sight in search", search);
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
                        post();
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

    private long post() throws IOException, InterruptedException {
        long n = number.getAndIncrement();
        String thing = THINGS.get((int) (n % THINGS.size()));
        String symptom = SYMPTOMS.get((int) (n / 7 % SYMPTOMS.size()));
        String body = "{\"subject\":\"" + thing + " in room " + n % 997 + " " + symptom
                + "\",\"description\":\"Since this morning it " + symptom + ". The label says " + rare(n)
                + ", a colleague with " + rare(n * 31 + 7) + " sees the same and nothing helps.\","
                + "\"impact\":" + (1 + n % 3) + ",\"urgency\":" + (1 + n / 3 % 3)
                + ",\"requester\":{\"email\":\"requester" + n % 500 + "@example.org\"}}";
        HttpResponse<String> answer = http.send(
                request("/api/v1/tickets")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 201) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        JsonNode position = JSON.readTree(answer.body()).path("position");
        return position.asLong(0);
    }

    private long head() throws IOException, InterruptedException {
        return JSON.readTree(get("/ops/v1/projections"))
                .path("items")
                .path(0)
                .path("head")
                .asLong();
    }

    private String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).header("Authorization", "Bearer " + token);
    }

    private void report(String what, List<long[]> latencies, int seconds) {
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).toArray();
        System.out.printf(Locale.ROOT, "%s: %.0f/s; ", what, (double) all.length / seconds);
        print("", all);
    }

    private static void print(String what, long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "%s n=%d p50 %.1f ms, p95 %.1f ms, p99 %.1f ms%n",
                what,
                sorted.length,
                millis(sorted, 0.50),
                millis(sorted, 0.95),
                millis(sorted, 0.99));
    }

    private static double millis(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (share * (sorted.length - 1))] / 1e6;
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
