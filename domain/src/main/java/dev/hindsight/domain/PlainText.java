package dev.hindsight.domain;

import java.util.regex.Pattern;

/** What text written by people must be so that every store keeps it as it came. */
public final class PlainText {

    /** Longest line: subjects, reasons, names. */
    public static final int LINE = 300;

    /** Longest message body, in characters. */
    public static final int BODY = 65_536;

    private static final int REPLACEMENT = 0xFFFD;

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\x80-\\x9F]+");

    private PlainText() {}

    /**
     * One line without blanks around it.
     *
     * @throws InvalidRequest where it is blank, longer than {@link #LINE} or holds control characters
     */
    public static String line(String field, String value) {
        var line = value.strip();
        if (line.codePoints().anyMatch(Character::isISOControl)) {
            throw new InvalidRequest(field, "must be one line without control characters");
        }
        return text(field, line, LINE);
    }

    /**
     * A text of several lines, as it came.
     *
     * @throws InvalidRequest where it is blank, longer than {@link #BODY} or not well-formed
     */
    public static String body(String field, String value) {
        return text(field, value, BODY);
    }

    /** A foreign text as near as we can keep it: ill-formed characters replaced, cut at {@link #BODY}. */
    public static String repairedBody(String value) {
        return repaired(value, BODY);
    }

    /** A foreign line as near as we can keep it; may be empty. */
    public static String repairedLine(String value) {
        return repaired(CONTROL.matcher(value).replaceAll(" ").strip(), LINE).strip();
    }

    private static String repaired(String value, int limit) {
        var repaired = new StringBuilder();
        value.codePoints().limit(limit).forEach(c -> repaired.appendCodePoint(storable(c) ? c : REPLACEMENT));
        return repaired.toString();
    }

    private static String text(String field, String value, int limit) {
        if (value.isBlank()) {
            throw new InvalidRequest(field, "must not be blank");
        } else if (value.length() > limit && value.codePointCount(0, value.length()) > limit) {
            throw new InvalidRequest(field, "must have at most " + limit + " characters");
        } else if (!value.codePoints().allMatch(PlainText::storable)) {
            throw new InvalidRequest(field, "must be well-formed text without NUL characters");
        }
        return value;
    }

    /** PostgreSQL keeps no NUL, and UTF-8 has no half of a surrogate pair. */
    private static boolean storable(int codePoint) {
        return codePoint != 0 && (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE);
    }
}
