package dev.hindsight.ops.eventstore;

import com.sun.management.OperatingSystemMXBean;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.command.AppendedPositions;
import dev.hindsight.ops.ledger.Sealing;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.axonframework.common.IdentifierFactory;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.SimpleEventHandlerInvoker;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventhandling.tokenstore.inmemory.InMemoryTokenStore;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.eventsourcing.eventstore.jdbc.PostgresEventTableFactory;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.postgresql.ds.PGSimpleDataSource;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Numbers of the engine, with the machine, the cost of an fsync and the commit beside them. Run by
 * {@code ops/benchmarks/engine.sh}; arguments name sections: append, one, await, handler, bulk.
 */
final class EngineBenchmark {

    private static final int WRITERS = 16;
    private static final Serializer SERIALIZER = TestLogs.serializer();
    private static final PrintStream OUT = System.out;
    private static final List<String> WAYS = List.of(
            System.getProperty("ways", "plain INSERT,Hindsight,Axon JDBC").split(","));

    private final Duration round;

    private EngineBenchmark(Duration round) {
        this.round = round;
    }

    public static void main(String[] arguments) throws Exception {
        Set<String> sections = new TreeSet<>(Arrays.asList(arguments));
        if (sections.isEmpty()) {
            sections.addAll(List.of("append", "one", "await", "handler", "bulk"));
        }
        EngineBenchmark benchmark = new EngineBenchmark(Duration.ofSeconds(Integer.getInteger("seconds", 4)));
        printMachine();
        if (sections.contains("append")) {
            benchmark.append(WRITERS, Integer.getInteger("rounds", 5));
        }
        if (sections.contains("one")) {
            benchmark.append(1, 3);
        }
        if (sections.contains("await")) {
            benchmark.await();
        }
        if (sections.contains("bulk")) {
            benchmark.bulk(Integer.getInteger("events", 1_000_000));
        }
        if (sections.contains("handler")) {
            benchmark.handler(Integer.getInteger("rate", 2_000));
        }
    }

    /** A payload of some 300 bytes of JSON. */
    record Sample(
            String ticketId, String subject, String body, int impact, int urgency, Instant at, List<String> tags) {

        static Sample of(String stream, long number) {
            return new Sample(
                    stream,
                    "The printer on floor " + number % 17 + " shows a paper jam",
                    "It began this morning after the toner was changed; two colleagues see the same, number " + number,
                    3,
                    2,
                    Instant.ofEpochSecond(1_700_000_000 + number),
                    List.of("printer", "floor-" + number % 17));
        }
    }

    private static EventMessage<?> sample(String stream, long sequence) {
        return new GenericDomainEventMessage<>("Ticket", stream, sequence, Sample.of(stream, sequence));
    }

    /** One way to append. */
    private interface Appender extends AutoCloseable {
        void append(EventMessage<?> event) throws Exception;

        @Override
        void close();
    }

    private void append(int writers, int rounds) throws Exception {
        Map<String, List<Run>> runs = new LinkedHashMap<>();
        for (int i = -1; i < rounds; i++) {
            for (String way : WAYS) {
                Run run = run(way, writers);
                if (i >= 0) {
                    runs.computeIfAbsent(way, name -> new ArrayList<>()).add(run);
                }
            }
        }
        OUT.printf(
                "%n## Append, one event per transaction, %d writer(s), %d interleaved rounds of %s%n%n",
                writers, rounds, round);
        OUT.printf(
                "| way | events/s, median | of the first | p50 ms | p99 ms | CPU µs/event | rounds |%n|---|---|---|---|---|---|---|%n");
        double plain = median(
                Objects.requireNonNull(runs.get(WAYS.getFirst())).stream().mapToDouble(Run::perSecond));
        runs.forEach((way, all) -> {
            double rate = median(all.stream().mapToDouble(Run::perSecond));
            OUT.printf(
                    Locale.ROOT,
                    "| %s | %,.0f | %.2f | %.3f | %.3f | %.1f | %s |%n",
                    way,
                    rate,
                    rate / plain,
                    median(all.stream().mapToDouble(run -> run.percentile(50))),
                    median(all.stream().mapToDouble(run -> run.percentile(99))),
                    median(all.stream().mapToDouble(Run::cpu)),
                    all.stream().map(run -> "%,.0f".formatted(run.perSecond())).toList());
        });
        OUT.println("\n" + load());
    }

