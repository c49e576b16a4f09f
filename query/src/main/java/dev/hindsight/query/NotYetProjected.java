package dev.hindsight.query;

/**
 * What was asked for (minPosition) is not visible yet: 503 {@link #CODE} with Retry-After. Stackless: an answer, not a
 * fault.
 */
public final class NotYetProjected extends RuntimeException {

    public static final String CODE = "NOT_YET_PROJECTED";

    private final long position;

    /**
     * @param asked the position that the caller wants to see
     * @param position the position that the read model has
     */
    public NotYetProjected(long asked, long position) {
        super("Position " + asked + " is not visible yet; this read model is at " + position + ".", null, false, false);
        this.position = position;
    }

    public String code() {
        return CODE;
    }

    /** How fresh the read model is: goes into {@code Hindsight-Position}. */
    public long position() {
        return position;
    }

    /** Seconds after which asking again makes sense. */
    public int retryAfter() {
        return 1;
    }
}
