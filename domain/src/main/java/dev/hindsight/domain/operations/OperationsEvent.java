package dev.hindsight.domain.operations;

import dev.hindsight.domain.Event;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What happens to the log and the installation as a whole. Stream {@code operations} unless said otherwise. */
public sealed interface OperationsEvent extends Event {

    @Override
    default String streamId() {
        return "operations";
    }

    /**
     * Position 1 of every log.
     *
     * @param logId names this log for ever; restored copies keep it
     * @param format version of the stored form of events, 1 today
     */
    record LogInitialized(UUID logId, Instant at, int format) implements OperationsEvent {}

    /**
     * The log was restored from a backup and goes on from here: what had stood at this position and above is lost, and
     * whoever read it reads anew.
     *
     * @param epoch from 2; never the same twice, also where what tells of an earlier one is lost
     * @param after the last position that was restored
     * @param seen the last position that somebody outside had seen, as far as whoever restored it knew; null where
     *     nothing beyond {@code after} was known
     */
    record EpochStarted(
            int epoch, Instant at, long after, @Nullable Long seen) implements OperationsEvent {}

    /**
     * An import run began or ended; its rows stand in their tickets' streams under the same import id.
     *
     * @param fileSha256 lower-case hex of the file's bytes
     */
    record ImportStarted(UUID importId, Instant at, String source, String mapping, String fileSha256)
            implements OperationsEvent {}

    /** @param irregular moves stored although live commands would refuse them */
    record ImportFinished(
            UUID importId, Instant at, long rows, long tickets, long events, long irregular, long rejected)
            implements OperationsEvent {}

    /**
     * A new generation of a read model is being filled beside the one that answers.
     *
     * @param upTo position up to which the log is read before its tail is followed
     */
    record ProjectionRebuildStarted(
            UUID jobId, Instant at, String model, int generation, int definitionVersion, long upTo)
            implements OperationsEvent {}

    /** What had been filled was dropped. */
    record ProjectionRebuildCancelled(UUID jobId, Instant at, String model, int generation)
            implements OperationsEvent {}

    /**
     * The same because it could not go on.
     *
     * @param cause holds no content of events
     */
    record ProjectionRebuildFailed(UUID jobId, Instant at, String model, int generation, String cause)
            implements OperationsEvent {}

    /**
     * A generation was held against one that was made anew.
     *
     * @param position up to which both were compared
     * @param differing rows that were not the same
     * @param digest of the rows that were made anew: table, rows and sum of their hashes
     */
    record ProjectionVerified(
            UUID jobId,
            Instant at,
            String model,
            int generation,
            long position,
            long rows,
            long differing,
            String digest)
            implements OperationsEvent {}

    /**
     * Another generation answers from now on.
     *
     * @param fromPosition of the one that answered before
     * @param toPosition of the other, never less
     * @param reason why it was forced in spite of differences, null where it was not
     */
    record ProjectionSwitched(
            UUID jobId,
            Instant at,
            String model,
            int from,
            int to,
            long fromPosition,
            long toPosition,
            @Nullable String reason)
            implements OperationsEvent {}

    /** The generation that had answered before answers again. */
    record ProjectionSwitchReverted(
            UUID jobId,
            Instant at,
            String model,
            int from,
            int to,
            long fromPosition,
            long toPosition,
            @Nullable String reason)
            implements OperationsEvent {}

    /**
     * Streams of a read model were folded anew and their rows replaced in place.
     *
     * @param scope which: a stream, a queue, a time
     * @param position up to which they were folded
     * @param rows that were compared
     * @param differing rows that were missing, surplus or different; no digests, which few rows of a ticket could be
     *     guessed from after its content was erased
     * @param parked streams whose fold failed
     * @param reason null where none was given
     */
    record ProjectionRepaired(
            UUID jobId,
            Instant at,
            String model,
            int generation,
            long position,
            String scope,
            long streams,
            long rows,
            long differing,
            long parked,
            @Nullable String reason)
            implements OperationsEvent {}

    /**
     * Parked streams of a read model were folded anew.
     *
     * @param scope which: a stream, a cause, all
     * @param streams how many
     * @param parked those of them that stay parked
     * @param reason null where none was given
     */
    record DeadLetterRetried(
            UUID jobId,
            Instant at,
            String model,
            int generation,
            long position,
            String scope,
            long streams,
            long parked,
            @Nullable String reason)
            implements OperationsEvent {}

    /**
     * A read model leaves this event out from now on, in every fold.
     *
     * @param position of the event that is left out
     */
    record DeadLetterSkipped(UUID jobId, Instant at, String model, String stream, long position, String reason)
            implements OperationsEvent {}

