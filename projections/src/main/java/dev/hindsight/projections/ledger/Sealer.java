package dev.hindsight.projections.ledger;

import dev.hindsight.domain.ledger.Leaf;
import dev.hindsight.domain.operations.OperationsEvent.LedgerKeyRotated;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.readmodel.LongConnections;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.LedgerContradicted;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import dev.hindsight.projections.readmodel.ledger.Sealing;
import dev.hindsight.projections.readmodel.ledger.StoredCheckpoint;
import dev.hindsight.projections.rebuild.OperationsRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the log and appends its events to the tree; makes a checkpoint at a steady pace while the tree grows. Of all
 * nodes the one works whose connection holds the advisory lock; everything it seals goes through that very connection, so
 * a node that lost it can seal no more. A restart goes on where the stored tree ends. Safe for concurrent use.
 */
public final class Sealer extends OwnThread implements Sealing {

    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
    private static final Duration LOCK_EVERY = Duration.ofSeconds(1);

    /** Events that are sealed in one transaction at most. */
    private static final int BATCH = 16_384;

    private final RawLog log;
    private final LongConnections connections;
    private final Checkpoints checkpoints;
    private final LedgerKeys keys;
    private final OperationsRecord record;
    private final Duration sealEvery;
    private final Duration checkpointEvery;
    private final Semaphore wake = new Semaphore(0);
    private volatile boolean leading;
    private volatile @Nullable String failure;
    private volatile @Nullable String contradiction;

    /**
     * @param connections outside the pool; no transaction pooler may stand in between
     * @param sealEvery how often it looks for new events
     * @param checkpointEvery the pace of checkpoints while something changes
     */
    public Sealer(
            RawLog log,
            LongConnections connections,
            Checkpoints checkpoints,
            LedgerKeys keys,
            OperationsRecord record,
            Duration sealEvery,
            Duration checkpointEvery) {
        super("ledger-sealer");
        this.log = log;
        this.connections = connections;
        this.checkpoints = checkpoints;
        this.keys = keys;
        this.record = record;
        this.sealEvery = sealEvery;
        this.checkpointEvery = checkpointEvery;
    }

    /** Has this node, where it seals, look for new events now. Never blocks. */
    @Override
    public void wake() {
        wake.release();
    }

    /** Whether this node is the one that seals. */
    public boolean leading() {
        return leading;
    }

    /** Why this node cannot seal or sign; null while it can. Holds no content of events. */
    public @Nullable String failure() {
        String signed = contradiction;
        return signed == null ? failure : signed;
    }

    /** Whether this node refuses to sign because the ledger does not go on from what was signed before. */
    public boolean contradicted() {
        return contradiction != null;
    }

    @Override
    void run() {
        while (isRunning()) {
            try (Connection connection = connections.open()) {
                connection.setAutoCommit(true);
                prepare(connection);
                while (isRunning() && !locked(connection)) {
                    failure = null;
                    Thread.sleep(LOCK_EVERY);
                }
                if (isRunning()) {
                    leading = true;
                    LOG.info("This node seals the log into the ledger.");
                    lead(connection);
                }
            } catch (InterruptedException e) {
                return;
            } catch (SQLException | RuntimeException e) {
                failure = Faults.describe(e);
                if (isRunning()) {
                    LOG.warn("Sealing goes on shortly: {}", failure);
                    LOG.debug("What kept the sealer", e);
                }
            } finally {
                leading = false;
            }
            if (!rested()) {
                return;
            }
        }
    }

    private static void prepare(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SET application_name = 'hindsight-sealer'");
        }
    }

    private static boolean locked(Connection connection) throws SQLException {
        try (var lock = connection.createStatement();
                var answer = lock.executeQuery("SELECT pg_try_advisory_lock(hashtext('ledger.sealer'), 0)")) {
            return answer.next() && answer.getBoolean(1);
        }
    }

    private boolean rested() {
        try {
            Thread.sleep(LOCK_EVERY);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void lead(Connection connection) throws SQLException, InterruptedException {
        GrowingTiles tiles = GrowingTiles.open(connection);
        long checkpointAt = System.nanoTime(); // the first one comes at once
        long signed = checkpoints.latest().map(StoredCheckpoint::size).orElse(0L);
        while (isRunning()) {
            long head = log.head();
            if (head > tiles.size()) {
                seal(tiles, head);
            }
            failure = null;
            if (tiles.size() > signed && System.nanoTime() - checkpointAt >= 0) {
                checkpointAt = System.nanoTime() + checkpointEvery.toNanos();
                signed = sign(signed);
            }
            recordRotations();
            if (head - tiles.size() < BATCH && wake.tryAcquire(sealEvery.toMillis(), TimeUnit.MILLISECONDS)) {
                wake.drainPermits();
            }
        }
    }

    private void seal(GrowingTiles tiles, long head) throws SQLException, InterruptedException {
        try (RawLog.Reading reading = log.inOrder(tiles.size(), head)) {
            int unstored = 0;
            for (List<RawLog.Stored> chunk = reading.next(); chunk != null; chunk = reading.next()) {
                for (RawLog.Stored event : chunk) {
                    tiles.add(Leaf.of(event.header(), event.metadata(), event.payload()));
                }
                unstored += chunk.size();
                if (unstored >= BATCH) {
                    tiles.store();
                    unstored = 0;
                }
            }
            if (unstored > 0) {
                tiles.store();
            }
        }
    }

    /** What contradicts what was signed keeps the ledger from signing, not from sealing: a check tells more then. */
    private long sign(long signed) {
        try {
            long size = checkpoints.make().size();
            contradiction = null;
            return size;
        } catch (LedgerContradicted e) {
            if (contradiction == null) {
                LOG.error("Nothing more is signed: {} Run hindsight fsck.", e.getMessage());
            }
            contradiction = e.getMessage();
            return signed;
        }
    }

    private void recordRotations() {
        for (LedgerKeys.Unrecorded each : keys.unrecorded()) {
            record.append(
                    each.id(),
                    "rotated",
                    each.by(),
                    new LedgerKeyRotated(
                            each.rotation().size(),
                            each.madeAt(),
                            each.rotation().from().toString(),
                            each.rotation().to().toString(),
                            each.note().toString(),
                            each.reason()));
            keys.recorded(each.number());
        }
    }
}
