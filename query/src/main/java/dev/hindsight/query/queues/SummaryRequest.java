package dev.hindsight.query.queues;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.query.Moment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What summaries of queues are asked for, as the request brought it; null what it did not. */
public record SummaryRequest(
        @Nullable String include,
        @Nullable String minPosition,
        @Nullable String asOf,
        @Nullable String asKnownAt,
        @Nullable String atPosition,
        @Nullable String generation) {

    /** @throws InvalidRequest as {@link Moment#of} does */
    Moment moment() {
        return Moment.of(asOf, asKnownAt, atPosition, null, generation, Instant.now());
    }
}
