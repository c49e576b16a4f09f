package dev.hindsight.command.ticket;

import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Attachments;
import dev.hindsight.domain.ticket.Change;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.Erasure;
import dev.hindsight.domain.ticket.HoldReason;
import dev.hindsight.domain.ticket.ImportRow;
import dev.hindsight.domain.ticket.ImportedCase;
import dev.hindsight.domain.ticket.Level;
import dev.hindsight.domain.ticket.LinkType;
import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.ResolutionCode;
import dev.hindsight.domain.ticket.Reversal;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.TicketType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * What people ask of a ticket. Every command answers a {@link TicketResult}, or throws {@code Refusal},
 * {@code InvalidRequest} or {@code PreconditionFailed}. Whether the caller has the right was decided before; custom
 * fields were normalized against their definitions before.
 */
public sealed interface TicketCommand {

    UUID ticketId();

    /** Who asks, as the events will say. */
    Actor by();

    /** The moment of asking; what happens is never dated before the ticket's last event. */
    Instant at();

    /** The version it was decided on, from 1; null asks for no check. */
    default @Nullable Long expectedVersion() {
        return null;
    }

    @TargetAggregateIdentifier
    default String streamId() {
        return "ticket-" + ticketId();
    }

    /**
     * @param ticketId a new UUIDv7
     * @param number the next number for people
     * @param descriptionId message id of the description, present where there is one
     * @param organizationId the requester's organization at this moment
     */
    record OpenTicket(
            UUID ticketId,
            Actor by,
            Instant at,
            long number,
            TicketType type,
            String subject,
            @Nullable UUID descriptionId,
            @Nullable String description,
            UUID requesterId,
            @Nullable UUID organizationId,
            Level impact,
            Level urgency,
            @Nullable String queue,
            @Nullable String category,
            List<String> tags,
            Map<String, FieldValue> customFields,
            Channel channel)
            implements TicketCommand {}

    /** Changes the given members; null says nothing of a member, {@code customFields} holds only the given ones. */
    record ChangeTicket(
            UUID ticketId,
            Actor by,
            Instant at,
            @Nullable Long expectedVersion,
            @Nullable String subject,
            @Nullable TicketType type,
            @Nullable Change<String> category,
            @Nullable Level impact,
            @Nullable Level urgency,
            Map<String, FieldValue> customFields)
            implements TicketCommand {}

    /** @param organizationId the new requester's organization at this moment */
    record ChangeRequester(
            UUID ticketId,
            Actor by,
            Instant at,
            @Nullable Long expectedVersion,
            UUID requesterId,
            @Nullable UUID organizationId)
            implements TicketCommand {}

    /** Assigns to a person, a queue or both; a change to null takes the person or the queue away. */
    record AssignTicket(
            UUID ticketId,
            Actor by,
            Instant at,
            @Nullable Long expectedVersion,
            @Nullable Change<UUID> assignee,
            @Nullable Change<String> queue)
            implements TicketCommand {}

    /** Takes the person away; the queue and the status stay. */
    record UnassignTicket(
            UUID ticketId, Actor by, Instant at, @Nullable Long expectedVersion) implements TicketCommand {}

    /**
     * @param holdReason for ON_HOLD, required there
     * @param reasonText for hold reason OTHER (required there), and why a ticket is CANCELLED
     * @param resolutionCode for RESOLVED, required there
     * @param resolutionText for resolution code OTHER, required there
     * @param comment a public reply in the same commit, under {@code messageId}; both or neither
     * @param reopenWindow how long after RESOLVED a requester's reply reopens
     */
    record ChangeStatus(
            UUID ticketId,
            Actor by,
            Instant at,
            @Nullable Long expectedVersion,
            Status status,
            @Nullable HoldReason holdReason,
            @Nullable String reasonText,
            @Nullable ResolutionCode resolutionCode,
            @Nullable String resolutionText,
            @Nullable UUID messageId,
            @Nullable String comment,
            Duration reopenWindow)
            implements TicketCommand {}

    record OverridePriority(
            UUID ticketId, Actor by, Instant at, @Nullable Long expectedVersion, Priority priority, String reason)
            implements TicketCommand {}

    record WithdrawPriorityOverride(
            UUID ticketId, Actor by, Instant at, @Nullable Long expectedVersion) implements TicketCommand {}

