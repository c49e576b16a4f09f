package dev.hindsight.ops.eventstore;

import dev.hindsight.ops.watch.Buckets;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log's meters. What is committed and has no position yet is sampled every second on a connection of its own, so
 * that a stalled sequencer shows; its age is counted from the first sample that saw it. While the database cannot be
 * asked, the count is NaN and the age goes on growing.
 */
final class LogMetrics implements MeterBinder, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogMetrics.class);

    /**
     * Counts above the leader's floor, but no further back than ten thousand append calls before the last placed one: a
     * transaction that stays open for hours holds the floor down.
     */
    private static final String UNSEQUENCED = """
            SELECT count(*), min(e.append_number) FROM log.event e
            WHERE %s AND e.append_number > greatest((SELECT settled FROM log.sequencer), (%s) - 10000)""".formatted(LogQueries.UNPLACED, LogQueries.LAST_PLACED_APPEND);

    private final DataSource dataSource;
    private final Sequencer sequencer;
    private final EventLogTail tail;
    private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("hindsight-log-metrics").daemon().factory());
    private @Nullable Timer appends;
    private @Nullable Counter appended;
    private volatile double unsequenced = Double.NaN;
    private volatile long oldest;
    private volatile long oldestSince;

    LogMetrics(DataSource dataSource, Sequencer sequencer, EventLogTail tail) {
        this.dataSource = dataSource;
        this.sequencer = sequencer;
        this.tail = tail;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        appends = Timer.builder("hindsight.log.append")
                .description("Time of one append statement, without the commit")
                .serviceLevelObjectives(Buckets.work())
                .register(registry);
        appended = Counter.builder("hindsight.log.appended.events")
                .description("Events appended by this node, rolled-back ones included")
                .register(registry);
        FunctionTimer.builder(
                        "hindsight.log.sequencing",
                        sequencer,
                        Sequencer::runs,
                        Sequencer::sequencingNanos,
                        TimeUnit.NANOSECONDS)
                .description("Time of one statement that gives positions, its commit included")
                .register(registry);
        Gauge.builder("hindsight.log.unsequenced.events", this, metrics -> metrics.unsequenced)
                .description("Committed events that have no position yet")
                .register(registry);
        Gauge.builder("hindsight.log.unsequenced.age", this, LogMetrics::age)
                .description("How long the oldest of them has been seen waiting")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("hindsight.log.head.position", tail, EventLogTail::head)
                .description("Highest position this node knows")
                .register(registry);
        Gauge.builder(
                        "hindsight.log.leader",
                        sequencer,
                        which -> which.status().role() == Sequencer.Role.LEADER ? 1 : 0)
                .description("1 where this node gives positions")
                .register(registry);
    }

    void start() {
        if (appends != null) {
            var _ = sampler.scheduleWithFixedDelay(this::sample, 0, 1, TimeUnit.SECONDS);
        }
    }

    void appended(int events, long nanos) {
        if (appends != null && appended != null) {
            appends.record(Duration.ofNanos(nanos));
            appended.increment(events);
        }
    }

    private double age() {
        return oldest == 0 ? 0 : (System.nanoTime() - oldestSince) / 1e9;
    }

    private void sample() {
        try (Connection connection = dataSource.getConnection()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET application_name = 'hindsight-log-metrics'");
                statement.execute("SET statement_timeout = 5000");
                statement.execute("SET enable_seqscan = off");
                statement.execute("SET enable_bitmapscan = off");
                statement.execute("SET jit = off");
            }
            while (!Thread.currentThread().isInterrupted()) {
                read(connection);
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (SQLException failure) {
            unsequenced = Double.NaN;
            if (!sampler.isShutdown()) {
                LOG.warn("Unsequenced events cannot be counted; trying again: {}", failure.toString());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(UNSEQUENCED)) {
            row.next();
            unsequenced = row.getDouble(1);
            long number = row.getLong(2);
            if (number != oldest) {
                oldestSince = System.nanoTime();
                oldest = number;
            }
        }
    }

    @Override
    public void close() {
        sampler.shutdownNow();
    }
}