    private Run run(String way, int writers) throws Exception {
        PGSimpleDataSource database = TestDatabase.fresh();
        TestDatabase.execute(database, "CHECKPOINT");
        try (HikariDataSource pool = pool(database, writers);
                Appender appender = appender(way, database, pool)) {
            return measure(server(database), writers, appender::append);
        }
    }

    private static Appender appender(String way, PGSimpleDataSource database, HikariDataSource pool)
            throws SQLException {
        return switch (way) {
            case "plain INSERT" -> {
                TestDatabase.execute(database, PlainInsert.TABLE);
                yield new PlainInsert(pool);
            }
            case "Axon JDBC" -> {
                JdbcEventStorageEngine engine = JdbcEventStorageEngine.builder()
                        .connectionProvider(pool::getConnection)
                        .transactionManager(NoTransactionManager.INSTANCE)
                        .eventSerializer(SERIALIZER)
                        .snapshotSerializer(SERIALIZER)
                        .build();
                engine.createSchema(PostgresEventTableFactory.INSTANCE);
                yield new EngineAppender(engine, () -> {});
            }
            default -> {
                PostgresEventLog log = log(database, pool::getConnection);
                log.start();
                // "Hindsight-sealed": with the ledger beside it.
                Runnable sealing = way.endsWith("sealed") ? Sealing.start(database) : () -> {};
                yield new EngineAppender(log.engine(), () -> {
                    sealing.run();
                    log.close();
                });
            }
        };
    }

    private static PostgresEventLog log(PGSimpleDataSource database, ConnectionProvider connections) {
        return PostgresEventLog.builder()
                .sequencerDataSource(database)
                .connectionProvider(connections)
                .serializer(SERIALIZER)
                .build();
    }

    private static HikariDataSource pool(PGSimpleDataSource database, int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(size);
        return new HikariDataSource(config);
    }

    private record EngineAppender(EventStorageEngine engine, Runnable end) implements Appender {
        @Override
        public void append(EventMessage<?> event) {
            engine.appendEvents(List.of(event));
        }

        @Override
        public void close() {
            end.run();
        }
    }

    /** The same row by the same client into a table with the same key and nothing else. */
    private record PlainInsert(HikariDataSource pool) implements Appender {

        static final String TABLE = "CREATE TABLE plain_event (version bigint NOT NULL, append_number bigint NOT NULL,"
                + " occurred_at timestamptz NOT NULL, append_index integer NOT NULL, stream text COLLATE \"C\" NOT NULL,"
                + " stream_type text, event_id text NOT NULL, name text NOT NULL, revision text,"
                + " metadata bytea NOT NULL, payload bytea NOT NULL, PRIMARY KEY (stream, version))";

        private static final AtomicLong NUMBERS = new AtomicLong();

        @Override
        public void append(EventMessage<?> event) throws SQLException {
            DomainEventMessage<?> message = (DomainEventMessage<?>) event;
            SerializedObject<byte[]> payload = message.serializePayload(SERIALIZER, byte[].class);
            try (Connection connection = pool.getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO plain_event (append_number,"
                            + " append_index, stream, stream_type, version, event_id, name, revision, occurred_at,"
                            + " metadata, payload) VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
                insert.setLong(1, NUMBERS.incrementAndGet());
                insert.setString(2, message.getAggregateIdentifier());
                insert.setString(3, message.getType());
                insert.setLong(4, message.getSequenceNumber() + 1);
                insert.setString(5, message.getIdentifier());
                insert.setString(6, payload.getType().getName());
                insert.setString(7, payload.getType().getRevision());
                insert.setObject(8, message.getTimestamp().atOffset(ZoneOffset.UTC));
                insert.setBytes(
                        9, message.serializeMetaData(SERIALIZER, byte[].class).getData());
                insert.setBytes(10, payload.getData());
                insert.executeUpdate();
            }
        }

        @Override
        public void close() {}
    }

