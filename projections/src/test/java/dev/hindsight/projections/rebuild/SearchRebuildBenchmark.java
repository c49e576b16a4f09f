package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.ops.embedded.EmbeddedOpenSearch;
import dev.hindsight.projections.ProjectionsModule;
import dev.hindsight.projections.live.Database;
import dev.hindsight.projections.live.MemoryLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import dev.hindsight.projections.rebuild.Jobs.Wish;
import dev.hindsight.projections.search.SearchProjection;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/**
 * How fast the search index is rebuilt and verified, phase by phase, beside the speed at which the live follower fills an
 * empty one. Run by {@code ops/benchmarks/rebuild-search.sh}; the argument says how many tickets. Their rows are written
 * as the model "tickets" would, with words as frequent as words are, about 1 KB of document each.
 */
public final class SearchRebuildBenchmark {

    private static final PrintStream OUT = System.out;
    private static final Envelope.Actor OLGA =
            new Envelope.Actor(ActorKind.OPERATOR, UUID.randomUUID(), List.of("operator"));
    private static final Wish AUTO = new Wish(null, false, SwitchMode.AUTO);
    private static final int INSERTED = 1_000;

    private SearchRebuildBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int tickets = arguments.length == 0 ? 150_000 : Integer.parseInt(arguments[0]);
        OUT.printf(
                "%s %s, %d cores, Java %s, commit %s, %s%n",
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                System.getProperty("commit"),
                Instant.now());
        var folder = Files.createTempDirectory("hindsight-rebuild-search");
        try (var node = EmbeddedOpenSearch.start(EmbeddedOpenSearch.Options.in(folder));
                var connection = new OpenSearchConnection(OpenSearchSettings.of(node.uri()));
                var database = new Database()) {
            run(tickets, connection, OpenSearchSettings.of(node.uri()), database);
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
        System.exit(0);
    }

    private static void run(
            int tickets, OpenSearchConnection connection, OpenSearchSettings settings, Database database)
            throws Exception {
        fill(database, tickets);
        var models = new ReadModels(database.pool);
        var freshness = new FreshnessGate(models::position);
        var search = SearchProjection.Search.of(
                connection, settings, database.pool, models, database.generations, freshness);
        database.generations.ensure(ReadModel.TICKET_SEARCH);
        var log = new MemoryLog();
        var bulk = new MemoryBulkLog(log);
        var runner = new JobRunner(
                new JobRunner.Tools(
                        ProjectionsModule.FOLDS,
                        database.generations,
                        bulk,
                        log,
                        search.indexes(),
                        () -> DriverManager.getConnection(database.pool.getJdbcUrl()),
                        (job, step, by, event) -> {},
                        search.followers()::look,
                        Clock.systemUTC(),
                        "one",
                        1,
                        Integer.getInteger("batch", Integer.MAX_VALUE)),
                database.pool,
                1);
        var jobs = new Jobs(database.pool, database.generations, bulk, OptionalLong::empty, runner::wake, () -> {});
        try {
            long begun = System.nanoTime();
            search.followers().start();
            if (!freshness.await(ReadModel.TICKET_SEARCH, tickets, Duration.ofMinutes(10))) {
                throw new IllegalStateException(
                        "not level: " + search.followers().status());
            }
            double live = seconds(begun);
            double bytes = bytes(connection, new TicketIndex(settings.indexPrefix()).name(1));
            OUT.printf(
                    Locale.ROOT,
                    "%n%,d tickets, %,.0f bytes a document; the live follower filled an empty index in %.1f s, %,.0f"
                            + " documents/s%n",
                    tickets,
                    bytes,
                    live,
                    tickets / live);
            runner.start();
            for (int round = 1; round <= Integer.getInteger("rounds", 2); round++) {
                rebuild(jobs, round, tickets, bytes);
            }
            begun = System.nanoTime();
            var id = jobs.start(UUID.randomUUID(), Kind.VERIFICATION, ReadModel.TICKET_SEARCH.id(), AUTO, OLGA)
                    .id();
            while (jobs.read(id).endedAt() == null) {
                Thread.sleep(10);
            }
            double took = seconds(begun);
            var report = Objects.requireNonNull(jobs.read(id).report());
            OUT.printf(
                    Locale.ROOT,
                    "%nverification: %,d documents, %,d differ, in %.1f s, %,.0f documents/s, %.1f MB/s%n",
                    report.rows(),
                    report.differing(),
                    took,
                    tickets / took,
                    tickets * bytes / took / 1e6);
        } finally {
            runner.stop();
            search.followers().stop();
        }
    }

