package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.command.AppendedPositions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TwoNodesTest {

    @Test
    void whenTheLeaderIsKilledUnderLoadTheOtherNodeTakesOverAndNothingIsLostOrToldTwice() throws Exception {
        PGSimpleDataSource database = TestDatabase.fresh();
        try (HikariDataSource pool = TestDatabase.pool(database, 16);
                PostgresEventLog log = TestLogs.log(database, pool);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            Killable other = new Killable(LogNode.start(database));
            LogLoad load = new LogLoad(
                    "survivor",
                    pool,
                    new LogLoad.Plan(6, Long.MAX_VALUE, Duration.ofMillis(50), Duration.ZERO, Duration.ZERO, false),
                    new SkipTest.EngineAppend());
            AtomicLong target = new AtomicLong(Long.MAX_VALUE);
            try {
                Future<?> listening = threads.submit(other::listen);
                assertThat(other.leads.await(60, TimeUnit.SECONDS))
                        .as("the other node leads")
                        .isTrue();
                log.start();
                await("this node follows", () -> log.sequencer().status().role() == Sequencer.Role.FOLLOWER);
                List<Future<DeliveryCheck>> readers = new ArrayList<>();
                for (String name : List.of("tail", "tail that reopens")) {
                    readers.add(threads.submit(() -> SkipTest.follow(name, log, target)));
                }
                Future<?> writing = threads.submit(() -> {
                    load.run();
                    return null;
                });
                await(
                        "both write and this node's tail follows",
                        () -> log.tail().head() > 3_000
                                && other.committed.size() > 50
                                && load.committed().size() > 50);
                LogLoad.Digest asked = positionArrivesOnTheFollower(log);

                long killed = System.nanoTime();
                other.process.destroyForcibly().waitFor();
                await("this node leads", () -> log.sequencer().status().role() == Sequencer.Role.LEADER);
                assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(10));
                listening.get(10, TimeUnit.SECONDS);
                long atTakeover = load.acknowledged();
                await("writing goes on", () -> load.acknowledged() > atTakeover + 2_000);
                load.stop();
                writing.get(30, TimeUnit.SECONDS);

                await("everything has a position", () -> count(pool, TestLogs.UNSEQUENCED) == 0);
                target.set(count(pool, "SELECT count(*) FROM log.event"));
                Map<String, LogLoad.Digest> committed = new HashMap<>(load.committed());
                committed.putAll(other.committed);
                committed.put("asker", asked);
                for (Future<DeliveryCheck> reader : readers) {
                    reader.get(60, TimeUnit.SECONDS).verify(committed, LogNode.WRITERS);
                }
            } finally {
                other.process.destroyForcibly();
                load.stop(); // where something failed before: whoever closes the threads waits for them
                target.set(0);
            }
        }
    }

    private static LogLoad.Digest positionArrivesOnTheFollower(PostgresEventLog log) {
        EventMessage<?> message = LogLoad.event("asker", "asker", 0);
        UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(message);
        log.engine().appendEvents(message);
        unit.commit();
        long number = Objects.requireNonNull((Long) unit.resources().get(AppendedPositions.LAST_APPEND));
        assertThat(log.positions().awaitPosition(number, Duration.ofSeconds(5))).isPresent();
        assertThat(log.sequencer().status().role()).isEqualTo(Sequencer.Role.FOLLOWER);
        return LogLoad.Digest.EMPTY.and(message.getIdentifier());
    }

    @Test
    void aLeaderWhoseConnectionBreaksLeadsAgainAndNothingIsSkipped() throws Exception {
        PGSimpleDataSource database = TestDatabase.fresh();
        try (HikariDataSource pool = TestDatabase.pool(database, 4);
                PostgresEventLog log = TestLogs.log(database, pool);
                var stream = log.tail().openStream(null)) {
            log.start();
            for (int i = 0; i < 50; i++) {
                log.engine().appendEvents(PostgresEventLogTest.event("a", i));
                if (i % 20 == 10) {
                    count(
                            pool,
                            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                    + " WHERE application_name = 'hindsight-sequencer' AND datname = current_database()");
                }
            }
            for (int i = 0; i < 50; i++) {
                assertThat(stream.nextAvailable().getPayload()).isEqualTo("a " + i);
            }
            await("it leads again", () -> log.sequencer().status().role() == Sequencer.Role.LEADER);
        }
    }

    @Test
    void twoLeadersCollideLoudly() throws Exception {
        PGSimpleDataSource database = TestDatabase.fresh();
        try (Connection first = database.getConnection();
                Connection second = database.getConnection();
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            first.setAutoCommit(false);
            append(database, "a");
            assertThat(Sequencing.begin(first).run()).hasSize(1);
            append(database, "b");
            Sequencing other = Sequencing.begin(second);
            Future<?> usurper = threads.submit(() -> other.run());
            awaitBlocked(database);
            first.commit();
            assertThatThrownBy(() -> usurper.get(30, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(SQLException.class)
                    .extracting(failure -> ((SQLException) failure).getSQLState())
                    .isEqualTo("23505");
        }
    }

    private static void awaitBlocked(PGSimpleDataSource database) {
        await("the second waits for the first", () -> {
            try (Connection connection = database.getConnection();
                    var statement = connection.createStatement();
                    var row = statement.executeQuery(
                            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                    + " AND datname = current_database()")) {
                row.next();
                return row.getInt(1) == 1;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void append(PGSimpleDataSource database, String stream) throws SQLException {
        try (Connection connection = database.getConnection()) {
            AppendStatement.execute(connection, List.of(PostgresEventLogTest.event(stream, 0)), TestLogs.serializer());
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not in time: " + what);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static long count(HikariDataSource pool, String sql) {
        try (Connection connection = pool.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The other node, and what it said before it was killed. */
    private static final class Killable {
        private final Process process;
        private final CountDownLatch leads = new CountDownLatch(1);
        private final Map<String, LogLoad.Digest> committed = new ConcurrentHashMap<>();

        private Killable(Process process) {
            this.process = process;
        }

        private void listen() {
            try (BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    if (line.equals("LEADS")) {
                        leads.countDown();
                        continue;
                    }
                    String[] words = line.split(" ");
                    if (words.length == 3 && words[0].startsWith("killed-")) {
                        committed.put(
                                words[0], new LogLoad.Digest(Integer.parseInt(words[1]), Long.parseLong(words[2])));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
