package dev.hindsight.query;

/** A cursor that we did not give for this question and this caller: 400 {@link #CODE}. Stackless: an answer, not a fault. */
public final class InvalidCursor extends RuntimeException {

    public static final String CODE = "INVALID_CURSOR";

    public InvalidCursor() {
        super(
                "This cursor was not given for this list. Pass nextCursor unchanged, with the same filters and sort;"
                        + " to start again, leave it out.",
                null,
                false,
                false);
    }

    public String code() {
        return CODE;
    }
}
