package dev.hindsight.query;

import dev.hindsight.projections.readmodel.EventLog;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A moment of the past as rows are asked for it: {@link Moment} with what the log tells of it. Immutable.
 *
 * @param asOf the last moment at which what happened counts; null for no limit
 * @param position the last position that counts; null for no limit, never together with no limit of time
 * @param upTo the position that a model must include to answer
 * @param named the position whose names are shown
 * @param at the moment to which ages are told
 * @param latest nothing that counts happened later; null where nobody can tell
 */
public record PastMoment(
        @Nullable Instant asOf,
        @Nullable Long position,
        long upTo,
        long named,
        Instant at,
        @Nullable Instant latest) {

    /**
     * Asks the log where the moment lies.
     *
     * @param moment of tickets at large: without a version
     * @return null for now, and for what was recovered
     */
    public static @Nullable PastMoment of(Moment moment, EventLog log) {
        if (!moment.isLimited()) {
            return null;
        }
        Instant asOf = moment.asOf();
        Instant asKnownAt = moment.asKnownAt();
        Long position = asKnownAt == null ? moment.atPosition() : Long.valueOf(log.recordedBy(asKnownAt));
        long then = asOf == null ? Long.MAX_VALUE : log.recordedBy(asOf);
        long upTo = position == null ? then : position;
        Instant at = asOf != null ? asOf : asKnownAt;
        return new PastMoment(
                asOf,
                position,
                upTo,
                Math.min(then, upTo),
                at != null ? at : recordedAt(log, upTo),
                asOf != null ? asOf : log.latestOccurred(upTo));
    }

    /** The time of a position; of one that is not there yet, which no answer waits for in vain, the log's beginning. */
    public static Instant recordedAt(EventLog log, long position) {
        return log.after(position - 1, 1).stream()
                .findFirst()
                .map(event -> event.recordedAt())
                .orElse(Instant.EPOCH);
    }
}