    /** As commands do it: append and commit in a unit of work's transaction, then wait. */
    private void await() throws Exception {
        PGSimpleDataSource database = TestDatabase.fresh();
        try (HikariDataSource pool = pool(database, WRITERS)) {
            ThreadLocal<Connection> transaction = ThreadLocal.withInitial(() -> transaction(pool));
            PostgresEventLog log = log(database, () -> PostgresEventLogTest.unclosable(transaction.get()));
            log.start();
            List<Run> runs = new ArrayList<>();
            for (int i = -1; i < 3; i++) {
                ThreadLocal<long[]> waited = ThreadLocal.withInitial(() -> new long[1]);
                Run run = measure(
                        server(database),
                        WRITERS,
                        event -> {
                            UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(event);
                            unit.onCommit(committing -> commit(transaction.get()));
                            log.engine().appendEvents(List.of(event));
                            unit.commit();
                            long committed = System.nanoTime();
                            long number = Objects.requireNonNull(
                                    (Long) unit.resources().get(AppendedPositions.LAST_APPEND));
                            if (log.positions()
                                    .awaitPosition(number, Duration.ofSeconds(5))
                                    .isEmpty()) {
                                throw new IllegalStateException("no position within five seconds");
                            }
                            waited.get()[0] = System.nanoTime() - committed;
                        },
                        nanos -> waited.get()[0]);
                if (i >= 0) {
                    runs.add(run);
                }
            }
            log.close();
            OUT.printf(
                    Locale.ROOT,
                    "%n## Awaiting the position after the commit, %d writers%n%np50 %.2f ms, p99 %.2f ms, %,.0f events/s"
                            + " (medians of 3 runs)%n%n%s%n",
                    WRITERS,
                    median(runs.stream().mapToDouble(run -> run.percentile(50))),
                    median(runs.stream().mapToDouble(run -> run.percentile(99))),
                    median(runs.stream().mapToDouble(Run::perSecond)),
                    load());
        }
    }

    private static Connection transaction(HikariDataSource pool) {
        try {
            Connection connection = pool.getDataSource().getConnection();
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void commit(Connection connection) {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void handler(int rate) throws Exception {
        PGSimpleDataSource database = TestDatabase.fresh();
        try (HikariDataSource pool = pool(database, WRITERS);
                PostgresEventLog log = log(database, pool::getConnection)) {
            log.start();
            Watch watch = new Watch();
            var scheduler = Executors.newScheduledThreadPool(2);
            PooledStreamingEventProcessor processor = PooledStreamingEventProcessor.builder()
                    .name("watch")
                    .messageSource(log.tail())
                    .tokenStore(new InMemoryTokenStore())
                    .transactionManager(NoTransactionManager.INSTANCE)
                    .eventHandlerInvoker(SimpleEventHandlerInvoker.builder()
                            .eventHandlers(watch)
                            .build())
                    .coordinatorExecutor(scheduler)
                    .workerExecutor(scheduler)
                    .initialSegmentCount(1)
                    .batchSize(100)
                    .build();
            processor.start();
            int writers = 8;
            long gap = 1_000_000_000L * writers / rate;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4) + round.toNanos() * 3;
            watch.from = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
            try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < writers; i++) {
                    String stream = "paced-" + i;
                    long first = System.nanoTime() + gap * i / writers;
                    all.add(threads.submit(() -> {
                        long sequence = 0;
                        for (long due = first; due < end; due += gap) {
                            while (System.nanoTime() < due) {
                                LockSupport.parkNanos(due - System.nanoTime());
                            }
                            log.engine()
                                    .appendEvents(List.of(new GenericDomainEventMessage<>(
                                            "Ticket",
                                            stream,
                                            sequence,
                                            Sample.of(stream, sequence++),
                                            Map.of("sent", System.nanoTime()))));
                        }
                    }));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            }
            TimeUnit.SECONDS.sleep(1);
            processor.shutDown();
            scheduler.shutdownNow();
            Run run = new Run(
                    watch.latencies.stream().mapToLong(Long::longValue).sorted().toArray(), round.toNanos() * 3, 0);
            OUT.printf(
                    Locale.ROOT,
                    "%n## From append to handler (pooled processor), %,d events/s%n%np50 %.2f ms, p99 %.2f ms over %,d"
                            + " events, %,.0f/s%n%n%s%n",
                    rate,
                    run.percentile(50),
                    run.percentile(99),
                    run.latencies.length,
                    run.perSecond(),
                    load());
        }
    }

    /** Reads everything in order, once as it is and once after many rolled-back appends; payloads decoded on the caller's thread. */
    private void bulk(int events) throws Exception {
        PGSimpleDataSource database = TestDatabase.fresh();
        fill(database, events);
        OUT.printf(Locale.ROOT, "%n## Bulk read in order, %,d events, payload decoded%n%n", events);
        readAll("as appended", database);
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 10_000; i++) {
                AppendStatement.execute(connection, List.of(sample("undone-" + i, 0)), SERIALIZER);
                connection.rollback();
                if (i % 10 == 0) {
                    AppendStatement.execute(connection, List.of(sample("done-" + i, 0)), SERIALIZER);
                    connection.commit();
                }
            }
            Sequencing.begin(connection).run();
            connection.commit();
        }
        readAll("after 10,000 rolled-back appends", database);
        OUT.println("\n" + load());
    }

