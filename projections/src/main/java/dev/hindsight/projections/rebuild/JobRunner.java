package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.LongConnections;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.search.SearchIndexes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Carries out jobs. Of all nodes the one works on a job whose connection holds the job's advisory lock: everything it
 * writes goes through that very connection, so a node that lost it can write no more, and when it dies the lock is free
 * for another. What is done is stored batch by batch, so whoever goes on repeats one batch at most. Safe for concurrent
 * use.
 */
public final class JobRunner implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
    private static final long LOOK_MILLIS = 1_000;
    private static final String DISK_FULL = "53100";

    private final Tools tools;
    private final JdbcClient jdbc;
    private final Semaphore places;
    private final Map<UUID, Thread> working = new ConcurrentHashMap<>();

    /** {@link System#nanoTime} before which this node does not try a job again that it could not work on. */
    private final Map<UUID, Long> notBefore = new ConcurrentHashMap<>();

    private final Semaphore wake = new Semaphore(0);
    private volatile boolean running;
    private @Nullable Thread looking;

    /**
     * What jobs are done with.
     *
     * @param log reads the log stream by stream
     * @param events the same log, single streams
     * @param search makes and compares search indexes
     * @param look has this node notice at once which generations there are
     * @param threads that fold, for each job
     * @param batchEvents the most events (or documents) of a batch, for tests; more than 8,192 are not taken
     */
    record Tools(
            Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds,
            Generations generations,
            BulkLog log,
            EventLog events,
            SearchIndexes search,
            LongConnections connections,
            OperationsRecord record,
            Runnable look,
            Clock clock,
            String node,
            int threads,
            int batchEvents) {

        Tools {
            folds = new EnumMap<>(folds);
        }

        Build build(JobRow row, JobStore store) {
            if (row.kind() == Job.Kind.RECOVERY) {
                return new RecoveryBuild(this, store);
            }
            return row.model() == ReadModel.TICKET_SEARCH
                    ? new IndexBuild(search, generations, store, batchEvents)
                    : new TableBuild(this, row.model(), store);
        }

        StreamFold<?> fold(ReadModel model, int generation) {
            return Objects.requireNonNull(folds.get(model)).apply(generation);
        }
    }

    /**
     * @param dataSource a pool, for looking what there is to do
     * @param atOnce how many jobs this node works on at the same time
     */
    JobRunner(Tools tools, DataSource dataSource, int atOnce) {
        this.tools = tools;
        this.jdbc = JdbcClient.create(dataSource);
        this.places = new Semaphore(atOnce);
    }

    /** There may be something to do. */
    void wake() {
        wake.release();
    }

    private void run() {
        while (running) {
            try {
                begin();
                wake.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                wake.drainPermits();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.debug("What there is to do could not be looked up; asked again", e);
                if (!rested()) {
                    return;
                }
            }
        }
    }

    private static boolean rested() {
        try {
            Thread.sleep(LOOK_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void begin() {
        // Jobs of another version of the software are for its own nodes.
        var open = jdbc.sql("SELECT " + JobRow.LOCK + " FROM readmodel.job j WHERE ended_at IS NULL"
                        + " AND state IN ('WAITING', 'RUNNING', 'CANCELLING', 'FAILING') AND EXISTS (SELECT FROM"
                        + " unnest(?::text[], ?::integer[]) AS own (model, definition_version)"
                        + " WHERE own.model = j.model AND own.definition_version = j.definition_version)"
                        + " GROUP BY 1 ORDER BY min(created_at)")
                .params(
                        Arrays.stream(ReadModel.values()).map(ReadModel::id).toArray(String[]::new),
                        Arrays.stream(ReadModel.values())
                                .map(ReadModel::definitionVersion)
                                .toArray(Integer[]::new))
                .query(UUID.class)
                .list();
        notBefore.keySet().retainAll(open);
        // Those that could not be worked on come last, the one tried longest ago first: none keeps the others waiting.
        for (var id : open.stream()
                .sorted(Comparator.comparing(job -> notBefore.getOrDefault(job, Long.MIN_VALUE)))
                .toList()) {
            var earliest = notBefore.get(id);
            if (running
                    && !working.containsKey(id)
                    && (earliest == null || System.nanoTime() - earliest >= 0)
                    && places.tryAcquire()) {
                working.put(id, Thread.ofPlatform().name("job-" + id).daemon().unstarted(() -> work(id)));
                Objects.requireNonNull(working.get(id)).start();
            }
        }
    }

    private void work(UUID id) {
        try (var connection = tools.connections().open()) {
            connection.setAutoCommit(true);
            if (locked(connection, id)) {
                work(connection, id);
                notBefore.remove(id);
            } else {
                later(id);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the node stops; whoever comes next goes on
        } catch (SQLException | RuntimeException e) {
            if (running) {
                later(id);
                LOG.warn("Job {} goes on shortly: {}", id, Faults.describe(e));
                LOG.debug("What kept job {}", id, e);
                tell(id, e);
            }
        } finally {
            working.remove(id);
            places.release();
            wake(); // another may have waited for the place
        }
    }

    private void later(UUID id) {
        notBefore.put(id, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }

    /** Until it goes on, or another node took it up. */
    private void tell(UUID id, Exception fault) {
        try {
            jdbc.sql("UPDATE readmodel.job SET error = ? WHERE " + JobRow.LOCK
                            + " = ? AND ended_at IS NULL AND state = 'RUNNING' AND node = ?")
                    .params(Faults.describe(Work.unwrapped(fault)), id, tools.node())
                    .update();
        } catch (RuntimeException e) {
            LOG.debug("What kept job {} could not be stored; it is tried again all the same", id, e);
        }
    }

    private void work(Connection connection, UUID id) throws SQLException, InterruptedException {
        var kind = jdbc.sql("SELECT kind FROM readmodel.job WHERE id = ?")
                .param(id)
                .query(String.class)
                .optional();
        if (kind.isEmpty()) {
            new PassWork(tools, connection, lockedOfPass(connection, id)).run();
        } else if (kind.get().equals("REPAIR")) {
            new RepairWork(tools, connection, id).run();
        } else {
            new Work(tools, connection, id).run();
        }
    }

    /** Those of the pass that are not filled yet, each locked: when they are, anyone may go on with each. */
    private List<UUID> lockedOfPass(Connection connection, UUID pass) throws SQLException {
        var jobs = new ArrayList<UUID>();
        for (var job : jdbc.sql("SELECT id FROM readmodel.job WHERE pass = ? AND " + JobRow.LOCK
                        + " = pass AND ended_at IS NULL AND state IN ('WAITING', 'RUNNING', 'CANCELLING', 'FAILING')"
                        + " ORDER BY created_at")
                .param(pass)
                .query(UUID.class)
                .list()) {
            if (locked(connection, job)) {
                jobs.add(job);
            }
        }
        return jobs;
    }

    /** Until the connection ends, however it ends. */
    private static boolean locked(Connection connection, UUID id) throws SQLException {
        try (var lock =
                connection.prepareStatement("SELECT pg_try_advisory_lock(hashtext('readmodel.job'), hashtext(?))")) {
            lock.setString(1, id.toString());
            try (var answer = lock.executeQuery()) {
                return answer.next() && answer.getBoolean(1);
            }
        }
    }

    /** Whether an error is the job's own: then it fails, else it is taken up again. */
    static boolean isFinal(Throwable fault) {
        if (fault instanceof SQLException sql) {
            var state = String.valueOf(sql.getSQLState());
            return Faults.ofData(sql) || state.startsWith("42") || state.equals(DISK_FULL);
        }
        return fault instanceof UnknownEvent || !Faults.ofInfrastructure(fault);
    }

    @Override
    public void start() {
        running = true;
        looking = Thread.ofPlatform().name("jobs").daemon().start(this::run);
    }

    /** What is under way is taken up again by the next node, this one included. */
    @Override
    public void stop() {
        running = false;
        List<Thread> threads = new ArrayList<>(working.values());
        if (looking != null) {
            threads.add(looking);
            looking = null;
        }
        threads.forEach(Thread::interrupt);
        for (var thread : threads) {
            try {
                thread.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
