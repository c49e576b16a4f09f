package dev.hindsight.query.conversation;

import dev.hindsight.query.ActorRef;
import dev.hindsight.query.attachments.Attachment;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message of a ticket.
 *
 * @param kind REQUESTER_REPLY, PUBLIC_REPLY or INTERNAL_NOTE
 * @param version the ticket's version that it made
 * @param attachments the files that it carries
 */
public record Message(
        UUID id, String kind, ActorRef author, String body, Instant at, long version, List<Attachment> attachments) {

    /** The same, its author by another name. */
    Message by(@Nullable String name) {
        return new Message(id, kind, new ActorRef(author.id(), name, author.kind()), body, at, version, attachments);
    }

    Message with(List<Attachment> files) {
        return new Message(id, kind, author, body, at, version, files);
    }
}
