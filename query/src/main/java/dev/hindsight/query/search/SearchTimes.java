package dev.hindsight.query.search;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.query.search.SearchQuery.During;
import dev.hindsight.query.search.SearchQuery.Field;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Times in a search: days (in UTC, whole days) and instants (to the millisecond, as the index holds them). {@code
 * 2026-01-05} alone is that day; {@code >2026-01-05} starts with the day after; both ends of {@code a..b} belong to it.
 */
final class SearchTimes {

    private static final String EXPECTED =
            "must be a day (2026-01-31), an instant (2026-01-31T10:00:00Z), one after > >= < or <=, or a range a..b";

    private SearchTimes() {}

    static During parse(Field field, String value) {
        int dots = value.indexOf("..");
        if (dots >= 0) {
            Span from = open(field, value.substring(0, dots));
            Span to = open(field, value.substring(dots + 2));
            if (from == null && to == null) {
                throw bad(field, EXPECTED);
            }
            return during(field, from == null ? null : from.start(), to == null ? null : to.end());
        }
        if (value.startsWith(">=")) {
            return during(field, span(field, value.substring(2)).start(), null);
        } else if (value.startsWith(">")) {
            return during(field, span(field, value.substring(1)).end(), null);
        } else if (value.startsWith("<=")) {
            return during(field, null, span(field, value.substring(2)).end());
        } else if (value.startsWith("<")) {
            return during(field, null, span(field, value.substring(1)).start());
        }
        Span span = span(field, value);
        return during(field, span.start(), span.end());
    }

    private static During during(Field field, @Nullable Instant from, @Nullable Instant before) {
        if (from != null && before != null && !from.isBefore(before)) {
            throw bad(field, "range must not end before it starts");
        }
        return new During(field, from, before);
    }

    private static @Nullable Span open(Field field, String text) {
        return text.isEmpty() || text.equals("*") ? null : span(field, text);
    }

    private static Span span(Field field, String text) {
        try {
            if (text.length() == 10) {
                LocalDate day = LocalDate.parse(text);
                return new Span(
                        day.atStartOfDay(ZoneOffset.UTC).toInstant(),
                        day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
            }
            Instant instant = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
            int year = instant.atOffset(ZoneOffset.UTC).getYear();
            if (year >= 0 && year <= 9999) {
                return new Span(instant, instant.plusMillis(1));
            }
        } catch (DateTimeParseException e) {
            // Said below, as for years that the index does not know.
        }
        throw bad(field, EXPECTED);
    }

    private static InvalidRequest bad(Field field, String message) {
        return new InvalidRequest(field.name().toLowerCase(Locale.ROOT), message);
    }

    /** Half open. */
    private record Span(Instant start, Instant end) {}
}
