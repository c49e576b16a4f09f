package dev.hindsight.query;

import java.time.Instant;

/**
 * The ticket is parked before the position that was asked for, and waiting does not help: 503 {@link #CODE}.
 * Stackless: an answer, not a fault.
 */
public final class ParkedTicket extends RuntimeException {

    public static final String CODE = "PARKED";

    private final long parkedAt;
    private final Instant since;

    /**
     * @param parkedAt position of the first event that this ticket's rows do not show
     * @param since when it was parked
     */
    public ParkedTicket(long parkedAt, Instant since) {
        super(
                "This ticket is shown as it was before position " + parkedAt
                        + ": an operator has to release it before later changes become visible.",
                null,
                false,
                false);
        this.parkedAt = parkedAt;
        this.since = since;
    }

    public String code() {
        return CODE;
    }

    public long parkedAt() {
        return parkedAt;
    }

    public Instant since() {
        return since;
    }
}
