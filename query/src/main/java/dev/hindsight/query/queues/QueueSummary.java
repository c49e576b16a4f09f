package dev.hindsight.query.queues;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many tickets wait in a queue. Every bucket is there, with 0 where nothing is in it.
 *
 * @param queue its key; null for the tickets without a queue
 * @param name null for the tickets without a queue, and where the queue is not configured (imports)
 * @param byStatus by status: those that are not final, and the final ones where they were asked for
 * @param byPriority by P1 to P5, and {@code none}
 * @param byAge by time since the opening: {@code under1Day}, {@code under3Days} (1 day or more), {@code under7Days},
 *     {@code under30Days}, {@code from30Days}
 */
public record QueueSummary(
        @Nullable String queue,
        @Nullable String name,
        long total,
        Map<String, Long> byStatus,
        Map<String, Long> byPriority,
        Map<String, Long> byAge) {}
