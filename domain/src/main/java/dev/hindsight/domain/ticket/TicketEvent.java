package dev.hindsight.domain.ticket;

import dev.hindsight.domain.ErasesContent;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a ticket: the whole vocabulary of its stream {@code ticket-{ticketId}}. Enum values are stored by
 * name as text. Status changes only by the lifecycle events at the end; each carries the status it came
 * {@code from} and whether the move was {@code irregular} (outside the legal moves, which only imports may store); and
 * by a revert, which brings a former one back.
 * Custom field values: {@code fields} holds numbers (as decimal text), booleans, dates and choices, {@code texts} the
 * free text.
 */
public sealed interface TicketEvent extends Event {

    UUID ticketId();

    @Override
    default String streamId() {
        return "ticket-" + ticketId();
    }

    /** A lifecycle event: beside {@link TicketReverted} the only kind that changes the status. */
    sealed interface StatusEvent extends TicketEvent {
        String from();

        boolean irregular();
    }

    /** A message of the conversation. */
    sealed interface MessageEvent extends TicketEvent {
        UUID messageId();

        /** Null where an import does not know. */
        @Nullable
        UUID authorId();

        String body();
    }

    // opening

    /**
     * @param matrix the priority matrix and its version that gave the priority, such as {@code hindsight-1}
     * @param organizationId the requester's organization at that moment
     * @param descriptionId message id of the description, null without one
     * @param followUpOf the final ticket whose late reply opened this one
     */
    record TicketOpened(
            UUID ticketId,
            Instant at,
            long number,
            String type,
            @Personal String subject,
            @Nullable UUID descriptionId,
            @Personal @Nullable String description,
            UUID requesterId,
            @Nullable UUID organizationId,
            int impact,
            int urgency,
            String priority,
            String matrix,
            @Nullable String queue,
            @Nullable String category,
            List<String> tags,
            Map<String, List<String>> fields,
            @Personal Map<String, String> texts,
            String channel,
            @Nullable UUID followUpOf)
            implements TicketEvent, TellsRequester {}

    /**
     * The first row of an imported case. What the source does not know is null.
     *
     * @param source the system it comes from
     * @param sourceCase the case's id there
     * @param subjectDerived whether the subject was composed by the mapping's template
     */
    record TicketImported(
            UUID ticketId,
            Instant at,
            long number,
            String source,
            String sourceCase,
            String type,
            @Personal @Nullable String subject,
            boolean subjectDerived,
            @Nullable UUID requesterId,
            @Nullable Integer impact,
            @Nullable Integer urgency,
            @Nullable String priority,
            @Nullable String matrix,
            @Nullable String queue,
            @Nullable String category,
            Map<String, List<String>> fields,
            @Personal Map<String, String> texts,
            String channel)
            implements TicketEvent, TellsRequester {}

    /** A row of an import that changed nothing we keep; nothing of the source's log is lost. */
    record ImportedActivityRecorded(
            UUID ticketId,
            Instant at,
            String activity,
            @Nullable UUID personId) implements TicketEvent {}

    // classification

    record TicketCategorized(
            UUID ticketId,
            Instant at,
            @Nullable String from,
            @Nullable String category) implements TicketEvent {}

    record TypeChanged(UUID ticketId, Instant at, String from, String type) implements TicketEvent {}

    /**
     * Impact or urgency changed.
     *
     * @param priority what the matrix gives; a ticket whose priority is overridden keeps the overriding one
     */
    record TicketPrioritized(UUID ticketId, Instant at, int impact, int urgency, String priority, String matrix)
            implements TicketEvent {}

    record PriorityOverridden(
            UUID ticketId,
            Instant at,
            @Nullable String from,
            String priority,
            @Personal String reason) implements TicketEvent {}

    /** @param priority the matrix's, valid again */
    record PriorityOverrideWithdrawn(
            UUID ticketId,
            Instant at,
            String from,
            @Nullable String priority) implements TicketEvent {}

    record TicketMarkedAsSpam(UUID ticketId, Instant at) implements TicketEvent {}

    record TicketUnmarkedAsSpam(UUID ticketId, Instant at) implements TicketEvent {}

    record MajorIncidentDeclared(UUID ticketId, Instant at) implements TicketEvent {}