    /**
     * What tickets and directory were at a position is being made beside what answers, to be asked by its name.
     *
     * @param position the last event that it includes
     * @param to moment that was asked for: what had been recorded by then; null where a position was
     * @param keptUntil when it is dropped by itself; null for never
     * @param reason null where none was given
     */
    record RecoveryCreated(
            UUID recoveryId,
            Instant at,
            String name,
            long position,
            @Nullable Instant to,
            @Nullable Instant keptUntil,
            @Nullable String reason)
            implements OperationsEvent {}

    /**
     * It is gone, finished or not.
     *
     * @param cause ORDERED, EXPIRED, or CANCELLED or FAILED as its job was
     */
    record RecoveryDropped(UUID recoveryId, Instant at, String name, long position, String cause)
            implements OperationsEvent {}

    /**
     * What many tickets went through is being undone; each says so in its own stream, under this id as correlation.
     * Of commandId, correlationId, writer, and actor with from and to one is set: whose events are undone.
     *
     * @param from first moment, as recorded
     * @param to first moment after it
     * @param upTo position up to which events were looked for
     * @param tickets how many have such events
     * @param includeMoved also what others changed since
     * @param reason names nobody: it is never erased
     * @param approvedBy the second person, null where none had to agree
     */
    record ReversionStarted(
            UUID reversionId,
            Instant at,
            @Nullable String commandId,
            @Nullable String correlationId,
            @Nullable String writer,
            @Nullable UUID actor,
            @Nullable Instant from,
            @Nullable Instant to,
            long upTo,
            long tickets,
            boolean includeMoved,
            String reason,
            @Nullable UUID approvedBy)
            implements OperationsEvent {}

    /**
     * It is over, or was cancelled and the rest left alone.
     *
     * @param movedOn tickets left alone because others changed the same since
     * @param unchanged tickets of which nothing had to or could be brought back
     * @param refused tickets whose own rules refused it
     */
    record ReversionFinished(
            UUID reversionId, Instant at, boolean cancelled, long reverted, long movedOn, long unchanged, long refused)
            implements OperationsEvent {}

    /**
     * An auditor took a part of the log along. What the bundle holds follows from this alone; each has a stream of its own.
     *
     * @param streams whose events it holds; empty: all of the range
     * @param from first position of the range whose headers it holds; 0 where it names none
     * @param to last position of it; 0 likewise
     * @param size of the checkpoint that proves it
     * @param personal whether it shows personal content
     * @param checkpoint size of an earlier checkpoint that the bundle is joined to; null where none was named
     * @param reason of one line
     */
    record AuditExportMade(
            UUID exportId,
            Instant at,
            List<String> streams,
            long from,
            long to,
            long size,
            boolean personal,
            @Nullable Long checkpoint,
            String reason)
            implements OperationsEvent {

        /** How the names of exports' streams begin. */
        public static final String STREAM = "audit-export-";

        /** The stream of this one export. */
        public static String stream(UUID exportId) {
            return STREAM + exportId;
        }

        @Override
        public String streamId() {
            return stream(exportId);
        }
    }

    /**
     * Who read, took along or was refused what, as one node noted it down within about a second.
     *
     * @param batchId the stream of this one event
     * @param accesses in the order of their first moments
     * @param lost how many could not be noted before these because the log took none for too long
     */
    record AccessRecorded(UUID batchId, Instant at, List<Access> accesses, long lost) implements OperationsEvent {

        /** How the names of streams of access records begin. */
        public static final String STREAM = "access-";

        @Override
        public String streamId() {
            return STREAM + batchId;
        }
    }

    /**
     * A read, an export or a refusal. Calls that are equal but for their moment and request stand once within a batch.
     *
     * @param at the first of them
     * @param person who; null for whoever came without a token that is accepted
     * @param client the integration through which; null for none
     * @param call method and route, such as {@code GET /api/v1/tickets/{id}/conversation}
     * @param status HTTP status of the answer
     * @param ticket null where it is not about one ticket
     * @param version of the ticket that was shown; null where none was
     * @param subject the export, or the person whose data was taken along; null where neither was
     * @param requestId of the first
     * @param times how many, from 1
     */
    record Access(
            Instant at,
            @Nullable UUID person,
            @Nullable String client,
            String call,
            int status,
            @Nullable UUID ticket,
            @Nullable Long version,
            @Nullable UUID subject,
            @Nullable String requestId,
            long times) {}

    /**
     * Another key signs the ledger's checkpoints from now on.
     *
     * @param size checkpoints up to this position were the old key's
     * @param from vkey of the old key
     * @param to vkey of the new one
     * @param note {@link dev.hindsight.domain.ledger.KeyRotation} signed by both
     * @param reason null where none was given
     */
    record LedgerKeyRotated(
            long size,
            Instant at,
            String from,
            String to,
            String note,
            @Nullable String reason) implements OperationsEvent {}
}
