package dev.hindsight.ops.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures how long an event takes to a live reader of the feed while so many commands a second run, sent at even
 * distances whatever the answers do. Arguments: URL, an agent's token, seconds, commands a second.
 */
public final class FeedBenchmark {

    private static final int CLIENTS = 16;
    private static final int WARM_UP_SECONDS = 15;
    private static final long LATEST_NANOS = 2_000_000_000L;
    private static final Pattern TICKET = Pattern.compile("\"ticketId\":\"([0-9a-f-]{36})\"");

    private final Api api;
    private final Map<String, Long> seen = new ConcurrentHashMap<>();

    /** When a command should have been sent, when it was answered, and what it opened. */
    private record Sent(String id, long due, long answered) {}

    private FeedBenchmark(Api api) {
        this.api = api;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("URL TOKEN SECONDS RATE");
        }
        Api api = new Api(arguments[0], arguments[1]);
        FeedBenchmark benchmark = new FeedBenchmark(api);
        int rate = Integer.parseInt(arguments[3]);
        InputStream live =
                api.follow(api.json("/api/v1/tickets?limit=1").path("position").asLong());
        Thread reader = Thread.ofPlatform().daemon().start(() -> benchmark.read(live));
        benchmark.load(WARM_UP_SECONDS, rate);
        List<Sent> sent = benchmark.load(Integer.parseInt(arguments[2]), rate);
        benchmark.awaitSeen(sent);
        live.close();
        reader.join(5_000);
        benchmark.report(sent, rate);
    }

    /** What was not seen in this time is reported as not seen. */
    private void awaitSeen(List<Sent> sent) {
        long end = System.nanoTime() + LATEST_NANOS;
        while (System.nanoTime() < end && !sent.stream().allMatch(one -> seen.containsKey(one.id()))) {
            LockSupport.parkNanos(10_000_000);
        }
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
        return Load.evenly(CLIENTS, seconds, rate, (n, due) -> {
            String id = api.send("POST", "/api/v1/tickets", SampleTickets.body(n))
                    .path("id")
                    .asString();
            return new Sent(id, due, System.nanoTime());
        });
    }

    private void report(List<Sent> sent, int rate) {
        long lost = sent.stream().filter(one -> !seen.containsKey(one.id())).count();
        Figures.print(
                "from when the command was due until the reader has the event",
                sent.stream()
                        .filter(one -> seen.containsKey(one.id()))
                        .mapToLong(one -> seen.getOrDefault(one.id(), 0L) - one.due())
                        .toArray());
        Figures.print(
                "from the command's answer until the reader has the event",
                sent.stream()
                        .filter(one -> seen.containsKey(one.id()))
                        .mapToLong(one -> Math.max(0, seen.getOrDefault(one.id(), 0L) - one.answered()))
                        .toArray());
        System.out.printf("%d commands/s asked for, %d sent, %d not seen by the reader%n", rate, sent.size(), lost);
    }
}
