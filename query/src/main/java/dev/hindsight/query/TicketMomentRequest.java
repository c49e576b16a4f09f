package dev.hindsight.query;

import dev.hindsight.domain.InvalidRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which state of one ticket a read asks for, as the request brought it; null what it did not. */
public record TicketMomentRequest(
        @Nullable String minPosition,
        @Nullable String asOf,
        @Nullable String asKnownAt,
        @Nullable String atPosition,
        @Nullable String version,
        @Nullable String generation) {

    /** @throws InvalidRequest as {@link Moment#of} does */
    public Moment moment() {
        return Moment.of(asOf, asKnownAt, atPosition, version, generation, Instant.now());
    }
}
