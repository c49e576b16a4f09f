package dev.hindsight.domain.ticket;

import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.configuration.FieldValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One row of a foreign log, in our language: what the source says is so from this row on. A null member says nothing;
 * what already is so changes nothing, so a row may state the whole case every time.
 *
 * @param ordinal place within its case, from 1 in file order: the row's identity is (source, case, ordinal)
 * @param line line of the file, the header being line 1
 * @param at when it happened; moved to the row before where it lies earlier
 * @param activity what the source calls it, kept where the row changes nothing else
 * @param by who did it, as the events will say
 * @param status the status that the row states
 * @param assignee the person, or a change to null where the row takes the person away
 * @param priority the priority that the source states; an override where its matrix gives another
 * @param fields custom fields; the empty value clears one
 * @param tags added, never removed
 * @param message a message of the conversation
 */
public record ImportRow(
        int ordinal,
        long line,
        Instant at,
        String activity,
        Actor by,
        @Nullable StatedStatus status,
        @Nullable Change<UUID> assignee,
        @Nullable Change<String> queue,
        @Nullable Change<String> category,
        @Nullable TicketType type,
        @Nullable Level impact,
        @Nullable Level urgency,
        @Nullable Priority priority,
        Map<String, FieldValue> fields,
        List<String> tags,
        @Nullable String subject,
        @Nullable UUID requesterId,
        @Nullable Message message) {

    /**
     * @param holdReason for ON_HOLD; OTHER where null
     * @param resolution for RESOLVED; UNKNOWN where null
     */
    public record StatedStatus(
            Status status,
            @Nullable HoldReason holdReason,
            @Nullable ResolutionCode resolution,
            @Nullable String text) {
        public static StatedStatus of(Status status) {
            return new StatedStatus(status, null, null, null);
        }
    }

    /** @param messageId derived from the row's identity, so that importing again makes the same */
    public record Message(
            MessageKind kind, UUID messageId, @Nullable UUID authorId, String body) {}

    /** The kinds of a conversation's messages. */
    public enum MessageKind {
        REQUESTER_REPLY,
        PUBLIC_REPLY,
        INTERNAL_NOTE
    }
}
