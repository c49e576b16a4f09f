package dev.hindsight.query.attachments;

import dev.hindsight.query.PersonRef;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file on a ticket.
 *
 * @param messageId the message that carries it, null while it waits on the ticket
 * @param uploadedBy null where nobody is known
 * @param at when it came where it is: on the ticket, or on its message
 * @param internal not shown to requesters
 * @param type as the uploader said; trust it for nothing
 * @param size in bytes
 * @param sha256 of the content, 64 hexadecimal digits
 */
public record Attachment(
        UUID id,
        @Nullable UUID messageId,
        @Nullable PersonRef uploadedBy,
        Instant at,
        boolean internal,
        String name,
        String type,
        long size,
        String sha256) {}
