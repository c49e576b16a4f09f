package dev.hindsight.ops.benchmarks;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.benchmarks.Desk.Done;
import dev.hindsight.ops.benchmarks.Desk.Kind;
import dev.hindsight.ops.token.DevelopmentIssuer;
import dev.hindsight.projections.live.LiveModels;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.Job;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.Jobs;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Rebuilds beside what else could be done and what else goes on: Axon's own replay of the model {@code tickets} on the
 * same log, people at work over HTTP meanwhile, and all models by one order. Run by {@code ops/benchmarks/rebuild-load.sh},
 * which has {@link RebuildBenchmark} fill the installation before. Arguments: its folder, commands a second, queries a
 * second. The clients are in the application's process, so its heap is theirs, too.
 */
public final class RebuildUnderLoadBenchmark {

    private static final PrintStream OUT = System.out;
    private static final ReadModel TICKETS = ReadModel.TICKETS;
    private static final int POLL_MILLIS = 20;
    private static final int REPLAY_SECONDS = 60;
    /** Of each piece of load; a short rebuild is repeated until that much was sent beside one. */
    private static final int SECONDS = Integer.getInteger("seconds", 30);

    private static final int MOST_REBUILDS = 5;
    /** Until the generation that answered before may be dropped. */
    private static final Duration AFTER_SWITCH = Duration.ofSeconds(6);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(20);

    private final RunningApplication app;
    private final Person operator;
    private final Jobs jobs;
    private final JdbcClient jdbc;
    private final Desk desk;
    private final int commands;
    private final int queries;

    /**
     * A job from its order to its end.
     *
     * @param since when each phase was first seen, as {@link System#nanoTime} tells it
     * @param events that it copied
     */
    private record Ran(Job job, long begun, long end, TreeMap<Long, Phase> since, long events) {

        double seconds() {
            return (end - begun) / 1e9;
        }

        /** Of a phase, 0 where it was over before anybody looked. */
        double seconds(Phase phase) {
            return since.entrySet().stream()
                            .filter(one -> one.getValue() == phase)
                            .mapToLong(one -> {
                                Long next = since.higherKey(one.getKey());
                                return (next == null ? end : next) - one.getKey();
                            })
                            .sum()
                    / 1e9;
        }

        boolean during(Done request) {
            return request.due() >= begun && request.due() < end;
        }
    }