    static void fill(DataSource database, int events) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                all.add(threads.submit(() -> {
                    try (Connection connection = database.getConnection()) {
                        for (int i = 0; i < events / 4; i += 20) {
                            String stream = IdentifierFactory.getInstance().generateIdentifier();
                            for (int j = 0; j < 20; j += 4) {
                                AppendStatement.execute(
                                        connection,
                                        List.of(
                                                sample(stream, j),
                                                sample(stream, j + 1),
                                                sample(stream, j + 2),
                                                sample(stream, j + 3)),
                                        SERIALIZER);
                            }
                        }
                        return null;
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        try (Connection connection = database.getConnection()) {
            Sequencing.begin(connection).run();
        }
        TestDatabase.execute(database, "VACUUM ANALYZE log.event", "VACUUM ANALYZE log.placement", "CHECKPOINT");
    }

    private static void readAll(String what, PGSimpleDataSource database) throws Exception {
        ObjectReader decoder = JsonMapper.builder().build().readerFor(Sample.class);
        double[] rates = new double[5];
        long events = 0;
        for (int i = 0; i < rates.length; i++) {
            long begin = System.nanoTime();
            events = 0;
            long impact = 0;
            try (BulkReading reading = new BulkEventReader(database).inOrder(0, Long.MAX_VALUE)) {
                for (var chunk = reading.next(); chunk != null; chunk = reading.next()) {
                    for (StoredEvent event : chunk) {
                        Sample sample = decoder.readValue(event.payload());
                        impact += sample.impact();
                    }
                    events += chunk.size();
                }
            }
            if (impact != events * 3) {
                throw new IllegalStateException("wrongly decoded");
            }
            rates[i] = events * 1e9 / (System.nanoTime() - begin);
        }
        Arrays.sort(rates);
        OUT.printf(
                Locale.ROOT,
                "- %s: %,.0f events/s, median of %d (%,.0f to %,.0f), %,d events%n",
                what,
                rates[rates.length / 2],
                rates.length,
                rates[0],
                rates[rates.length - 1],
                events);
    }

    /** Notes how long each event took from before its append. */
    static final class Watch {
        private final List<Long> latencies = new ArrayList<>();
        private volatile long from;

        @EventHandler
        void on(Sample sample, EventMessage<?> message) {
            long now = System.nanoTime();
            long sent = ((Number) Objects.requireNonNull(message.getMetaData().get("sent"))).longValue();
            if (sent >= from) {
                latencies.add(now - sent);
            }
        }
    }

    /** What a writer does with each event. */
    private interface Action {
        void on(EventMessage<?> event) throws Exception;
    }

    private Run measure(ProcessHandle server, int writers, Action action) throws Exception {
        return measure(server, writers, action, nanos -> nanos);
    }

    private Run measure(ProcessHandle server, int writers, Action action, LongUnaryOperator latency) throws Exception {
        LongAdder total = new LongAdder();
        double cpu = cpuMicros(server);
        long begin = System.nanoTime();
        long from = begin + TimeUnit.SECONDS.toNanos(1);
        long end = from + round.toNanos();
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            List<Future<long[]>> all = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                all.add(threads.submit(() -> write(
                        event -> {
                            action.on(event);
                            total.increment();
                        },
                        latency,
                        from,
                        end)));
            }
            long[] latencies = new long[0];
            for (Future<long[]> one : all) {
                long[] more = one.get();
                latencies = Arrays.copyOf(latencies, latencies.length + more.length);
                System.arraycopy(more, 0, latencies, latencies.length - more.length, more.length);
            }
            Arrays.sort(latencies);
            return new Run(latencies, round.toNanos(), (cpuMicros(server) - cpu) / Math.max(1, total.sum()));
        }
    }

    /** CPU time so far of this process and of the database server, in microseconds: tells more than time on a busy machine. */
    private static double cpuMicros(ProcessHandle server) {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e3
                + Stream.concat(Stream.of(server), server.descendants())
                        .mapToDouble(process -> process.info()
                                        .totalCpuDuration()
                                        .orElse(Duration.ZERO)
                                        .toNanos()
                                / 1e3)
                        .sum();
    }

    private static ProcessHandle server(PGSimpleDataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return ProcessHandle.of(row.getLong(1)).orElseThrow().parent().orElseThrow();
        }
    }

