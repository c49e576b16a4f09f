package dev.hindsight.query;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.InvalidRequest.FieldError;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the past a read asks for. There are two timelines: as it was, by when things happened, and as it was
 * known, by when they were recorded, which is the same as a position of the log. Both together cut twice. Of each
 * stream it is a prefix, because neither time ever decreases within a stream. Immutable.
 *
 * @param asOf the last moment at which what happened counts; null for no limit
 * @param asKnownAt the last moment at which what was recorded counts; null for no limit
 * @param atPosition the last position that counts; null for no limit
 * @param version the last version of the ticket that counts; null for no limit, and always where many are asked for
 * @param generation name of what was recovered to a point and is asked instead of what answers; null for what answers, and
 *     always where there is a limit
 */
public record Moment(
        @Nullable Instant asOf,
        @Nullable Instant asKnownAt,
        @Nullable Long atPosition,
        @Nullable Long version,
        @Nullable String generation) {

    /** No limit: what is there now. */
    public static final Moment NOW = new Moment(null, null, null, null);

    /** A part of the log. */
    public Moment(
            @Nullable Instant asOf, @Nullable Instant asKnownAt, @Nullable Long atPosition, @Nullable Long version) {
        this(asOf, asKnownAt, atPosition, version, null);
    }

    /**
     * The parameters as a request brought them; null those that it did not.
     *
     * @param version null where the read has no such parameter
     * @param now the clock's time
     * @throws InvalidRequest for what is malformed or lies in the future, and where two of {@code version}, {@code
     *     atPosition} and the times are given that do not go together
     */
    public static Moment of(
            @Nullable String asOf,
            @Nullable String asKnownAt,
            @Nullable String atPosition,
            @Nullable String version,
            Instant now) {
        return of(asOf, asKnownAt, atPosition, version, null, now);
    }

    /**
     * The same where a generation may be asked.
     *
     * @throws InvalidRequest {@code TWO_MOMENTS} where a limit is given, too
     */
    public static Moment of(
            @Nullable String asOf,
            @Nullable String asKnownAt,
            @Nullable String atPosition,
            @Nullable String version,
            @Nullable String generation,
            Instant now) {
        if (generation != null) {
            if (Stream.of(asOf, asKnownAt, atPosition, version).anyMatch(Objects::nonNull)) {
                throw new InvalidRequest(
                        "TWO_MOMENTS",
                        List.of(new FieldError(
                                "generation", "does not go together with asOf, asKnownAt, atPosition or version")));
            }
            return ofGeneration(generation);
        }
        var errors = new ArrayList<FieldError>();
        var moment = new Moment(
                past("asOf", asOf, now, errors),
                past("asKnownAt", asKnownAt, now, errors),
                natural("atPosition", atPosition, errors),
                natural("version", version, errors));
        if (version != null && Stream.of(asOf, asKnownAt, atPosition).anyMatch(Objects::nonNull)) {
            errors.add(new FieldError("version", "does not go together with asOf, asKnownAt or atPosition"));
        }
        if (atPosition != null && asKnownAt != null) {
            errors.add(new FieldError("atPosition", "says the same as asKnownAt: give one of them"));
        }
        if (!errors.isEmpty()) {
            throw new InvalidRequest(errors);
        }
        return moment;
    }

    /**
     * What was recovered under this name.
     *
     * @param generation null for {@link #NOW}
     * @throws InvalidRequest for what can be no name
     */
    public static Moment ofGeneration(@Nullable String generation) {
        if (generation == null) {
            return NOW;
        }
        if (!ReadModels.isRecoveryName(generation)) {
            throw new InvalidRequest("generation", "must be a name of 1 to 40 of a to z, 0 to 9 and -");
        }
        return new Moment(null, null, null, null, generation);
    }

    /** Whether there is no limit, and what answers is asked. */
    public boolean isNow() {
        return equals(NOW);
    }

    /** Whether a part of the log alone counts. */
    public boolean isLimited() {
        return generation == null && !isNow();
    }

    /**
     * Whether the event may belong to this past, by what is known of it undecoded: of a stream, what comes after one that
     * may not does not either.
     */
    public boolean mayInclude(LoggedEvent event) {
        return (version == null || event.version() <= version) && includes(event.position(), event.recordedAt());
    }

    /** Whether the event belongs to this past. */
    public boolean includes(LoggedEvent event) {
        return mayInclude(event) && (asOf == null || !event.event().at().isAfter(asOf));
    }

    /** The same for what stands in a row; {@link #version} is not asked. */
    public boolean includes(long position, Instant recordedAt, Instant occurredAt) {
        return includes(position, recordedAt) && (asOf == null || !occurredAt.isAfter(asOf));
    }

    private boolean includes(long position, Instant recordedAt) {
        return (atPosition == null || position <= atPosition) && (asKnownAt == null || !recordedAt.isAfter(asKnownAt));
    }

    /**
     * How far the log had come at that moment, where that can be told without a ticket: whose names were in use then, and
     * what a read model must show to answer. What an import recorded later can lie beyond it.
     *
     * @param log tells positions of times
     * @return {@link Long#MAX_VALUE} for no limit and for {@link #version}
     */
    public long position(EventLog log) {
        long position = atPosition == null ? Long.MAX_VALUE : atPosition;
        if (asKnownAt != null) {
            position = Math.min(position, log.recordedBy(asKnownAt));
        }
        return asOf == null ? position : Math.min(position, log.recordedBy(asOf));
    }

    /** One text for one moment: a cursor serves only the moment it was given for. */
    public String text() {
        if (generation != null) {
            return "generation " + generation;
        }
        return isNow() ? "now" : asOf + " " + asKnownAt + " " + atPosition + " " + version;
    }

    private static @Nullable Instant past(String field, @Nullable String value, Instant now, List<FieldError> errors) {
        try {
            Instant instant = Parameters.instant(field, value);
            if (instant != null && instant.isAfter(now)) {
                errors.add(new FieldError(field, "must not lie in the future"));
            }
            return instant;
        } catch (InvalidRequest e) {
            errors.addAll(e.errors());
            return null;
        }
    }

    private static @Nullable Long natural(String field, @Nullable String value, List<FieldError> errors) {
        if (value == null) {
            return null;
        }
        OptionalLong number = Parameters.natural(value.strip());
        if (number.isEmpty() || number.getAsLong() == 0) {
            errors.add(new FieldError(field, "must be a whole number from 1 on"));
            return null;
        }
        return number.getAsLong();
    }
}
