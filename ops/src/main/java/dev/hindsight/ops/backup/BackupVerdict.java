package dev.hindsight.ops.backup;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a check of a backup found.
 *
 * @param wrong sentences; empty where nothing is
 * @param firstWrong position of the first event that can't be relied on; null where nothing is wrong or that has no place
 * @param notes what is not proved, or not there, though nothing is wrong
 * @param logId null where there is no segment
 * @param last the last position; 0 where there is no segment
 * @param seen the highest position that an outside checkpoint, or a cursor, is known to have seen; 0 for none
 * @param sealedKeys how many keys seal content of the events
 * @param missingKeys how many of them the backup of the keys lacks
 * @param destroyedKeys how many were destroyed
 * @param erased owners of keys whose destruction stands in the log
 * @param epoch the highest that was begun
 */
public record BackupVerdict(
        List<String> wrong,
        @Nullable Long firstWrong,
        List<String> notes,
        @Nullable UUID logId,
        long last,
        @Nullable Instant recordedFrom,
        @Nullable Instant recordedTo,
        int segments,
        int checkpoints,
        long provedUpTo,
        long seen,
        long sealedKeys,
        long missingKeys,
        long destroyedKeys,
        Set<String> erased,
        int epoch) {

    /** Whether nothing is wrong. */
    public boolean good() {
        return wrong.isEmpty();
    }

    /** Whether it ends before what somebody outside has seen. */
    public boolean older() {
        return seen > last;
    }
}
