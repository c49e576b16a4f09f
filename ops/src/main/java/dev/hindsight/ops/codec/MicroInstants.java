package dev.hindsight.ops.codec;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * The one stored form of an instant: {@code 2026-11-21T03:51:17.000001Z}, UTC, always six digits of microseconds,
 * years 0000 to 9999. Written by hand because the general formatter costs more than the rest of an event.
 */
final class MicroInstants {

    private static final int LENGTH = 27;

    private MicroInstants() {}

    /** @throws IllegalArgumentException when the instant has nanoseconds: what is stored must be what was decided */
    static String format(Instant instant) {
        int nano = instant.getNano();
        if (nano % 1000 != 0) {
            throw new IllegalArgumentException(instant + " is finer than the microseconds that are stored");
        }
        LocalDateTime t = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), nano, ZoneOffset.UTC);
        if (t.getYear() < 0 || t.getYear() > 9999) {
            throw new IllegalArgumentException(instant + " is outside the years 0000 to 9999");
        }
        char[] out = new char[LENGTH];
        digits(out, 0, 4, t.getYear());
        out[4] = '-';
        digits(out, 5, 2, t.getMonthValue());
        out[7] = '-';
        digits(out, 8, 2, t.getDayOfMonth());
        out[10] = 'T';
        digits(out, 11, 2, t.getHour());
        out[13] = ':';
        digits(out, 14, 2, t.getMinute());
        out[16] = ':';
        digits(out, 17, 2, t.getSecond());
        out[19] = '.';
        digits(out, 20, 6, nano / 1000);
        out[26] = 'Z';
        return new String(out);
    }

    /** @throws DateTimeException when these characters are not exactly the stored form */
    static Instant parse(char[] in, int offset, int length) {
        if (length != LENGTH
                || in[offset + 4] != '-'
                || in[offset + 7] != '-'
                || in[offset + 10] != 'T'
                || in[offset + 13] != ':'
                || in[offset + 16] != ':'
                || in[offset + 19] != '.'
                || in[offset + 26] != 'Z') {
            throw new DateTimeException("not an instant with microseconds in UTC");
        }
        LocalDateTime t = LocalDateTime.of(
                number(in, offset, 4),
                number(in, offset + 5, 2),
                number(in, offset + 8, 2),
                number(in, offset + 11, 2),
                number(in, offset + 14, 2),
                number(in, offset + 17, 2));
        return Instant.ofEpochSecond(t.toEpochSecond(ZoneOffset.UTC), number(in, offset + 20, 6) * 1000L);
    }

    private static void digits(char[] out, int offset, int count, int value) {
        int rest = value;
        for (int i = offset + count - 1; i >= offset; i--) {
            out[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static int number(char[] in, int offset, int count) {
        int value = 0;
        for (int i = offset; i < offset + count; i++) {
            int digit = in[i] - '0';
            if (digit < 0 || digit > 9) {
                throw new DateTimeException("not an instant with microseconds in UTC");
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
