package dev.hindsight.query.queues;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What changed in a queue, in the order in which it happened.
 *
 * @param from included
 * @param to excluded
 * @param nextCursor null on the last page
 * @param position the log up to which it is right
 */
public record QueueChangePage(
        List<QueueChange> items,
        Instant from,
        Instant to,
        @Nullable String nextCursor,
        long position) {}
