package dev.hindsight.ops.benchmarks;

import dev.hindsight.ops.benchmarks.Desk.Done;
import dev.hindsight.ops.benchmarks.Desk.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A desk at work: so many commands and queries a second, sent at even distances whatever the answers do; a latency counts
 * from when its request was due. Of 20 queries 7 are details, 6 lists, 3 conversations, and one each a timeline, a search,
 * suggestions and all queue summaries; of 10 commands 4 open, 2 reply, 2 assign, one is a note and one begins work. Then
 * facets, suggestions and queue summaries with one client. Arguments: URL, a token of an agent and operator, seconds of
 * the mixed load, tickets that must be in before it (filled up first), commands a second, queries a second.
 */
public final class MixedBenchmark {

    private static final int FILLERS = 16;
    private static final int OPENED_AT_ONCE = 100;
    private static final int WARM_UP_SECONDS = 30;
    private static final int SETTLING_MILLIS = 20_000;
    private static final Pattern HEAP_USED =
            Pattern.compile("^jvm_memory_used_bytes\\{area=\"heap\",[^}]*} ([0-9.E+]+)$", Pattern.MULTILINE);

    private final Api api;
    private final Desk desk;

    private MixedBenchmark(Api api) {
        this.api = api;
        this.desk = new Desk(api, List.of("desk", "network", "hardware", "accounts"), "NEW,OPEN");
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 6) {
            throw new IllegalArgumentException("URL TOKEN SECONDS TICKETS COMMANDS QUERIES");
        }
        MixedBenchmark benchmark = new MixedBenchmark(new Api(arguments[0], arguments[1]));
        int seconds = Integer.parseInt(arguments[2]);
        int commands = Integer.parseInt(arguments[4]);
        int queries = Integer.parseInt(arguments[5]);
        benchmark.fill(Long.parseLong(arguments[3]));
        Thread.sleep(SETTLING_MILLIS);
        benchmark.one();
        benchmark.load(WARM_UP_SECONDS, commands, queries);
        benchmark.watched(seconds, commands, queries);
        System.out.println("lag after it: " + benchmark.api.get("/ops/v1/projections"));
        benchmark.one();
    }

    /** Nine of ten tickets are no longer open: a desk that worked for years. */
    private void fill(long tickets) throws Exception {
        desk.queues();
        AtomicLong left = new AtomicLong(tickets / OPENED_AT_ONCE);
        try (ExecutorService pool = Executors.newFixedThreadPool(FILLERS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < FILLERS; i++) {
                all.add(pool.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        List<String> ids = new ArrayList<>();
                        for (int n = 0; n < OPENED_AT_ONCE; n++) {
                            ids.add("\"" + desk.open().id() + "\"");
                        }
                        String over = String.join(",", ids.subList(0, OPENED_AT_ONCE * 9 / 10));
                        api.send(
                                "POST",
                                "/api/v1/tickets/bulk",
                                "{\"ids\":[" + over + "],\"command\":{\"type\":"
                                        + "\"changeStatus\",\"body\":{\"status\":\"CANCELLED\",\"reason\":\"Solved itself\"}}}");
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        System.out.println("tickets opened: " + desk.tickets() + ", events in the log: " + api.head());
    }

    private void watched(int seconds, int commands, int queries) throws Exception {
        var heap = new ConcurrentLinkedQueue<String>();
        Thread watch = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    heap.add(String.format(Locale.ROOT, "%.0f", leastHeap() / (1 << 20)));
                }
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            } catch (Exception failed) {
                throw new IllegalStateException("the heap can't be watched", failed);
            }
        });
        Instant begun = Instant.now();
        List<Done> done = load(seconds, commands, queries);
        watch.interrupt();
        watch.join();
        System.out.printf(
                Locale.ROOT,
                "%d commands and %d queries a second asked for; %d requests in %d s%n",
                commands,
                queries,
                done.size(),
                Instant.now().getEpochSecond() - begun.getEpochSecond());
        Figures.print("commands", Desk.nanos(done, Kind::isCommand));
        Figures.print("queries", Desk.nanos(done, kind -> !kind.isCommand()));
        for (Kind kind : Kind.values()) {
            Figures.print("  " + kind.name().toLowerCase(Locale.ROOT), Desk.nanos(done, kind::equals));
        }
        System.out.println("least heap in use within each half minute, MiB: " + String.join(" ", heap));
    }

    /** The smallest of 30 samples, one a second: what is left after collections. */
    private double leastHeap() throws Exception {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < 30; i++) {
            double used = 0;
            Matcher pools = HEAP_USED.matcher(api.get("/actuator/prometheus"));
            while (pools.find()) {
                used += Double.parseDouble(pools.group(1));
            }
            least = Math.min(least, used);
            Thread.sleep(1_000);
        }
        return least;
    }

    private List<Done> load(int seconds, int commands, int queries) throws Exception {
        long requests = (long) seconds * (commands + queries);
        return desk.work(commands, queries, n -> n < requests, MixedBenchmark::command, MixedBenchmark::query);
    }

    private static Kind command() {
        int of = ThreadLocalRandom.current().nextInt(10);
        return of < 4 ? Kind.OPEN : of < 6 ? Kind.REPLY : of < 7 ? Kind.NOTE : of < 9 ? Kind.ASSIGN : Kind.STATUS;
    }

    private static Kind query() {
        int of = ThreadLocalRandom.current().nextInt(20);
        return of < 6
                ? Kind.LIST
                : of < 13
                        ? Kind.DETAIL
                        : of < 16
                                ? Kind.CONVERSATION
                                : of < 17
                                        ? Kind.TIMELINE
                                        : of < 18 ? Kind.SEARCH : of < 19 ? Kind.SUGGESTIONS : Kind.SUMMARIES;
    }

    /** What is asked with one client. */
    private void one() throws Exception {
        Load.repeat(api, "all queue summaries", 300, i -> "/api/v1/queues/summaries");
        Load.repeat(api, "search with facets and highlights", 300, i -> {
            String thing = SampleTickets.THINGS.get(i % SampleTickets.THINGS.size());
            return "/api/v1/search?limit=20&q=" + Api.encoded(thing + " status:new priority:P2");
        });
        Load.repeat(api, "suggestions", 300, i -> {
            String word =
                    i % 2 == 0 ? SampleTickets.rare(i) : SampleTickets.THINGS.get(i % SampleTickets.THINGS.size());
            return "/api/v1/search/suggestions?q=" + Api.encoded(word.substring(0, 3 + i % 2));
        });
    }
}
