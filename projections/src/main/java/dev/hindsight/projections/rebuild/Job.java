package dev.hindsight.projections.rebuild;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A rebuild, a verification, a repair or a recovery as operators see it.
 *
 * @param generation that is being filled; null before that and for a verification
 * @param percent of the whole, 0 to 100
 * @param done of this phase: events, or indexes and tables while phase is INDEXING
 * @param rate of this phase, a second
 * @param eta when it will be done, as {@link Forecast} reckons; null while nothing can be said
 * @param position up to which the log is read before the tail is followed
 * @param switchMode AUTO after a clean verification, MANUAL on order
 * @param maxRate events a second, null for as fast as can be
 * @param switchMillis how long the switch took, null before it
 * @param report null before the verification
 * @param error null where nothing failed
 * @param repair what a repair has done so far, null for other kinds
 * @param pass the same for all jobs that are filled from one reading of the log; null for one that reads by itself
 */
public record Job(
        UUID id,
        Kind kind,
        String model,
        @Nullable Integer generation,
        @Nullable Integer previousGeneration,
        State state,
        Phase phase,
        double percent,
        long done,
        long total,
        double rate,
        @Nullable Instant eta,
        @Nullable Long position,
        SwitchMode switchMode,
        boolean gentle,
        @Nullable Integer maxRate,
        @Nullable Double switchMillis,
        @Nullable Report report,
        @Nullable String error,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable RepairReport repair,
        @Nullable UUID pass) {

    /** What is done. */
    public enum Kind {
        REBUILD,
        VERIFICATION,
        /** Of some streams, in place; or a retry of what is parked. */
        REPAIR,
        /** Tickets and directory as of a position, beside what answers; see {@link Recoveries}. */
        RECOVERY
    }

    /** When the new generation takes over. */
    public enum SwitchMode {
        AUTO,
        MANUAL
    }

    /** How it fares. */
    public enum State {
        /** For a node that takes it up. */
        WAITING,
        RUNNING,
        /** Until it is resumed. */
        PAUSED,
        /** Verified and kept level, for the order to switch. */
        READY,
        /** Differences were found: switches only when forced with a reason, or is cancelled. */
        VERIFICATION_FAILED,
        /** What it has made is being dropped. */
        CANCELLING,
        /** What it has made is being dropped because it failed. */
        FAILING,
        DONE,
        FAILED,
        CANCELLED
    }

    /** Where it is; in this order. */
    public enum Phase {
        PREPARING(0, 0),
        /** The log is folded and copied in. */
        COPYING(0, 60),
        /** Streams are folded anew, some at a time: a repair's only phase that takes long. */
        REPAIRING(0, 100),
        INDEXING(60, 85),
        /** What was appended meanwhile is brought in by live processing. */
        CATCHING_UP(85, 88),
        VERIFYING(88, 100),
        /** One row is changed. */
        SWITCHING(100, 100),
        RECORDING(100, 100),
        SWITCHING_BACK(100, 100),
        RECORDING_BACK(100, 100),
        OVER(100, 100);

        private final int from;
        private final int to;

        Phase(int from, int to) {
            this.from = from;
            this.to = to;
        }

        /** Of the whole time, in percent, where nothing better is known. */
        double usualShare() {
            return to - from;
        }
    }
}
