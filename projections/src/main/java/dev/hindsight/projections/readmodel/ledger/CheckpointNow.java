package dev.hindsight.projections.readmodel.ledger;

import dev.hindsight.domain.Damaged;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.projections.readmodel.RawLog;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Signs on demand all that is in the log. Safe for concurrent use. */
public final class CheckpointNow {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LOOK_NANOS = 10_000_000;

    private final RawLog log;
    private final SealedTree tree;
    private final Sealing sealing;
    private final Checkpoints checkpoints;

    public CheckpointNow(RawLog log, SealedTree tree, Sealing sealing, Checkpoints checkpoints) {
        this.log = log;
        this.tree = tree;
        this.sealing = sealing;
        this.checkpoints = checkpoints;
    }

    /**
     * Seals what is in the log now and signs it; where nothing is new, answers the latest one.
     *
     * @throws Unavailable where the ledger is behind and does not catch up in some seconds
     * @throws Damaged where the tree does not go on from the latest checkpoint
     */
    public StoredCheckpoint make() {
        long head = log.head();
        long end = System.nanoTime() + PATIENCE.toNanos();
        sealing.wake();
        while (tree.size() < head) {
            if (System.nanoTime() - end > 0) {
                throw new Unavailable("NOT_YET_SEALED", "The ledger is behind the log; try again.", 5);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        try {
            return checkpoints.make();
        } catch (LedgerContradicted e) {
            throw new Damaged("LEDGER_CONTRADICTED", "The ledger does not go on from its last checkpoint.");
        }
    }
}
