package dev.hindsight.query.reports;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a measure says of a range.
 *
 * @param unit what the figures are: count, or seconds
 * @param from included
 * @param to excluded
 * @param by what the lines are grouped by, in their order
 * @param position the log up to which it is right
 * @param parked how many tickets stand still in the model that was asked, as far as the caller may see them
 */
public record Report(
        String measure,
        String unit,
        Instant from,
        Instant to,
        List<String> by,
        List<Line> items,
        long position,
        int parked) {

    /**
     * The figures of one group.
     *
     * @param group values by what is grouped by; null for tickets without one. An agent is {id, name}, a day or week its
     *     first day
     * @param count how many, also where times are measured
     * @param median of the times, in seconds; p90, mean and total alike; null where none are measured
     */
    public record Line(
            Map<String, @Nullable Object> group,
            long count,
            @Nullable Double median,
            @Nullable Double p90,
            @Nullable Double mean,
            @Nullable Double total) {}
}
