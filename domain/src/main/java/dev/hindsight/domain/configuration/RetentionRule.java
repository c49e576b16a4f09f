package dev.hindsight.domain.configuration;

import dev.hindsight.domain.InvalidRequest;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * Which tickets' contents are erased how long after they ended.
 *
 * @param after of days at least one
 * @param queue only tickets that lie in it; null for all
 * @param category only tickets of it; null for all
 */
public record RetentionRule(
        String key,
        Period after,
        @Nullable String queue,
        @Nullable String category) {

    /** @throws InvalidRequest where it is no ISO-8601 period of at least a day */
    public static Period period(String field, String text) {
        try {
            Period period = Period.parse(text);
            if (!period.isNegative()
                    && !Instant.EPOCH
                            .atZone(ZoneOffset.UTC)
                            .plus(period)
                            .toInstant()
                            .equals(Instant.EPOCH)) {
                return period;
            }
        } catch (DateTimeParseException malformed) {
            throw malformed(field);
        }
        throw malformed(field);
    }

    private static InvalidRequest malformed(String field) {
        return new InvalidRequest(field, "must be an ISO-8601 period of at least a day, such as P2Y");
    }

    /** Tickets that ended before this moment are due. In UTC, by the calendar. */
    public Instant dueBefore(Instant now) {
        return now.atZone(ZoneOffset.UTC).minus(after).toInstant();
    }
}
