package dev.hindsight.query.queues;

import dev.hindsight.domain.ticket.Status;
import dev.hindsight.query.ActorRef;
import dev.hindsight.query.PersonRef;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one event changed in a queue.
 *
 * @param number as people write it
 * @param version the ticket's, with the event
 * @param kinds OPENED, CAME, LEFT, RESOLVED, REOPENED, CLOSED (CANCELLED with it), MOVED (any other status), REASSIGNED;
 *     one at least
 * @param subject after the event
 * @param statusBefore null for what the event opened; queue and assignee are null also where there was none
 */
public record QueueChange(
        UUID ticketId,
        String number,
        long version,
        long position,
        Instant occurredAt,
        String event,
        ActorRef actor,
        List<String> kinds,
        @Nullable String subject,
        @Nullable Status statusBefore,
        Status status,
        @Nullable String queueBefore,
        @Nullable String queue,
        @Nullable PersonRef assigneeBefore,
        @Nullable PersonRef assignee) {}