    record MajorIncidentStoodDown(UUID ticketId, Instant at) implements TicketEvent {}

    record SubjectChanged(
            UUID ticketId, Instant at, @Personal String subject) implements TicketEvent {}

    record RequesterChanged(
            UUID ticketId,
            Instant at,
            @Nullable UUID from,
            UUID requesterId,
            @Nullable UUID organizationId) implements TicketEvent, TellsRequester {}

    /** Exactly one of value and text is set; both are null where the field was cleared. */
    record CustomFieldChanged(
            UUID ticketId,
            Instant at,
            String field,
            @Nullable List<String> value,
            @Personal @Nullable String text) implements TicketEvent {}

    record TagAdded(UUID ticketId, Instant at, String tag) implements TicketEvent {}

    record TagRemoved(UUID ticketId, Instant at, String tag) implements TicketEvent {}

    // routing

    record TicketQueued(
            UUID ticketId,
            Instant at,
            @Nullable String from,
            @Nullable String queue) implements TicketEvent {}

    record TicketAssigned(
            UUID ticketId, Instant at, @Nullable UUID from, UUID assigneeId) implements TicketEvent {}

    record TicketUnassigned(UUID ticketId, Instant at, UUID from) implements TicketEvent {}

    /** Somebody follows the ticket from now on; it gives them no right. */
    record WatcherAdded(UUID ticketId, Instant at, UUID personId) implements TicketEvent {}

    record WatcherRemoved(UUID ticketId, Instant at, UUID personId) implements TicketEvent {}

    // conversation

    record RequesterReplied(
            UUID ticketId,
            Instant at,
            UUID messageId,
            @Nullable UUID authorId,
            @Personal String body) implements MessageEvent {}

    record PublicReplyAdded(
            UUID ticketId,
            Instant at,
            UUID messageId,
            @Nullable UUID authorId,
            @Personal String body) implements MessageEvent {}

    record InternalNoteAdded(
            UUID ticketId,
            Instant at,
            UUID messageId,
            @Nullable UUID authorId,
            @Personal String body) implements MessageEvent {}

    /**
     * A file was put on the ticket, or an attachment that waited there on a message. Carries all of it again in the
     * second case, so that the last one tells how it is.
     *
     * @param messageId the message that carries it, null while it waits on the ticket
     * @param uploaderId null where nobody is known
     * @param internal not for requesters
     * @param content SHA-256 of the stored ciphertext, 64 hexadecimal digits: its address in the store
     * @param size of the plain text, in bytes
     * @param plainSha256 of the plain text, 64 hexadecimal digits
     * @param wrappedKey the content's own key, wrapped by the ticket's; base64
     */
    record AttachmentAdded(
            UUID ticketId,
            Instant at,
            UUID attachmentId,
            @Nullable UUID messageId,
            @Nullable UUID uploaderId,
            boolean internal,
            String content,
            long size,
            @Personal String name,
            @Personal String type,
            @Personal String plainSha256,
            String wrappedKey)
            implements TicketEvent {}

    /**
     * An attachment was taken away; its content is deleted later, once nothing refers to it.
     *
     * @param internal whether it was not for requesters
     */
    record AttachmentRemoved(
            UUID ticketId,
            Instant at,
            UUID attachmentId,
            boolean internal,
            @Personal String name) implements TicketEvent {}

    // relations

    record TicketLinked(UUID ticketId, Instant at, String type, UUID otherId) implements TicketEvent {}

    record TicketUnlinked(UUID ticketId, Instant at, String type, UUID otherId) implements TicketEvent {}

    // privacy

    /**
     * What people wrote on this ticket is gone: its key was destroyed with this event.
     *
     * @param cause PERSON_ERASED (its requester was) or RETENTION
     * @param rule key of the retention rule, null for the other cause
     */
    record TicketContentErased(
            UUID ticketId,
            Instant at,
            String cause,
            @Nullable String rule) implements TicketEvent, ErasesContent {}

    /**
     * Nothing of the ticket is erased until the hold is released.
     *
     * @param reason names nobody: it is never erased
     */
    record LegalHoldPlaced(UUID ticketId, Instant at, String reason) implements TicketEvent {}

    record LegalHoldReleased(UUID ticketId, Instant at, String reason) implements TicketEvent {}

