package dev.hindsight.query;

import dev.hindsight.domain.InvalidRequest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads query parameters as text and refuses malformed ones by name ({@link InvalidRequest}). */
public final class Parameters {

    public static final int DEFAULT_LIMIT = 50;
    public static final int MOST = 200;
    private static final int MOST_CHOICES = 100;
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Pattern NATURAL = Pattern.compile("[0-9]{1,18}");

    private Parameters() {}

    /** The choices of a comma list, in their order, each once; empty where the parameter was not given. */
    public static Set<String> choices(String field, @Nullable String value) {
        if (value == null) {
            return Set.of();
        }
        Set<String> choices = new LinkedHashSet<>();
        for (String choice : value.split(",", -1)) {
            choices.add(text(field, choice));
        }
        if (choices.size() > MOST_CHOICES) {
            throw new InvalidRequest(field, "must name at most " + MOST_CHOICES + " values");
        }
        return choices;
    }

    /** Text without surrounding blanks; never empty, at most 200 characters, no control characters. */
    public static String text(String field, String value) {
        String text = value.strip();
        if (text.isEmpty()) {
            throw new InvalidRequest(field, "must not be empty");
        }
        // PostgreSQL cannot hold a NUL, UTF-8 no half of a surrogate pair.
        if (text.length() > 200 || text.codePoints().anyMatch(c -> Character.isISOControl(c) || isHalfAPair(c))) {
            throw new InvalidRequest(field, "must be at most 200 characters without control characters");
        }
        return text;
    }

    private static boolean isHalfAPair(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    public static UUID id(String field, String value) {
        return maybeId(value.strip())
                .orElseThrow(
                        () -> new InvalidRequest(field, "must be an id such as 0198f2c4-5b7e-7c1a-9d3f-2a6b8c0d4e5f"));
    }

    /** The id that this text spells in full; empty for anything else. */
    public static Optional<UUID> maybeId(String text) {
        return UUID_TEXT.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }

    /** A whole number from 0 on, as text of decimal digits; empty for anything else. */
    public static OptionalLong natural(String value) {
        return NATURAL.matcher(value).matches() ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
    }

    /** An instant with zone, or a day, which means its first moment in UTC; null where it was not given. */
    public static @Nullable Instant instant(String field, @Nullable String value) {
        if (value == null) {
            return null;
        }
        String text = value.strip();
        Instant instant;
        try {
            instant = text.length() == "2026-03-03".length()
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw notAnInstant(field);
        }
        int year = instant.atOffset(ZoneOffset.UTC).getYear();
        if (year < 1 || year > 9999) {
            throw notAnInstant(field);
        }
        return instant.truncatedTo(ChronoUnit.MICROS);
    }

    private static InvalidRequest notAnInstant(String field) {
        return new InvalidRequest(field, "must be an instant such as 2026-03-03T14:30:00Z or a day such as 2026-03-03");
    }

    /** How many items a page holds: 1 to 200, 50 unless said. */
    public static int limit(@Nullable String value) {
        if (value == null) {
            return DEFAULT_LIMIT;
        }
        OptionalLong limit = natural(value.strip());
        if (limit.isEmpty() || limit.getAsLong() < 1 || limit.getAsLong() > MOST) {
            throw new InvalidRequest("limit", "must be a number from 1 to " + MOST);
        }
        return (int) limit.getAsLong();
    }

    /** The position that the answer must at least show: 0 unless said. */
    public static long minPosition(@Nullable String value) {
        if (value == null) {
            return 0;
        }
        return natural(value.strip())
                .orElseThrow(() -> new InvalidRequest("minPosition", "must be a position: a whole number from 0 on"));
    }
}