    private RebuildUnderLoadBenchmark(RunningApplication app, int commands, int queries) {
        this.app = app;
        this.commands = commands;
        this.queries = queries;
        operator = app.as(Role.OPERATOR, "olga@example.org");
        jobs = app.context().getBean(Jobs.class);
        jdbc = JdbcClient.create(app.context().getBean(DataSource.class));
        String token = DevelopmentIssuer.of(app.data())
                .issue(
                        EnumSet.of(Role.AGENT, Role.ADMIN),
                        "bench@example.org",
                        null,
                        Instant.now(),
                        Duration.ofHours(3));
        // Those that RebuildBenchmark's tickets are in, nearly all of them resolved.
        List<String> queues =
                IntStream.range(0, 8).mapToObj(queue -> "queue-" + queue).toList();
        desk = new Desk(new Api(app.url(""), token), queues, "NEW,OPEN,RESOLVED");
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("FOLDER COMMANDS QUERIES");
        }
        try (RunningApplication app = RunningApplication.in(
                Path.of(arguments[0]), Map.of("hindsight.rebuild.threads", Integer.getInteger("threads", 1)))) {
            new RebuildUnderLoadBenchmark(app, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2])).run();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        awaitQuiet();
        String only = System.getProperty("only", "replay load models");
        if (only.contains("replay")) {
            besideReplay();
        }
        if (only.contains("load")) {
            underLoad();
        }
        if (only.contains("models")) {
            allModels();
        }
    }

    private void besideReplay() throws Exception {
        OUT.printf("%nRebuild beside Axon's replay, nothing else going on%n");
        print("rebuild, the JVM still cold", rebuild(TICKETS, false));
        double replayed = replay();
        awaitQuiet();
        Ran ran = rebuild(TICKETS, false);
        print("rebuild", ran);
        OUT.printf(
                Locale.ROOT,
                "a rebuild brings the log in %.1f times as fast as the replay, its COPYING %.1f times (wanted: 20)%n",
                ran.events() / ran.seconds() / replayed,
                ran.events() / ran.seconds(Phase.COPYING) / replayed);
    }

    private static void print(String what, Ran ran) {
        OUT.printf(
                Locale.ROOT,
                "%s: %,d events in %.1f s, %,.0f events/s; COPYING %.1f s, %,.0f events/s%n",
                what,
                ran.events(),
                ran.seconds(),
                ran.events() / ran.seconds(),
                ran.seconds(Phase.COPYING),
                ran.events() / ran.seconds(Phase.COPYING));
    }

    /**
     * Has the streaming processor that follows live fill an empty generation, for a minute at most.
     *
     * @return events a second
     */
    private double replay() throws InterruptedException {
        Generations generations = app.context().getBean(Generations.class);
        LiveModels live = app.context().getBean(LiveModels.class);
        long head = head();
        int generation = empty(generations);
        try {
            long ordered = System.nanoTime();
            live.look();
            await("the replay begins", () -> position(generation) > 0);
            long from = position(generation);
            long begun = System.nanoTime();
            await("the replay", () -> position(generation) >= head || seconds(begun) >= REPLAY_SECONDS);
            long to = position(generation);
            double seconds = seconds(begun);
            double rate = (to - from) / seconds;
            OUT.printf(
                    Locale.ROOT,
                    "Axon's replay (it began after %.1f s): %,d of %,d events in %.1f s, %,.0f events/s%s%n",
                    (begun - ordered) / 1e9,
                    to - from,
                    head,
                    seconds,
                    rate,
                    to < head
                            ? String.format(
                                    Locale.ROOT, "; stopped, at this pace the whole log takes %,.0f s", head / rate)
                            : "");
            return rate;
        } finally {
            generations.drop(TICKETS, generation);
            live.look();
        }
    }

    /** An empty generation with its indexes, which is followed from the beginning of the log. */
    private int empty(Generations generations) {
        int generation = generations.begin(TICKETS);
        for (String table : TICKETS.tables()) {
            String physical = "readmodel." + ReadModel.physicalName(table, generation);
            jdbc.sql("DROP TABLE " + physical).update();
            jdbc.sql("CREATE TABLE " + physical + " (LIKE readmodel." + table + " INCLUDING ALL)")
                    .update();
        }
        generations.follow(TICKETS, generation, 0);
        return generation;
    }

    private long position(int generation) {
        return jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(TICKETS.id(), generation)
                .query(Long.class)
                .single();
    }

    private void underLoad() throws Exception {
        OUT.printf("%n%d commands and %d queries a second over HTTP%n", commands, queries);
        desk.queues();
        during(
                () -> { // both sides compile
                    sleep();
                    rebuild(TICKETS, false);
                    sleep();
                });
        List<Done> first = without();
        List<Done> unthrottled = beside("an unthrottled rebuild", false);
        List<Done> second = without();
        compare(unthrottled, first, second, 3);
        List<Done> gentle = beside("a gentle rebuild", true);
        compare(gentle, second, without(), 1.3);
    }

    private List<Done> without() throws Exception {
        dropPrevious();
        awaitQuiet();
        return during(RebuildUnderLoadBenchmark::sleep);
    }

    private List<Done> beside(String what, boolean gentle) throws Exception {
        dropPrevious();
        awaitQuiet();
        List<Ran> rebuilds = new ArrayList<>();
        List<MemoryPoolMXBean> heap = heap();
        List<Done> sent = during(() -> {
            double seconds = 0;
            while (seconds < SECONDS && rebuilds.size() < MOST_REBUILDS) {
                if (!rebuilds.isEmpty()) {
                    dropPrevious();
                }
                Ran ran = rebuild(TICKETS, gentle);
                rebuilds.add(ran);
                seconds += ran.seconds();
            }
        });
        OUT.printf(
                Locale.ROOT,
                "during %s (%d of them, heap at most %,d MiB with the clients)%n",
                what,
                rebuilds.size(),
                mebibytes(heap));
        rebuilds.forEach(ran -> print("  rebuild", ran));
        List<Done> beside = sent.stream()
                .filter(request -> rebuilds.stream().anyMatch(ran -> ran.during(request)))
                .toList();
        for (Phase phase : Phase.values()) {
            List<Done> then = beside.stream()
                    .filter(request -> rebuilds.stream()
                            .anyMatch(ran -> ran.during(request)
                                    && ran.since().floorEntry(request.due()).getValue() == phase))
                    .toList();
            if (!then.isEmpty()) {
                Figures.print("    all due in " + phase, Desk.nanos(then, kind -> true));
            }
        }
        return beside;
    }

    private static void compare(List<Done> beside, List<Done> before, List<Done> after, double wanted) {
        compare("commands", beside, before, after, Kind::isCommand, wanted);
        compare("queries", beside, before, after, kind -> !kind.isCommand(), wanted);
    }

    /** With what it is before and after it, taken together: a machine and a JVM change as they go on. */
    private static void compare(
            String what, List<Done> beside, List<Done> before, List<Done> after, Predicate<Kind> of, double wanted) {
        long[] nanos = Desk.nanos(beside, of);
        long[] earlier = Desk.nanos(before, of);
        long[] later = Desk.nanos(after, of);
        long[] without =
                LongStream.concat(Arrays.stream(earlier), Arrays.stream(later)).toArray();
        Figures.print("  " + what + " before it", earlier);
        Figures.print("  " + what + " during it", nanos);
        Figures.print("  " + what + " after it", later);
        OUT.printf(
                Locale.ROOT,
                "  %s: p50 %.2f times, p99 %.2f times what it is without (wanted: p99 at most %.1f times);"
                        + " after it p99 is %.2f times what it was before%n",
                what,
                Figures.times(nanos, without, 0.50),
                Figures.times(nanos, without, 0.99),
                wanted,
                Figures.times(later, earlier, 0.99));
    }

    private interface Action {
        void run() throws Exception;
    }

    /** What was sent while the action ran. */
    private List<Done> during(Action action) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService load = Executors.newSingleThreadExecutor()) {
            Future<List<Done>> sent = load.submit(() -> desk.work(
                    commands,
                    queries,
                    n -> !over.get(),
                    RebuildUnderLoadBenchmark::command,
                    RebuildUnderLoadBenchmark::query));
            try {
                action.run();
            } finally {
                over.set(true);
            }
            return sent.get();
        }
    }

    private static Kind command() {
        int of = ThreadLocalRandom.current().nextInt(5);
        return of < 2 ? Kind.OPEN : of < 4 ? Kind.REPLY : Kind.STATUS;
    }

    private static Kind query() {
        return ThreadLocalRandom.current().nextBoolean() ? Kind.LIST : Kind.DETAIL;
    }

    private void allModels() throws Exception {
        dropPrevious();
        awaitQuiet();
        List<MemoryPoolMXBean> heap = heap();
        long begun = System.nanoTime();
        Answer started = operator.post("/ops/v1/rebuilds", "{\"switch\":\"auto\"}");
        List<UUID> ids = started.body()
                .path("items")
                .valueStream()
                .map(job -> UUID.fromString(job.path("id").asString()))
                .toList();
        if (started.status() != 202 || ids.isEmpty()) {
            throw new IllegalStateException("no rebuild: " + started.raw().body());
        }
        OUT.printf("%nAll models by one order, nothing else going on%n");
        double last = 0;
        for (UUID id : ids) { // they are done in this order
            await("the switch", () -> goesOn(id).switchMillis() != null);
            last = seconds(begun);
            Job job = jobs.read(id);
            OUT.printf(
                    Locale.ROOT,
                    "  %s switched %.1f s after the order, in %.1f ms%n",
                    job.model(),
                    last,
                    job.switchMillis());
        }
        OUT.printf(
                Locale.ROOT,
                "%,d events: %.1f s from the order to the last switch; heap at most %,d MiB (wanted: 512)%n",
                head(),
                last,
                mebibytes(heap));
        awaitQuiet();
    }

    private Ran rebuild(ReadModel model, boolean gentle) throws InterruptedException {
        long begun = System.nanoTime();
        Answer started = operator.post(
                "/ops/v1/projections/" + model.id() + "/rebuilds", "{\"switch\":\"auto\",\"gentle\":" + gentle + "}");
        if (started.status() != 202) {
            throw new IllegalStateException("no rebuild: " + started.raw().body());
        }
        UUID id = UUID.fromString(started.id());
        TreeMap<Long, Phase> since = new TreeMap<>(Map.of(begun, Phase.PREPARING));
        long[] events = new long[1];
        await("the rebuild", () -> {
            Job job = goesOn(id); // not by HTTP, which would take a third of the processor that is measured
            if (job.phase() != since.lastEntry().getValue()) {
                since.put(System.nanoTime(), job.phase());
            }
            if (job.phase() == Phase.COPYING) {
                events[0] = job.total();
            }
            return job.endedAt() != null;
        });
        Ran ran = new Ran(jobs.read(id), begun, System.nanoTime(), since, events[0]);
        if (ran.job().gentle() != gentle || ran.events() == 0) {
            throw new IllegalStateException("not what was to be measured: " + ran);
        }
        return ran;
    }

    /** @throws IllegalStateException where it failed or waits for somebody */
    private Job goesOn(UUID id) {
        Job job = jobs.read(id);
        if (!EnumSet.of(State.WAITING, State.RUNNING, State.DONE).contains(job.state())) {
            throw new IllegalStateException(job.toString());
        }
        return job;
    }

    /** Live processing is to bring events into one generation alone, as it does where nothing was rebuilt lately. */
    private void dropPrevious() throws InterruptedException {
        Thread.sleep(AFTER_SWITCH);
        Generations generations = app.context().getBean(Generations.class);
        LiveModels live = app.context().getBean(LiveModels.class);
        int answering = generations.answering(TICKETS).orElseThrow();
        for (int generation : generations.followed(TICKETS)) {
            if (generation != answering && !generations.retire(TICKETS, generation, live::look)) {
                throw new IllegalStateException("generation " + generation + " can't be dropped");
            }
        }
    }

    private void awaitQuiet() throws InterruptedException {
        await(
                "the end of all jobs and lags",
                () -> jobs.list().stream().allMatch(job -> job.endedAt() != null)
                        && operator.get("/ops/v1/projections")
                                .body()
                                .path("items")
                                .valueStream()
                                .allMatch(model -> model.path("lagEvents").asLong() == 0));
    }

    private long head() {
        return operator.get("/ops/v1/projections")
                .body()
                .path("items")
                .path(0)
                .path("head")
                .asLong();
    }

    private static void await(String what, BooleanSupplier done) throws InterruptedException {
        long begun = System.nanoTime();
        while (!done.getAsBoolean()) {
            if (seconds(begun) > LONGEST_WAIT.toSeconds()) {
                throw new IllegalStateException(what + " takes longer than " + LONGEST_WAIT);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static void sleep() throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(SECONDS));
    }

    /** Pools whose peaks count from now on. */
    private static List<MemoryPoolMXBean> heap() {
        List<MemoryPoolMXBean> heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
        System.gc();
        heap.forEach(MemoryPoolMXBean::resetPeakUsage);
        return heap;
    }

    /** The sum of the pools' peaks: what was used at one moment was not more. */
    private static long mebibytes(List<MemoryPoolMXBean> heap) {
        return heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() >> 20;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
