package dev.hindsight.ops.benchmarks;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.InternalNoteAdded;
import dev.hindsight.domain.ticket.TicketEvent.PublicReplyAdded;
import dev.hindsight.domain.ticket.TicketEvent.TagAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketAssigned;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import dev.hindsight.domain.ticket.TicketEvent.TicketResolved;
import dev.hindsight.domain.ticket.TicketEvent.WorkStarted;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.projections.rebuild.Job;
import dev.hindsight.projections.rebuild.Jobs;
import dev.hindsight.projections.rebuild.Report;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/**
 * How fast read models are rebuilt, phase by phase, beside the speed at which live processing brought in the same events.
 * Run by {@code ops/benchmarks/rebuild.sh}; the argument says how many events.
 */
public final class RebuildBenchmark {

    private static final PrintStream OUT = System.out;
    private static final int EVENTS_PER_TICKET = 7;
    private static final int TICKETS_AT_ONCE = 20;
    private static final int WRITERS = 3;
    private static final int POLL_MILLIS = 20;
    private static final double TICKS_PER_SECOND = 100;
    private static final int REPAIRED = 1_000;
    private static final String BODY =
            "The printer on the third floor takes no paper and says PC LOAD LETTER. ".repeat(3);
    private static final Envelope ENVELOPE = new Envelope(
            new Envelope.Actor(ActorKind.AGENT, UUID.randomUUID(), List.of("agent")),
            null,
            null,
            "benchmark",
            "benchmark",
            "benchmark",
            null,
            "API",
            null,
            Envelope.TENANT,
            "benchmark",
            null);

    private final RunningApplication app;
    private final Person operator;

    private RebuildBenchmark(RunningApplication app) {
        this.app = app;
        this.operator = app.as(Role.OPERATOR, "olga@example.org");
    }

    public static void main(String[] arguments) throws Exception {
        int events = arguments.length == 0 ? 1_000_000 : Integer.parseInt(arguments[0]);
        String kept = System.getProperty("data");
        Path data = kept == null ? Files.createTempDirectory("hindsight-rebuild") : Path.of(kept);
        OUT.printf(
                "%s %s, %d cores, Java %s, commit %s, %s%n",
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                System.getProperty("commit"),
                Instant.now());
        try (RunningApplication app =
                RunningApplication.in(data, Map.of("hindsight.rebuild.threads", Integer.getInteger("threads", 1)))) {
            new RebuildBenchmark(app).run(events);
        } finally {
            if (kept == null) {
                FileSystemUtils.deleteRecursively(data);
            }
        }
        System.exit(0);
    }

    /** Appends about so many events of made-up tickets, as fast as it goes; read models follow on their own. */
    public static void fill(RunningApplication app, int events) throws Exception {
        new RebuildBenchmark(app).generate(events / EVENTS_PER_TICKET);
    }

    private void run(int events) throws Exception {
        if (head() < events / 2) {
            long begun = System.nanoTime();
            generate(events / EVENTS_PER_TICKET);
            double seconds = seconds(begun);
            awaitLive();
            OUT.printf(
                    Locale.ROOT,
                    "%n%,d events on %,d tickets appended in %.0f s; live processing was level after %.0f s,"
                            + " %,.0f events/s while they were appended%n",
                    head(),
                    events / EVENTS_PER_TICKET,
                    seconds,
                    seconds(begun),
                    head() / seconds(begun));
        }
        awaitLive();
        while (operator.get("/ops/v1/jobs")
                .body()
                .path("items")
                .valueStream()
                .anyMatch(job -> job.path("endedAt").isNull())) {
            Thread.sleep(200); // of a run that was ended
        }
        for (int round = 1; round <= Integer.getInteger("rounds", 2); round++) {
            rebuild("tickets", round);
        }
        rebuild("directory", 1);
        verification();
        repairs();
    }

