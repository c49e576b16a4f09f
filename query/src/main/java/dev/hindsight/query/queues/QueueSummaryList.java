package dev.hindsight.query.queues;

import java.time.Instant;
import java.util.List;

/**
 * All queues, empty ones too, by name; last, where there are any, the tickets without a queue.
 *
 * @param at the moment to which ages are told
 * @param position the log up to which the counts are right
 * @param parked how many tickets stand still in the read model that is counted
 */
public record QueueSummaryList(List<QueueSummary> items, Instant at, long position, int parked) {}
