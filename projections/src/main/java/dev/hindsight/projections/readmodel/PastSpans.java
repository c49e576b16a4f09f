package dev.hindsight.projections.readmodel;

import java.time.Duration;
import java.time.Instant;

/**
 * Classes of how long a state of a ticket was valid. Each is twice as long as the one before, so that the states of one
 * class that are valid at a moment began in a span before it of which they fill half at least: few are read in vain. What
 * writes such rows and what asks for them agree by this class.
 */
public final class PastSpans {

    /** Until when the newest state is valid: later than every moment that can be asked for. */
    public static final Instant ENDLESS = Instant.parse("9999-12-31T23:59:59Z");

    /** The same of positions. */
    public static final long LAST = Long.MAX_VALUE;

    /** The class of what is valid longer than all others, the newest states among it. */
    public static final int LONGEST_LASTED = 20;

    /** The same of positions. */
    public static final int LONGEST_STOOD = 40;

    private static final int SECONDS_BITS = 12;
    private static final int POSITION_BITS = 10;

    private PastSpans() {}

    /** The class of a state by its time, from 0 to {@link #LONGEST_LASTED}. */
    public static int lasted(Instant from, Instant to) {
        long seconds = Math.max(0, to.getEpochSecond() - from.getEpochSecond());
        return Math.min(LONGEST_LASTED, bits(seconds >> SECONDS_BITS));
    }

    /** The class of a state by its positions, from 0 to {@link #LONGEST_STOOD}. */
    public static int stood(long from, long to) {
        return Math.min(LONGEST_STOOD, bits((to - from) >> POSITION_BITS));
    }

    /** No state of the class, which is not the longest, lasts longer. */
    public static Duration longest(int lasted) {
        // A second more, because classes are made from whole seconds.
        return Duration.ofSeconds((1L << (lasted + SECONDS_BITS)) + 1);
    }

    /** No state of the class, which is not the longest, stands for more positions. */
    public static long most(int stood) {
        return 1L << (stood + POSITION_BITS);
    }

    private static int bits(long number) {
        return Long.SIZE - Long.numberOfLeadingZeros(number);
    }
}