    private void generate(int tickets) throws Exception {
        EventStore store = app.context().getBean(EventStore.class);
        TransactionManager transactions = app.context().getBean(TransactionManager.class);
        EventCodec codec = app.context().getBean(EventCodec.class);
        List<UUID> people = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            people.add(UUID.randomUUID());
        }
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                int from = tickets / WRITERS * w;
                int to = w == WRITERS - 1 ? tickets : tickets / WRITERS * (w + 1);
                all.add(writers.submit(() -> {
                    SplittableRandom random = new SplittableRandom(from);
                    for (int i = from; i < to; i += TICKETS_AT_ONCE) {
                        List<TicketEvent> some = new ArrayList<>();
                        for (int j = i; j < Math.min(to, i + TICKETS_AT_ONCE); j++) {
                            some.addAll(ticket(j, people, random));
                        }
                        codec.prepare(some);
                        DefaultUnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
                        unit.attachTransaction(transactions);
                        unit.execute(() -> store.publish(messages(some)));
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static List<EventMessage<?>> messages(List<TicketEvent> events) {
        List<EventMessage<?>> messages = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            TicketEvent event = events.get(i);
            messages.add(new GenericDomainEventMessage<>(
                    "Ticket", event.streamId(), i % EVENTS_PER_TICKET, event, MetaData.with(Envelope.KEY, ENVELOPE)));
        }
        return messages;
    }

    private static List<TicketEvent> ticket(int number, List<UUID> people, SplittableRandom random) {
        UUID id = UUID.randomUUID();
        UUID agent = people.get(random.nextInt(people.size()));
        UUID requester = people.get(random.nextInt(people.size()));
        Instant at = Instant.now().truncatedTo(ChronoUnit.MICROS);
        return List.of(
                new TicketOpened(
                        id,
                        at,
                        1_000_000L + number,
                        "INCIDENT",
                        "Printer " + number + " is jammed",
                        UUID.randomUUID(),
                        BODY,
                        requester,
                        null,
                        3,
                        3,
                        "P5",
                        "hindsight-1",
                        "queue-" + random.nextInt(8),
                        null,
                        List.of("printer"),
                        Map.of(),
                        Map.of(),
                        "API",
                        null),
                new TicketAssigned(id, at, null, agent),
                new WorkStarted(id, at, "NEW", false),
                new PublicReplyAdded(id, at, UUID.randomUUID(), agent, BODY),
                new TagAdded(id, at, "floor-" + random.nextInt(20)),
                new InternalNoteAdded(id, at, UUID.randomUUID(), agent, BODY),
                new TicketResolved(id, at, "OPEN", "FIXED", "New toner.", null, false));
    }

    private long head() {
        return projections().path(0).path("head").asLong();
    }

    private JsonNode projections() {
        return operator.get("/ops/v1/projections").body().path("items");
    }

    private void awaitLive() throws InterruptedException {
        while (!projections()
                .valueStream()
                .allMatch(model -> model.path("lagEvents").asLong() == 0)) {
            Thread.sleep(200);
        }
    }

    /** What the job said of its end, when that much of the time was over. */
    private record Promise(double percent, Instant at, Instant end) {}

    private void rebuild(String model, int round) throws Exception {
        List<MemoryPoolMXBean> heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
        System.gc();
        heap.forEach(MemoryPoolMXBean::resetPeakUsage);
        Work work = new Work();
        Answer started = operator.post("/ops/v1/projections/" + model + "/rebuilds", "{\"switch\":\"auto\"}");
        if (started.status() != 202) {
            throw new IllegalStateException("no rebuild: " + started.raw().body());
        }
        UUID id = UUID.fromString(started.id());
        long events = 0;
        List<Promise> promises = new ArrayList<>();
        Job job = jobs().read(id);
        while (job.endedAt() == null) {
            Thread.sleep(POLL_MILLIS);
            job = jobs().read(id); // not by HTTP, which would take a third of the processor that is measured
            if (job.eta() != null) {
                promises.add(new Promise(job.percent(), Instant.now(), job.eta()));
            }
            if (job.phase() == Job.Phase.COPYING) {
                events = job.total();
            }
            work.phase(job.phase().name());
        }
        Instant end = Instant.now();
        double whole = work.seconds();
        long peak =
                heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
        OUT.printf(
                Locale.ROOT,
                "%n%s, round %d: %s, %,d events in %.1f s, %,.0f events/s in all; switch %.1f ms; heap at most %,d MiB%n",
                model,
                round,
                job.state(),
                events,
                whole,
                events / whole,
                job.switchMillis(),
                peak >> 20);
        work.print(events);
        for (int percent : List.of(10, 25, 50, 75)) {
            promises.stream()
                    .filter(promise -> promise.percent >= percent)
                    .findFirst()
                    .ifPresent(promise -> {
                        double left = Duration.between(promise.at, end).toMillis() / 1000.0;
                        double told = Duration.between(promise.at, promise.end).toMillis() / 1000.0;
                        OUT.printf(
                                Locale.ROOT,
                                "  at %.0f %% it said %.1f s to go, and took %.1f s: %+.0f %% of what was left%n",
                                promise.percent,
                                told,
                                left,
                                (told / left - 1) * 100);
                    });
        }
    }

    /** Seconds and processor time of the phases: this process' and all of PostgreSQL's. */
    private final class Work {

        private record Taken(double seconds, double own, double server) {

            Taken plus(Taken more) {
                return new Taken(seconds + more.seconds, own + more.own, server + more.server);
            }
        }

        private final long begun = System.nanoTime();
        private final Map<String, Taken> phases = new LinkedHashMap<>();
        private String phase = "PREPARING";
        private long since = begun;
        private double own = own();
        private double server;

        private Work() throws IOException {
            server = server();
        }

        void phase(String now) throws IOException {
            if (!now.equals(phase)) {
                double ownNow = own();
                double serverNow = server();
                phases.merge(
                        phase,
                        new Taken(RebuildBenchmark.seconds(since), ownNow - own, serverNow - server),
                        Taken::plus);
                since = System.nanoTime();
                own = ownNow;
                server = serverNow;
                phase = now;
            }
        }

        double seconds() {
            return RebuildBenchmark.seconds(begun);
        }

        void print(long events) {
            phases.forEach((name, taken) -> OUT.printf(
                    Locale.ROOT,
                    "  %-12s %6.2f s %,12.0f events/s; processor %5.2f s here, %5.2f s PostgreSQL%n",
                    name,
                    taken.seconds,
                    events / taken.seconds,
                    taken.own,
                    taken.server));
        }

        private static double own() {
            return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                            .getProcessCpuTime()
                    / 1e9;
        }

        /** Of the postmaster, of its children that are there, and of those that have ended. */
        private double server() throws IOException {
            Path postmaster;
            try (Stream<Path> files = Files.find(app.data(), 4, (file, its) -> file.endsWith("postmaster.pid"))) {
                postmaster = files.findFirst().orElseThrow();
            }
            String pid = Files.readAllLines(postmaster).getFirst().strip();
            double ticks = ticks(pid, true);
            for (ProcessHandle child : ProcessHandle.of(Long.parseLong(pid))
                    .orElseThrow()
                    .children()
                    .toList()) {
                ticks += ticks(Long.toString(child.pid()), false);
            }
            return ticks / TICKS_PER_SECOND;
        }

        private static double ticks(String pid, boolean withEnded) {
            try {
                String stat = Files.readString(Path.of("/proc", pid, "stat"));
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                double ticks = Double.parseDouble(fields[11]) + Double.parseDouble(fields[12]);
                return withEnded ? ticks + Double.parseDouble(fields[13]) + Double.parseDouble(fields[14]) : ticks;
            } catch (IOException ended) {
                return 0;
            }
        }
    }

    private void verification() throws Exception {
        Work work = new Work();
        Answer started = operator.post("/ops/v1/projections/tickets/verifications", null);
        UUID id = UUID.fromString(started.id());
        Job job = jobs().read(id);
        while (job.endedAt() == null) {
            Thread.sleep(POLL_MILLIS);
            job = jobs().read(id);
            work.phase(job.phase().name());
        }
        Report report = Objects.requireNonNull(job.report());
        double whole = work.seconds();
        OUT.printf(
                Locale.ROOT,
                "%nverification of tickets: %,d rows, %,d differ, in %.1f s, %,.0f events/s%n",
                report.rows(),
                report.differing(),
                whole,
                head() / whole);
        work.print(head());
    }

    private Jobs jobs() {
        return app.context().getBean(Jobs.class);
    }

    /** One ticket after the other over HTTP, each with a wrong row. */
    private void repairs() {
        JdbcTemplate jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
        String table = "readmodel.ticket_g"
                + jdbc.queryForObject(
                        "SELECT generation FROM readmodel.active_generation WHERE model = 'tickets'", Integer.class);
        List<UUID> tickets = jdbc.queryForList("SELECT id FROM " + table + " LIMIT ?", UUID.class, REPAIRED);
        List<Double> millis = new ArrayList<>();
        for (UUID ticket : tickets) {
            jdbc.update("UPDATE " + table + " SET subject = 'nonsense' WHERE id = ?", ticket);
            long begun = System.nanoTime();
            Answer repaired = operator.post("/ops/v1/projections/tickets/repairs", "{\"ticketId\":\"" + ticket + "\"}");
            millis.add(seconds(begun) * 1_000);
            if (repaired.body().path("differing").asInt() != 1) {
                throw new IllegalStateException(
                        "not repaired: " + repaired.raw().body());
            }
        }
        List<Double> warm = millis.subList(millis.size() / 2, millis.size()).stream()
                .sorted()
                .toList();
        OUT.printf(
                Locale.ROOT,
                "%nrepair of one ticket over HTTP, %d warm ones: p50 %.1f ms, p99 %.1f ms, longest %.1f ms; the first took"
                        + " %.1f ms%n",
                warm.size(),
                warm.get(warm.size() / 2),
                warm.get(warm.size() * 99 / 100),
                warm.getLast(),
                millis.getFirst());
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