    private static void rebuild(Jobs jobs, int round, int tickets, double bytes) throws InterruptedException {
        var heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
        System.gc();
        heap.forEach(MemoryPoolMXBean::resetPeakUsage);
        long begun = System.nanoTime();
        var job = jobs.start(UUID.randomUUID(), Kind.REBUILD, ReadModel.TICKET_SEARCH.id(), AUTO, OLGA);
        var phases = new LinkedHashMap<Job.Phase, Double>();
        var phase = job.phase();
        long since = begun;
        while (job.endedAt() == null && job.state() != Job.State.VERIFICATION_FAILED) {
            Thread.sleep(10);
            job = jobs.read(job.id());
            if (job.phase() != phase) {
                phases.merge(phase, seconds(since), Double::sum);
                since = System.nanoTime();
                phase = job.phase();
            }
        }
        double whole = seconds(begun);
        long peak =
                heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
        OUT.printf(
                Locale.ROOT,
                "%nround %d: %s, %.1f s in all; switch %.1f ms; heap at most %,d MiB%n",
                round,
                job.state(),
                whole,
                Objects.requireNonNullElse(job.switchMillis(), Double.NaN),
                peak >> 20);
        phases.forEach((name, took) -> {
            OUT.printf(Locale.ROOT, "  %-12s %6.2f s", name, took);
            if (name == Job.Phase.COPYING || name == Job.Phase.VERIFYING) { // the others do not go through documents
                OUT.printf(
                        Locale.ROOT, "  %,9.0f documents/s %6.1f MB/s", tickets / took, tickets * bytes / took / 1e6);
            }
            OUT.println();
        });
    }

    /** Of a thousand documents, on average. */
    private static double bytes(OpenSearchConnection connection, String index) throws Exception {
        return connection
                .patient()
                .search(request -> request.index(index).size(1_000), JsonNode.class)
                .hits()
                .hits()
                .stream()
                .mapToInt(
                        hit -> Objects.requireNonNull(hit.source()).toString().getBytes(StandardCharsets.UTF_8).length)
                .average()
                .orElseThrow();
    }

    private static void fill(Database database, int tickets) {
        var random = new SplittableRandom(5);
        var jdbc = new JdbcTemplate(database.pool);
        for (int from = 1; from <= tickets; from += INSERTED) {
            var rows = new ArrayList<Object[]>();
            var messages = new ArrayList<Object[]>();
            for (int number = from; number < from + INSERTED && number <= tickets; number++) {
                var id = UUID.randomUUID();
                rows.add(new Object[] {
                    id,
                    number,
                    number,
                    UUID.randomUUID(),
                    new UUID(0, random.nextInt(200)),
                    "queue-" + random.nextInt(12),
                    "floor-" + random.nextInt(20),
                    words(random, 6),
                    words(random, 45)
                });
                messages.add(new Object[] {id, 2, number, UUID.randomUUID(), "PUBLIC_REPLY", words(random, 35)});
                messages.add(new Object[] {id, 3, number, UUID.randomUUID(), "INTERNAL_NOTE", words(random, 25)});
            }
            jdbc.batchUpdate(
                    "INSERT INTO readmodel.ticket_g1 (id, number, last_position, requester, assignee, queue, tags,"
                            + " subject, description, version, created_at, updated_at, priority, type, status, channel)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ARRAY[?, 'printer'], ?, ?, 3, now(), now(), 3, 'INCIDENT',"
                            + " 'OPEN', 'WEB')",
                    rows);
            jdbc.batchUpdate(
                    "INSERT INTO readmodel.ticket_message_g1 (ticket_id, version, last_position, id, kind, body, at,"
                            + " author_kind) VALUES (?, ?, ?, ?, ?, ?, now(), 'AGENT')",
                    messages);
        }
        jdbc.update("UPDATE readmodel.generation SET position = ? WHERE model = 'tickets'", tickets);
        jdbc.execute("VACUUM (ANALYZE) readmodel.ticket_g1, readmodel.ticket_message_g1");
    }

    /** Made-up words, few of them frequent and most of them rare. */
    private static String words(SplittableRandom random, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ");
            int rank = (int) Math.exp(random.nextDouble() * Math.log(8_000));
            for (int rest = rank * 7 + 11; rest > 0; rest /= 17) {
                text.append("bdfgklmnprstvwxzq".charAt(rest % 17)).append("aeiou".charAt(rest % 5));
            }
        }
        return text.toString();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
