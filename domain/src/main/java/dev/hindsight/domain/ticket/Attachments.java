package dev.hindsight.domain.ticket;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentRemoved;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The attachments of one ticket, as decisions know them. What an agent uploads is internal until a public reply carries
 * it; what a requester uploads is public from the start. An attachment waits on the ticket until one message takes it.
 * Evolved from the ticket's events alone; immutable.
 *
 * @param present by id
 * @param removed those that were taken away
 */
public record Attachments(Map<UUID, AttachmentAdded> present, Map<UUID, AttachmentAdded> removed) {

    /** A ticket has at most so many at a time. */
    public static final int MOST = 200;

    /** Of a ticket that begins. */
    public static final Attachments NONE = new Attachments(Map.of(), Map.of());

    private static final String IDS = "attachmentIds";

    /**
     * Content that was stored, not yet on any ticket.
     *
     * @param content SHA-256 of the ciphertext, 64 hexadecimal digits: its address in the store
     * @param size of the plain text, in bytes
     * @param plainSha256 of the plain text, 64 hexadecimal digits
     * @param wrappedKey the content's key, wrapped by the ticket's; base64
     */
    public record Stored(
            UUID id, String name, String type, long size, String content, String plainSha256, String wrappedKey) {}

    /** After one more event of the ticket. Never refuses. */
    public Attachments evolve(TicketEvent event) {
        if (event instanceof AttachmentAdded added) {
            var now = new HashMap<>(present);
            now.put(added.attachmentId(), added);
            return new Attachments(Map.copyOf(now), removed);
        } else if (event instanceof AttachmentRemoved gone && present.containsKey(gone.attachmentId())) {
            var now = new HashMap<>(present);
            var before = new HashMap<>(removed);
            before.put(gone.attachmentId(), now.remove(gone.attachmentId()));
            return new Attachments(Map.copyOf(now), Map.copyOf(before));
        } else if (event instanceof TicketContentErased) {
            var all = new HashMap<>(removed);
            all.putAll(present);
            return new Attachments(Map.of(), Map.copyOf(all));
        }
        return this;
    }

    /** Whether an attachment that is still there has this content. */
    public boolean referTo(String content) {
        return present.values().stream().anyMatch(it -> it.content().equals(content));
    }

    public Optional<AttachmentAdded> find(UUID id) {
        return Optional.ofNullable(present.get(id));
    }

    /**
     * Puts stored content on the ticket, in every status; the asking side's is public.
     *
     * @throws dev.hindsight.domain.Refusal {@code TOO_MANY_ATTACHMENTS}
     */
    public List<TicketEvent> upload(Ticket ticket, Actor by, List<Stored> files, Instant at) {
        if (present.size() + files.size() > MOST) {
            throw Refusals.tooManyAttachments();
        }
        var moment = ticket.notBefore(at);
        var internal = !asks(by, ticket);
        return files.stream()
                .<TicketEvent>map(file -> new AttachmentAdded(
                        ticket.id(),
                        moment,
                        file.id(),
                        null,
                        by.person(),
                        internal,
                        file.content(),
                        file.size(),
                        file.name(),
                        file.type(),
                        file.plainSha256(),
                        file.wrappedKey()))
                .toList();
    }

    private static boolean asks(Actor by, Ticket ticket) {
        return by.kind() == ActorKind.REQUESTER
                || (by.roles().contains("requester")
                        && by.person() != null
                        && by.person().equals(ticket.about().requesterId()));
    }

    /** Puts waiting attachments on a public message, which shows them to the requester. */
    List<TicketEvent> toReply(Ticket ticket, Actor by, UUID messageId, List<UUID> ids, Instant at) {
        return new LinkedHashSet<>(ids)
                .stream()
                        .<TicketEvent>map(id -> onMessage(
                                waiting(id, asks(by, ticket)),
                                ticket.id(),
                                messageId,
                                false,
                                at,
                                AttachmentAdded::wrappedKey))
                        .toList();
    }

    /** Puts waiting attachments on a note; what the requester has seen already does not become internal. */
    List<TicketEvent> toNote(Ticket ticket, UUID messageId, List<UUID> ids, Instant at) {
        return new LinkedHashSet<>(ids)
                .stream()
                        .<TicketEvent>map(id -> {
                            var waiting = waiting(id, false);
                            if (!waiting.internal()) {
                                throw new InvalidRequest(
                                        IDS, "must not hold " + id + ": the requester sees it already");
                            }
                            return onMessage(waiting, ticket.id(), messageId, true, at, AttachmentAdded::wrappedKey);
                        })
                        .toList();
    }

    /**
     * The same attachments on the first message of a follow-up ticket; here they stay as they are.
     *
     * @param handOver wraps the content's key by the follow-up's
     */
    public List<TicketEvent> toFollowUp(
            Ticket ticket,
            Actor by,
            UUID followUpId,
            UUID messageId,
            List<UUID> ids,
            Instant at,
            Function<AttachmentAdded, String> handOver) {
        return new LinkedHashSet<>(ids)
                .stream()
                        .<TicketEvent>map(id ->
                                onMessage(waiting(id, asks(by, ticket)), followUpId, messageId, false, at, handOver))
                        .toList();
    }

    private static AttachmentAdded onMessage(
            AttachmentAdded waiting,
            UUID ticketId,
            UUID messageId,
            boolean internal,
            Instant at,
            Function<AttachmentAdded, String> key) {
        return new AttachmentAdded(
                ticketId,
                at,
                waiting.attachmentId(),
                messageId,
                waiting.uploaderId(),
                internal,
                waiting.content(),
                waiting.size(),
                waiting.name(),
                waiting.type(),
                waiting.plainSha256(),
                key.apply(waiting));
    }

    /** To the asking side, internal ones do not exist. */
    private AttachmentAdded waiting(UUID id, boolean publicOnly) {
        var found = present.get(id);
        if (found == null || found.messageId() != null || (publicOnly && found.internal())) {
            throw new InvalidRequest(IDS, "must not hold " + id + ": no attachment of it waits on this ticket");
        }
        return found;
    }

    /**
     * Takes an attachment away; one that was taken away already stays so. Requesters take away what they uploaded
     * themselves and no message carries yet.
     *
     * @throws NotFound where there never was such an attachment that the actor may see
     * @throws Forbidden where it is not the actor's to take away
     */
    public List<TicketEvent> remove(Ticket ticket, Actor by, UUID id, Instant at) {
        var asks = by.kind() == ActorKind.REQUESTER;
        var found = seen(present.get(id), asks);
        if (found == null) {
            if (seen(removed.get(id), asks) == null) {
                throw new NotFound("There is no such attachment.");
            }
            return List.of();
        }
        if (asks
                && (found.messageId() != null
                        || by.person() == null
                        || !by.person().equals(found.uploaderId()))) {
            throw new Forbidden("Requesters take away only their own attachments that no message carries yet.");
        }
        return List.of(new AttachmentRemoved(ticket.id(), ticket.notBefore(at), id, found.internal(), found.name()));
    }

    private static @Nullable AttachmentAdded seen(@Nullable AttachmentAdded attachment, boolean publicOnly) {
        return attachment == null || (publicOnly && attachment.internal()) ? null : attachment;
    }
}
