package dev.hindsight.query.changes;

import dev.hindsight.query.ActorRef;
import dev.hindsight.query.conversation.Message;
import dev.hindsight.query.timeline.CausedEntry;
import dev.hindsight.query.timeline.Change;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two moments of a ticket.
 *
 * @param from null where there was no ticket yet
 * @param changes field by field, the first state's value before and the second's after
 * @param messages that were added, the oldest first
 * @param people who did it, each once, in the order of their first event
 * @param events that led from one to the other, the oldest first, with their causes
 * @param more whether there are more messages or events than are told; ask for a shorter time
 * @param position the log up to which it is right
 */
public record TicketChanges(
        UUID id,
        String number,
        @Nullable State from,
        State to,
        List<Change> changes,
        List<Message> messages,
        List<ActorRef> people,
        List<CausedEntry> events,
        boolean more,
        long position) {

    /**
     * One of the two states.
     *
     * @param version of the ticket
     * @param position of its last event
     * @param at when that happened
     */
    public record State(long version, long position, Instant at) {}
}
