package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/** Whatever transactions do, every reader gets every committed event exactly once, in one dense order. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class SkipTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration HOLD = Duration.ofMillis(50);

    @Test
    void everyReaderGetsEveryEventOnceBesideLongAndIdleTransactions() throws Exception {
        drill(new LogLoad.Plan(16, 50_000, HOLD, LONG, LONG, false));
    }

    @Test
    @Tag("drill")
    void theSameWithAMillionEvents() throws Exception {
        Instant begin = Instant.now();
        String result = drill(new LogLoad.Plan(16, 1_000_000, HOLD, LONG, Duration.ZERO, false));
        write("skip-test.md", begin, result);
    }

    /** The proof that this test has teeth: a reader of auto-increment numbers fails it. */
    @Test
    void aReaderOfAutoIncrementNumbersSkipsEvents() throws Exception {
        PGSimpleDataSource database = TestDatabase.fresh();
        TestDatabase.execute(database, NaiveLog.TABLE);
        try (HikariDataSource pool = TestDatabase.pool(database, 20);
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            LogLoad load = new LogLoad(
                    "naive",
                    pool,
                    new LogLoad.Plan(16, 10_000, HOLD, Duration.ZERO, Duration.ZERO, false),
                    new NaiveLog());
            AtomicLong target = new AtomicLong(Long.MAX_VALUE);
            Future<Set<String>> reader = threads.submit(() -> NaiveLog.readUntil(pool, target));
            load.run();
            target.set(NaiveLog.head(pool));
            Set<String> seen = reader.get(60, TimeUnit.SECONDS);

            assertThat(load.acknowledged()).isGreaterThanOrEqualTo(10_000);
            assertThat((long) seen.size())
                    .as("events that the naive reader saw")
                    .isLessThan(load.acknowledged());
        }
    }

    private static String drill(LogLoad.Plan plan) throws Exception {
        PGSimpleDataSource database = TestDatabase.fresh();
        try (HikariDataSource pool = TestDatabase.pool(database, plan.writers() + 8);
                PostgresEventLog log = TestLogs.log(database, pool);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            log.start();
            LogLoad load = new LogLoad("load", pool, plan, new EngineAppend());
            AtomicLong target = new AtomicLong(Long.MAX_VALUE);
            List<Future<DeliveryCheck>> readers = new ArrayList<>();
            for (String name : List.of("tail 1", "tail 2", "tail that reopens", "tail behind")) {
                readers.add(threads.submit(() -> follow(name, log, target)));
            }
            long begin = System.nanoTime();
            load.run();
            double seconds = (System.nanoTime() - begin) / 1e9;
            target.set(load.acknowledged());
            for (Future<DeliveryCheck> reader : readers) {
                DeliveryCheck check = reader.get(120, TimeUnit.SECONDS);
                assertThat(check.position()).isEqualTo(load.acknowledged());
                check.verify(load.committed(), 0);
            }
            DeliveryCheck bulk = new DeliveryCheck("bulk reader");
            readAll(pool, log, bulk);
            bulk.verify(load.committed(), 0);
            return "%,d events in %,d transactions, %.0f s, 16 writers, 5 readers: each got every event once, in order."
                    .formatted(load.acknowledged(), load.committed().size(), seconds);
        }
    }

    static DeliveryCheck follow(String name, PostgresEventLog log, AtomicLong target) throws InterruptedException {
        DeliveryCheck check = new DeliveryCheck(name);
        SplittableRandom random = new SplittableRandom(7);
        while (check.position() < target.get()) {
            try (var stream = log.tail().openStream(new GlobalSequenceTrackingToken(check.position()))) {
                long reopenAt = name.contains("reopens") ? check.position() + random.nextLong(2_000) : Long.MAX_VALUE;
                while (check.position() < Math.min(reopenAt, target.get())) {
                    if (stream.hasNextAvailable(20, TimeUnit.MILLISECONDS)) {
                        check.accept(stream.nextAvailable());
                        if (name.contains("behind") && check.position() % 1_000 == 0) {
                            LockSupport.parkNanos(20_000_000);
                        }
                    }
                }
            }
        }
        return check;
    }

    private static void readAll(HikariDataSource pool, PostgresEventLog log, DeliveryCheck check) throws Exception {
        try (BulkReading reading = new BulkEventReader(pool).inOrder(0, Long.MAX_VALUE)) {
            for (var chunk = reading.next(); chunk != null; chunk = reading.next()) {
                for (StoredEvent event : chunk) {
                    String payload = new String(event.payload(), StandardCharsets.UTF_8).substring(1);
                    check.accept(
                            event.position(),
                            event.stream(),
                            event.version(),
                            event.eventId(),
                            LogLoad.transactionOf(payload));
                }
            }
        }
        assertThat(check.position()).isEqualTo(log.engine().head());
    }

    static void write(String file, Instant begin, String result) throws IOException {
        Path results = Path.of(System.getProperty("hindsight.root"), "ops/benchmarks/results");
        Files.createDirectories(results);
        Files.writeString(
                results.resolve(file),
                "# %s%n%n%s%n%n%s, %d cores, %s%n"
                        .formatted(
                                file.replace(".md", ""),
                                result,
                                begin.truncatedTo(ChronoUnit.SECONDS),
                                Runtime.getRuntime().availableProcessors(),
                                System.getProperty("os.version")));
    }

    /** Appends as the engine does. */
    static final class EngineAppend implements LogLoad.Append {

        @Override
        public void append(Connection connection, List<EventMessage<?>> messages) throws SQLException {
            AppendStatement.execute(connection, messages, TestLogs.serializer());
        }

        @Override
        public long lastVersion(Connection connection, String stream) throws SQLException {
            return last(connection, LogQueries.LAST_VERSION, stream);
        }
    }

    static long last(Connection connection, String sql, String stream) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, stream);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    /** What many stores do: numbers are drawn when rows are inserted, readers remember the highest they saw. */
    static final class NaiveLog implements LogLoad.Append {

        static final String TABLE = "CREATE TABLE naive (position bigserial PRIMARY KEY, stream text, version bigint,"
                + " id text, UNIQUE (stream, version))";

        @Override
        public void append(Connection connection, List<EventMessage<?>> messages) throws SQLException {
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO naive (stream, version, id) VALUES (?, ?, ?)")) {
                for (EventMessage<?> message : messages) {
                    DomainEventMessage<?> event = (DomainEventMessage<?>) message;
                    insert.setString(1, event.getAggregateIdentifier());
                    insert.setLong(2, event.getSequenceNumber() + 1);
                    insert.setString(3, event.getIdentifier());
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }

        @Override
        public long lastVersion(Connection connection, String stream) throws SQLException {
            return last(connection, "SELECT version FROM naive WHERE stream = ? ORDER BY version DESC LIMIT 1", stream);
        }

        static long head(HikariDataSource pool) throws SQLException {
            try (Connection connection = pool.getConnection()) {
                return last(connection, "SELECT max(position) FROM naive WHERE ? <> ''", "any");
            }
        }

        static Set<String> readUntil(HikariDataSource pool, AtomicLong target) throws SQLException {
            Set<String> seen = new HashSet<>();
            long last = 0;
            try (Connection connection = pool.getConnection();
                    PreparedStatement statement = connection.prepareStatement(
                            "SELECT position, id FROM naive WHERE position > ? ORDER BY position LIMIT 1000")) {
                while (last < target.get()) {
                    statement.setLong(1, last);
                    try (ResultSet rows = statement.executeQuery()) {
                        while (rows.next()) {
                            last = rows.getLong(1);
                            seen.add(rows.getString(2));
                        }
                    }
                    LockSupport.parkNanos(1_000_000);
                }
            }
            return seen;
        }
    }
}