    // lifecycle

    /** To OPEN: somebody took it. */
    record WorkStarted(UUID ticketId, Instant at, String from, boolean irregular) implements StatusEvent {}

    /** To PENDING: waiting for the requester. */
    record TicketPended(UUID ticketId, Instant at, String from, boolean irregular) implements StatusEvent {}

    /** To ON_HOLD; the reason has a text where it is OTHER. */
    record TicketPutOnHold(
            UUID ticketId,
            Instant at,
            String from,
            String reason,
            @Personal @Nullable String reasonText,
            boolean irregular)
            implements StatusEvent {}

    record HoldReasonChanged(
            UUID ticketId,
            Instant at,
            String fromReason,
            String reason,
            @Personal @Nullable String reasonText) implements TicketEvent {}

    /** From PENDING or ON_HOLD back to OPEN. */
    record TicketResumed(UUID ticketId, Instant at, String from, boolean irregular) implements StatusEvent {}

    /** @param reopenUntil the end of the window in which a requester's reply reopens; null where an import knows none */
    record TicketResolved(
            UUID ticketId,
            Instant at,
            String from,
            String resolutionCode,
            @Personal @Nullable String resolutionText,
            @Nullable Instant reopenUntil,
            boolean irregular)
            implements StatusEvent {}

    record TicketReopened(UUID ticketId, Instant at, String from, boolean irregular) implements StatusEvent {}

    record TicketClosed(UUID ticketId, Instant at, String from, boolean irregular) implements StatusEvent {}

    record TicketCancelled(
            UUID ticketId,
            Instant at,
            String from,
            @Personal @Nullable String reason,
            boolean irregular) implements StatusEvent {}

    // correction

    /**
     * What had been changed is as it was before. Each value counts where {@code restored} names its field; what others
     * changed stays. Lists are whole: as they are from now on.
     *
     * @param fromVersion the version that was reverted
     * @param toVersion the version whose values come back: of all fields, or of those that the undone events changed
     * @param undone versions of the single events that are undone, in decimal; empty where it is all after toVersion
     * @param restored names of fields: subject, type, category, requester (with the organization), ranking (impact,
     *     urgency, the matrix and what it gave), priorityOverride, queue, assignee (with how often it was handed over),
     *     status (with all from {@code from} to {@code irregularMoves}), spam, majorIncident, tags, watchers, links, customFields.KEY
     * @param byMatrix the priority that the matrix gave, also where only the override is restored
     * @param from the status that is left
     * @param holdReasonText counts where there is a hold reason
     * @param resolutionText counts where there is a resolution
     * @param linked and {@code unlinked}: links that come back and that go, as TYPE:ticketId
     * @param fields custom fields that have a value again, {@code texts} those that have a text; named ones in neither
     *     are empty
     */
    record TicketReverted(
            UUID ticketId,
            Instant at,
            long fromVersion,
            long toVersion,
            List<String> undone,
            @Personal String reason,
            List<String> restored,
            @Personal @Nullable String subject,
            boolean subjectDerived,
            @Nullable String type,
            @Nullable String category,
            @Nullable UUID requesterId,
            @Nullable UUID organizationId,
            @Nullable Integer impact,
            @Nullable Integer urgency,
            @Nullable String byMatrix,
            @Nullable String matrix,
            @Nullable String priorityOverride,
            @Nullable String queue,
            @Nullable UUID assigneeId,
            int reassignmentCount,
            @Nullable String from,
            @Nullable String status,
            @Nullable String holdReason,
            @Personal @Nullable String holdReasonText,
            @Nullable String resolutionCode,
            @Personal @Nullable String resolutionText,
            @Nullable Instant resolvedAt,
            @Nullable Instant closedAt,
            @Nullable Instant reopenUntil,
            int reopenCount,
            int irregularMoves,
            boolean spam,
            boolean majorIncident,
            List<String> tags,
            List<String> watchers,
            List<String> linked,
            List<String> unlinked,
            Map<String, List<String>> fields,
            @Personal Map<String, String> texts)
            implements TicketEvent, TellsRequester {
        @Override
        public boolean tellsRequester() {
            return restored.contains(Facts.REQUESTER);
        }
    }
}
