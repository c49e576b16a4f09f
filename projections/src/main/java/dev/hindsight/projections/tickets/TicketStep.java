package dev.hindsight.projections.tickets;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one event does to the rows of its ticket.
 *
 * @param row the list row afterwards
 * @param message a message it added
 * @param links that it made or undid
 * @param attachment an attachment it added or took away
 */
public record TicketStep(
        TicketRow row,
        Entry entry,
        @Nullable Message message,
        List<Link> links,
        @Nullable Attachment attachment) {

    /**
     * A row of the timeline.
     *
     * @param internal the whole entry is not for requesters
     */
    public record Entry(
            UUID ticketId,
            long version,
            long position,
            String event,
            ActorKind actorKind,
            @Nullable UUID actor,
            @Nullable UUID onBehalfOf,
            @Nullable String rule,
            @Nullable Integer ruleVersion,
            Instant occurredAt,
            Instant recordedAt,
            boolean internal,
            List<FieldChange> changes) {}

    /**
     * A row of the conversation.
     *
     * @param kind REQUESTER_REPLY, PUBLIC_REPLY or INTERNAL_NOTE
     */
    public record Message(
            UUID ticketId,
            long version,
            long position,
            UUID id,
            String kind,
            @Nullable UUID author,
            ActorKind authorKind,
            String body,
            Instant at) {}

    /**
     * A link as it is after the event.
     *
     * @param linked false where the link is undone
     */
    public record Link(UUID ticketId, String type, UUID otherId, long version, long position, boolean linked) {}

    /**
     * An attachment as it is after the event.
     *
     * @param added what it is now, null where it was taken away
     */
    public record Attachment(
            UUID ticketId,
            UUID id,
            long version,
            long position,
            @Nullable AttachmentAdded added) {}
}
