package dev.hindsight.command.reversion;

import dev.hindsight.domain.Envelope;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A mass reversion as it is ordered and how far it is.
 *
 * @param upTo position up to which events are looked for
 * @param reached position up to which they were
 * @param total tickets that were found, so far
 * @param done tickets that were looked at or reverted
 * @param phaseMillis worked on this phase
 * @param error why it does not get on; null for nothing
 */
public record Reversion(
        UUID id,
        State state,
        Phase phase,
        Criteria criteria,
        boolean includeMoved,
        boolean dryRun,
        String reason,
        Envelope.Actor orderedBy,
        Instant orderedAt,
        @Nullable UUID approvedBy,
        long upTo,
        long reached,
        long total,
        long done,
        long phaseMillis,
        @Nullable Instant progressedAt,
        @Nullable String error,
        @Nullable Instant endedAt) {

    /** How it fares. */
    public enum State {
        /** A second person has to agree. */
        WAITING_FOR_APPROVAL,
        /** For a node that takes it up. */
        WAITING,
        RUNNING,
        /** Until it is resumed. */
        PAUSED,
        /** What is reverted stays so. */
        CANCELLING,
        DONE,
        CANCELLED,
        FAILED
    }

    /** Where it is; in this order. */
    public enum Phase {
        /** The log is read for events. */
        FINDING,
        /** Tickets are looked at or reverted, some at a time. */
        REVERTING,
        RECORDING,
        OVER
    }

    /** What became of a ticket. */
    public enum Outcome {
        /** Of a dry run. */
        WOULD_BE_REVERTED,
        REVERTED,
        /** All is as it was already, or nothing of it can be brought back. */
        UNCHANGED,
        /** Left alone: others changed the same since. */
        MOVED_ON,
        /** By the ticket's own rules, or it cannot be read. */
        REFUSED
    }
}
