package dev.hindsight.command.reversion;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Takes mass reversions up, one after the other. Every node has it; the one works whose connection holds the advisory
 * lock, so that when it dies the next one goes on. Safe for concurrent use.
 */
public final class ReversionWorker implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ReversionWorker.class);
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final int LOCK_ANSWERS_IN_S = 5;

    /** Connects outside the pool. */
    @FunctionalInterface
    public interface Connections {
        Connection open() throws SQLException;
    }

    private final Reversions reversions;
    private final ReversionRun run;
    private final Connections connections;
    private final int atOnce;
    private final Semaphore wishes = new Semaphore(0);
    private volatile @Nullable Thread worker;
    /** Of the worker alone. */
    private String lastFault = "";

    /** @param atOnce how many tickets are reverted at the same time */
    public ReversionWorker(Reversions reversions, ReversionRun run, Connections connections, int atOnce) {
        this.reversions = reversions;
        this.run = run;
        this.connections = connections;
        this.atOnce = atOnce;
    }

    /** There may be something to do. */
    public void wake() {
        wishes.release();
    }

    @Override
    public void start() {
        var fresh = Thread.ofPlatform().name("reversions").daemon().unstarted(this::work);
        worker = fresh;
        fresh.start();
    }

    private boolean isWanted() {
        return Thread.currentThread().equals(worker);
    }

    private void work() {
        while (isWanted()) {
            try {
                wishes.tryAcquire(PACE.toMillis(), TimeUnit.MILLISECONDS);
                wishes.drainPermits();
                if (!reversions.open().isEmpty()) {
                    locked();
                }
            } catch (InterruptedException e) {
                return;
            } catch (SQLException | RuntimeException fault) {
                LOG.warn("Reversions wait: {}; tried again", fault.toString());
            }
        }
    }

    private void locked() throws SQLException, InterruptedException {
        try (var connection = connections.open();
                var workers = Executors.newFixedThreadPool(
                        atOnce,
                        Thread.ofPlatform().name("reversion-", 0).daemon().factory())) {
            try (var lock = connection.prepareStatement(
                            "select pg_try_advisory_lock(hashtext('hindsight.reversion'))");
                    var row = lock.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    return;
                }
            }
            for (var id : reversions.open()) {
                try {
                    work(id, workers, () -> isWanted() && holds(connection));
                } finally {
                    if (!isWanted()) {
                        workers.shutdownNow();
                    }
                }
            }
        }
    }

    private void work(UUID id, ExecutorService workers, BooleanSupplier goOn) throws InterruptedException {
        try {
            run.run(id, workers, goOn);
            lastFault = "";
        } catch (RuntimeException fault) {
            if (!fault.toString().equals(lastFault)) { // the same one again says nothing new
                LOG.warn("The reversion {} does not get on; tried again", id, fault);
                lastFault = fault.toString();
            }
            reversions.failed(id, fault.getClass().getSimpleName());
        }
    }

    /** The lock is the session's: while it lives, nobody else works. */
    private static boolean holds(Connection connection) {
        try {
            return connection.isValid(LOCK_ANSWERS_IN_S);
        } catch (SQLException unreachable) {
            return false;
        }
    }

    @Override
    public void stop() {
        var last = worker;
        worker = null;
        if (last != null) {
            last.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return worker != null;
    }
}