    /**
     * A public reply: the requester's where a requester asks or the agent does it {@code onBehalfOf} one, else an
     * agent's. A requester's reply that comes too late opens a follow-up ticket in the same commit.
     *
     * @param onBehalfOf the requester whose words these are, where an agent passes them on
     * @param followUpId a new UUIDv7, used where a follow-up is opened
     * @param followUpNumber draws the follow-up's number, asked only where one is opened
     * @param channel how the reply reached us
     * @param attachmentIds attachments that wait on the ticket and go with the reply
     * @param handOver brings their contents' keys to a follow-up, asked only where one is opened
     */
    record ReplyToTicket(
            UUID ticketId,
            Actor by,
            Instant at,
            UUID messageId,
            String body,
            @Nullable UUID onBehalfOf,
            UUID followUpId,
            LongSupplier followUpNumber,
            Channel channel,
            List<UUID> attachmentIds,
            KeyHandOver handOver)
            implements TicketCommand {

        /** Without attachments. */
        public ReplyToTicket(
                UUID ticketId,
                Actor by,
                Instant at,
                UUID messageId,
                String body,
                @Nullable UUID onBehalfOf,
                UUID followUpId,
                LongSupplier followUpNumber,
                Channel channel) {
            this(
                    ticketId,
                    by,
                    at,
                    messageId,
                    body,
                    onBehalfOf,
                    followUpId,
                    followUpNumber,
                    channel,
                    List.of(),
                    KeyHandOver.NEVER);
        }
    }

    /** @param attachmentIds internal attachments that wait on the ticket and go with the note */
    record AddNote(UUID ticketId, Actor by, Instant at, UUID messageId, String body, List<UUID> attachmentIds)
            implements TicketCommand {

        /** Without attachments. */
        public AddNote(UUID ticketId, Actor by, Instant at, UUID messageId, String body) {
            this(ticketId, by, at, messageId, body, List.of());
        }
    }

    /** @param files contents that were stored before, one at least */
    record AddAttachments(UUID ticketId, Actor by, Instant at, List<Attachments.Stored> files)
            implements TicketCommand {}

    record RemoveAttachment(UUID ticketId, Actor by, Instant at, UUID attachmentId) implements TicketCommand {}

    record AddTag(UUID ticketId, Actor by, Instant at, String tag) implements TicketCommand {}

    record RemoveTag(UUID ticketId, Actor by, Instant at, String tag) implements TicketCommand {}

    record MarkTicketAsSpam(UUID ticketId, Actor by, Instant at) implements TicketCommand {}

    record UnmarkTicketAsSpam(UUID ticketId, Actor by, Instant at) implements TicketCommand {}

    record DeclareMajorIncident(UUID ticketId, Actor by, Instant at) implements TicketCommand {}

    record StandDownMajorIncident(UUID ticketId, Actor by, Instant at) implements TicketCommand {}

    /** Whether the person exists was checked before. */
    record AddWatcher(UUID ticketId, Actor by, Instant at, UUID personId) implements TicketCommand {}

    record RemoveWatcher(UUID ticketId, Actor by, Instant at, UUID personId) implements TicketCommand {}

    /** Whether the other ticket exists and may be seen was checked before. */
    record LinkTickets(UUID ticketId, Actor by, Instant at, LinkType type, UUID otherId) implements TicketCommand {}

    record UnlinkTickets(UUID ticketId, Actor by, Instant at, LinkType type, UUID otherId) implements TicketCommand {}

    /**
     * What people wrote on it is gone; its key is destroyed in the same transaction. Whether somebody holds it was checked
     * before.
     *
     * @param rule the retention rule, null for another cause
     */
    record EraseTicketContent(
            UUID ticketId,
            Actor by,
            Instant at,
            Erasure.Cause cause,
            @Nullable String rule) implements TicketCommand {}

    /** @param placed false to release */
    record HoldTicket(UUID ticketId, Actor by, Instant at, boolean placed, String reason) implements TicketCommand {}

    /**
     * Brings back what was before, with a reason.
     *
     * @param plan says what, of the ticket at this version; asked once, in the command's unit of work
     * @param reason one line
     */
    record RevertTicket(
            UUID ticketId,
            Actor by,
            Instant at,
            @Nullable Long expectedVersion,
            LongFunction<Reversal.Plan> plan,
            String reason)
            implements TicketCommand {}

    /**
     * Brings rows of a foreign case: opens the ticket with the first, appends what the others changed, passes over rows
     * that were imported before. Answers an {@link ImportResult}; refused with {@code TOUCHED_SINCE_IMPORT} where
     * there are new rows and live people changed the ticket since. Each event's envelope names its row.
     *
     * @param ticketId derived by name from source and case, so that importing again finds it
     * @param by the importer, used where no row names anybody
     * @param number draws the ticket's number, asked only where the ticket is opened
     * @param rows in file order, ordinals rising
     */
    record ImportCase(
            UUID ticketId,
            Actor by,
            Instant at,
            UUID importId,
            LongSupplier number,
            ImportedCase about,
            List<ImportRow> rows)
            implements TicketCommand {}
}
