package dev.hindsight.ops.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * What the past of one ticket costs: a ticket of 100 events and one of 1,000 as of random moments of theirs, their
 * conversation then, and the difference of two such moments, one client at a time. Arguments: URL, an agent's token,
 * events that must be in the log before (filled up first).
 */
public final class PastBenchmark {

    private static final int CLIENTS = 16;
    private static final int READS = 2_000;
    private static final Duration SETTLING = Duration.ofSeconds(20);

    private final Api api;
    private final Random random = new Random(5);

    private PastBenchmark(Api api) {
        this.api = api;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("URL TOKEN EVENTS");
        }
        PastBenchmark benchmark = new PastBenchmark(new Api(arguments[0], arguments[1]));
        System.out.println("server: " + benchmark.api.get("/api/version"));
        benchmark.fill(Long.parseLong(arguments[2]));
        for (int events : new int[] {100, 1_000}) {
            String ticket = benchmark.ticket(events);
            Thread.sleep(SETTLING);
            benchmark.measure(ticket, events);
        }
    }

    private void fill(long wanted) throws IOException, InterruptedException, ExecutionException {
        AtomicLong left = new AtomicLong(wanted - api.head());
        AtomicLong number = new AtomicLong();
        try (ExecutorService pool = Executors.newFixedThreadPool(CLIENTS)) {
            var all = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> pool.submit((Callable<Boolean>) () -> {
                        while (left.getAndDecrement() > 0) {
                            api.send("POST", "/api/v1/tickets", SampleTickets.body(number.getAndIncrement()));
                        }
                        return true;
                    }))
                    .toList();
            for (var one : all) {
                one.get();
            }
        }
        System.out.println("events in the log: " + api.head());
    }

    /** A ticket of so many events: replies, notes, tags that come and go. */
    private String ticket(int events) throws IOException, InterruptedException {
        String path = "/api/v1/tickets/"
                + api.send("POST", "/api/v1/tickets", SampleTickets.body(events))
                        .path("id")
                        .asString();
        long version = 1;
        for (int i = 0; version < events; i++) {
            JsonNode answer =
                    switch (i % 4) {
                        case 0 ->
                            api.send(
                                    "POST",
                                    path + "/replies",
                                    "{\"body\":\"We look at it this afternoon, the " + i + "th.\"}");
                        case 1 ->
                            api.send(
                                    "POST",
                                    path + "/notes",
                                    "{\"body\":\"The same as last week, see page " + i + ".\"}");
                        case 2 -> api.send("PUT", path + "/tags/late", "");
                        default -> api.send("DELETE", path + "/tags/late", "");
                    };
            version = answer.path("version").asLong();
        }
        return path;
    }

    private void measure(String path, int events) throws IOException, InterruptedException {
        JsonNode now = api.json(path);
        Instant first = Instant.parse(now.path("createdAt").asString());
        long micros = ChronoUnit.MICROS.between(
                first, Instant.parse(now.path("updatedAt").asString()));
        String of = " of a ticket of " + events + " events";
        Load.repeat(api, "detail now" + of, READS, i -> path);
        Load.repeat(api, "detail as of a moment" + of, READS, i -> path + "?asOf=" + moment(first, micros));
        Load.repeat(
                api,
                "detail at its last version but one" + of,
                READS,
                i -> path + "?version=" + (now.path("version").asLong() - 1));
        Load.repeat(
                api,
                "page of 50 of the conversation as of a moment" + of,
                READS,
                i -> path + "/conversation?asOf=" + moment(first, micros));
        Load.repeat(api, "difference of two moments" + of, READS, i -> {
            Instant one = moment(first, micros);
            Instant other = moment(first, micros);
            return path + "/changes?from=" + (one.isBefore(other) ? one : other) + "&to="
                    + (one.isBefore(other) ? other : one);
        });
    }

    private Instant moment(Instant first, long micros) {
        return first.plus(random.nextLong(micros + 1), ChronoUnit.MICROS);
    }
}
