package dev.hindsight.query;

import java.util.OptionalLong;

/** How people write a ticket's number: {@code HD-1042}. */
public final class TicketNumber {

    private static final String PREFIX = "HD-";

    private TicketNumber() {}

    public static String text(long number) {
        return PREFIX + number;
    }

    /** The number in {@code HD-1042}, {@code hd-1042} or {@code 1042}; empty for anything else. */
    public static OptionalLong parse(String text) {
        boolean prefixed = text.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
        return Parameters.natural(prefixed ? text.substring(PREFIX.length()) : text);
    }
}
