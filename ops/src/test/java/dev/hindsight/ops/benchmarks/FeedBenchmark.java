package dev.hindsight.ops.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures how long an event takes to a live reader of the feed while so many commands a second run, sent at even
 * distances whatever the answers do. Arguments: URL, an agent's token, seconds, commands a second.
 */
public final class FeedBenchmark {

    private static final int CLIENTS = 16;
    private static final int WARM_UP_SECONDS = 15;
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern TICKET = Pattern.compile("\"ticketId\":\"([0-9a-f-]{36})\"");

    private final String url;
    private final String token;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, Long> seen = new ConcurrentHashMap<>();

    /** When a command should have been sent, when it was answered, and what it opened. */
    private record Sent(String id, long due, long answered) {}

    private FeedBenchmark(String url, String token) {
        this.url = url;
        this.token = token;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("URL TOKEN SECONDS RATE");
        }
        FeedBenchmark benchmark = new FeedBenchmark(arguments[0], arguments[1]);
        int rate = Integer.parseInt(arguments[3]);
        HttpResponse<String> start =
                benchmark.http.send(benchmark.request("/api/v1/tickets").GET().build(), BodyHandlers.ofString());
        String head = start.headers().firstValue("Hindsight-Position").orElseThrow();
        HttpResponse<InputStream> live = benchmark.http.send(
                benchmark
                        .request("/api/v1/feed?after=" + head)
                        .header("Accept", "text/event-stream")
                        .GET()
                        .build(),
                BodyHandlers.ofInputStream());
        Thread reader = Thread.ofPlatform().daemon().start(() -> benchmark.read(live.body()));
        benchmark.load(WARM_UP_SECONDS, rate);
        List<Sent> sent = benchmark.load(Integer.parseInt(arguments[2]), rate);
        Thread.sleep(2_000);
        live.body().close();
        reader.join(5_000);
        benchmark.report(sent, rate);
    }

    private void read(InputStream body) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("data: ")) {
                    Matcher ticket = TICKET.matcher(line);
                    if (ticket.find()) {
                        seen.putIfAbsent(ticket.group(1), System.nanoTime());
                    }
                }
            }
        } catch (IOException closed) {
            System.out.println("the reader ends: " + closed);
        }
    }

    private List<Sent> load(int seconds, int rate) throws Exception {
        long begun = System.nanoTime() + 100_000_000;
        long step = 1_000_000_000L / rate;
        try (ExecutorService pool = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<List<Sent>>> all = new ArrayList<>();
            for (int c = 0; c < CLIENTS; c++) {
                int client = c;
                all.add(pool.submit(() -> {
                    List<Sent> sent = new ArrayList<>();
                    for (long n = client; n < (long) seconds * rate; n += CLIENTS) {
                        long due = begun + n * step;
                        while (System.nanoTime() < due) {
                            LockSupport.parkNanos(due - System.nanoTime());
                        }
                        HttpResponse<String> answer = http.send(
                                request("/api/v1/tickets")
                                        .header("Content-Type", "application/json")
                                        .POST(HttpRequest.BodyPublishers.ofString("{\"subject\":\"Printer in room " + n
                                                + " hums\",\"description\":\"Since this morning.\"}"))
                                        .build(),
                                BodyHandlers.ofString());
                        if (answer.statusCode() != 201) {
                            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
                        }
                        sent.add(
                                new Sent(JSON.readTree(answer.body()).path("id").asString(), due, System.nanoTime()));
                    }
                    return sent;
                }));
            }
            List<Sent> sent = new ArrayList<>();
            for (Future<List<Sent>> one : all) {
                sent.addAll(one.get());
            }
            return sent;
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).header("Authorization", "Bearer " + token);
    }

    private void report(List<Sent> sent, int rate) {
        long lost = sent.stream().filter(one -> !seen.containsKey(one.id())).count();
        print(
                "from when the command was due until the reader has the event",
                sent.stream()
                        .filter(one -> seen.containsKey(one.id()))
                        .mapToLong(one -> seen.getOrDefault(one.id(), 0L) - one.due())
                        .toArray());
        print(
                "from the command's answer until the reader has the event",
                sent.stream()
                        .filter(one -> seen.containsKey(one.id()))
                        .mapToLong(one -> Math.max(0, seen.getOrDefault(one.id(), 0L) - one.answered()))
                        .toArray());
        System.out.printf("%d commands/s asked for, %d sent, %d not seen by the reader%n", rate, sent.size(), lost);
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%s: n=%d p50 %.1f ms, p95 %.1f ms, p99 %.1f ms%n",
                what,
                nanos.length,
                millis(nanos, 0.50),
                millis(nanos, 0.95),
                millis(nanos, 0.99));
    }

    private static double millis(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (share * (sorted.length - 1))] / 1e6;
    }
}