    /** Each writer appends 20 events to a ticket, then takes a new one. */
    private static long[] write(Action action, LongUnaryOperator latency, long from, long end) throws Exception {
        long[] latencies = new long[1 << 18];
        int count = 0;
        String stream = "";
        for (long i = 0; ; i++) {
            if (i % 20 == 0) {
                stream = IdentifierFactory.getInstance().generateIdentifier();
            }
            long begin = System.nanoTime();
            if (begin >= end) {
                return Arrays.copyOf(latencies, count);
            }
            action.on(sample(stream, i % 20));
            if (begin >= from) {
                latencies[count++] = latency.applyAsLong(System.nanoTime() - begin);
            }
        }
    }

    /** Latencies in nanoseconds, sorted, over a time. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Run(long[] latencies, long nanos, double cpu) {
        double perSecond() {
            return latencies.length * 1e9 / nanos;
        }

        double percentile(double percent) {
            return latencies[(int) Math.min(latencies.length - 1, latencies.length * percent / 100)] / 1e6;
        }
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    static void printMachine() throws IOException, InterruptedException {
        OUT.printf(
                "%s, %d cores, %s, Java %s, commit %s, %s%n",
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                cpu(),
                Runtime.version(),
                System.getProperty("commit", "unknown"),
                Instant.now());
        OUT.printf(Locale.ROOT, "fsync of 8 KiB: median %.0f µs%n%s%n", fsyncMicros(), load());
    }

    private static String cpu() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        return Files.exists(info)
                ? Files.readAllLines(info).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 2))
                        .findFirst()
                        .orElse("unknown CPU")
                : "unknown CPU";
    }

    private static String load() throws IOException {
        Path load = Path.of("/proc/loadavg");
        return Files.exists(load)
                ? "load " + Files.readString(load, StandardCharsets.US_ASCII).trim()
                : "";
    }

    static double fsyncMicros() throws IOException {
        Path file = Files.createTempFile("fsync", ".bin");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer page = ByteBuffer.allocate(8192);
            double[] micros = new double[200];
            for (int i = 0; i < micros.length; i++) {
                page.clear();
                channel.write(page, i * 8192L);
                long begin = System.nanoTime();
                channel.force(false);
                micros[i] = (System.nanoTime() - begin) / 1e3;
            }
            Arrays.sort(micros);
            return micros[micros.length / 2];
        } finally {
            Files.delete(file);
        }
    }
}
