package dev.hindsight.domain.ledger;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a leaf says of an event apart from its content: where it stands, what it is, when it was. It holds no personal
 * data, so that it can be shown where the content may not.
 *
 * @param position its place in the log, from 1
 * @param streamType null where it belongs to no aggregate
 * @param version its place in the stream, from 1
 * @param eventId as stored
 * @param name the stored name, such as {@code ticket.opened}
 * @param revision null where none was stored
 * @param recordedAt when it got its position; whole microseconds
 * @param occurredAt whole microseconds
 */
public record EventHeader(
        long position,
        String stream,
        @Nullable String streamType,
        long version,
        String eventId,
        String name,
        @Nullable String revision,
        Instant recordedAt,
        Instant occurredAt) {

    private static final String FORMAT = "hindsight-event-1";

    private static final DateTimeFormatter ANY_YEAR =
            new DateTimeFormatterBuilder().appendInstant(6).toFormatter(Locale.ROOT);

    private static final long FIRST_PLAIN_SECOND =
            Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST_PLAIN_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    private static final long DAY = 86_400;

    /** The canonical text: ten lines, each ended by a line feed. */
    public String text() {
        StringBuilder text = new StringBuilder(320).append(FORMAT).append('\n');
        text.append("position ").append(position).append('\n');
        line(text, "stream", stream);
        line(text, "type", streamType);
        text.append("version ").append(version).append('\n');
        line(text, "id", eventId);
        line(text, "name", name);
        line(text, "revision", revision);
        text.append("recorded ");
        time(text, recordedAt);
        text.append("\noccurred ");
        time(text, occurredAt);
        return text.append('\n').toString();
    }

    /** The hash of the canonical text in UTF-8. */
    public Hash hash() {
        return Hash.sha256(text().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads the canonical text back.
     *
     * @throws MalformedLedgerException when it is not the one text of a header
     */
    public static EventHeader parse(String text) {
        String[] lines = text.split("\n", -1);
        if (lines.length != 11 || !lines[0].equals(FORMAT)) {
            throw new MalformedLedgerException("not a header of the form " + FORMAT);
        }
        try {
            EventHeader header = new EventHeader(
                    Long.parseLong(required(lines[1], "position")),
                    required(lines[2], "stream"),
                    optional(lines[3], "type"),
                    Long.parseLong(required(lines[4], "version")),
                    required(lines[5], "id"),
                    required(lines[6], "name"),
                    optional(lines[7], "revision"),
                    Instant.parse(required(lines[8], "recorded")),
                    Instant.parse(required(lines[9], "occurred")));
            if (header.text().equals(text)) {
                return header;
            }
        } catch (NumberFormatException | DateTimeParseException | IllegalStateException notCanonical) {
            throw new MalformedLedgerException("a number or time of the header cannot be read");
        }
        throw new MalformedLedgerException("the header is not in its one canonical form");
    }

    private static void line(StringBuilder text, String key, @Nullable String value) {
        text.append(key);
        if (value != null) {
            text.append(' ').append(escaped(value));
        }
        text.append('\n');
    }

    private static String escaped(String value) {
        return value.indexOf('\\') < 0 && value.indexOf('\n') < 0
                ? value
                : value.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static String required(String line, String key) {
        @Nullable String value = optional(line, key);
        if (value == null) {
            throw new MalformedLedgerException("the header lacks its " + key);
        }
        return value;
    }

    private static @Nullable String optional(String line, String key) {
        if (line.equals(key)) {
            return null;
        }
        if (!line.startsWith(key + " ")) {
            throw new MalformedLedgerException("the header has no line " + key + " in its place");
        }
        String escaped = line.substring(key.length() + 1);
        if (escaped.indexOf('\\') < 0) {
            return escaped;
        }
        StringBuilder value = new StringBuilder(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '\\' && ++i < escaped.length()) {
                c = escaped.charAt(i) == 'n' ? '\n' : escaped.charAt(i);
            }
            value.append(c);
        }
        return value.toString();
    }

    /** As {@code 2026-11-21T09:30:15.250001Z}. By hand because a check of the whole log formats millions of them. */
    private static void time(StringBuilder text, Instant at) {
        if (at.getNano() % 1_000 != 0) {
            throw new IllegalStateException("a stored time has whole microseconds");
        }
        long seconds = at.getEpochSecond();
        if (seconds < FIRST_PLAIN_SECOND || seconds > LAST_PLAIN_SECOND) {
            ANY_YEAR.formatTo(at, text);
            return;
        }
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(seconds, DAY));
        int second = (int) Math.floorMod(seconds, DAY);
        digits(text, date.getYear(), 1_000).append('-');
        digits(text, date.getMonthValue(), 10).append('-');
        digits(text, date.getDayOfMonth(), 10).append('T');
        digits(text, second / 3_600, 10).append(':');
        digits(text, second / 60 % 60, 10).append(':');
        digits(text, second % 60, 10).append('.');
        digits(text, at.getNano() / 1_000, 100_000).append('Z');
    }

    private static StringBuilder digits(StringBuilder text, int number, int highest) {
        for (int unit = highest; unit > 0; unit /= 10) {
            text.append((char) ('0' + number / unit % 10));
        }
        return text;
    }
}
