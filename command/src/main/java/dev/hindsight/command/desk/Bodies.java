package dev.hindsight.command.desk;

import dev.hindsight.command.call.WriteBody;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The bodies of the write calls on tickets, as they come: every member may be missing. */
final class Bodies {

    private Bodies() {}

    /** @param impact and urgency: a number or a word */
    record OpenTicketBody(
            @Nullable String subject,
            @Nullable String description,
            @Nullable String type,
            @Nullable Object impact,
            @Nullable Object urgency,
            @Nullable RequesterBody requester,
            @Nullable String requesterId,
            @Nullable String queue,
            @Nullable String category,
            @Nullable List<@Nullable String> tags,
            @Nullable Map<String, @Nullable Object> customFields,
            @Nullable String channel)
            implements WriteBody {}

    record RequesterBody(@Nullable String email, @Nullable String name) {}

    /** JSON merge patch: a missing member is null here, one that is given as null is a null node. */
    record ChangeTicketBody(
            @Nullable JsonNode subject,
            @Nullable JsonNode type,
            @Nullable JsonNode category,
            @Nullable JsonNode impact,
            @Nullable JsonNode urgency,
            @Nullable JsonNode customFields)
            implements WriteBody {}

    /** As in a merge patch; null takes the person or the queue away. */
    record AssignmentBody(
            @Nullable JsonNode assignee, @Nullable JsonNode queue) implements WriteBody {}

    /** @param reason one of the hold reasons for ON_HOLD, free text for CANCELLED */
    record StatusBody(
            @Nullable String status,
            @Nullable String reason,
            @Nullable String reasonText,
            @Nullable String resolutionCode,
            @Nullable String resolutionText,
            @Nullable String comment)
            implements WriteBody {}

    record PriorityBody(@Nullable String priority, @Nullable String reason) implements WriteBody {}

    record ReplyBody(
            @Nullable String body,
            @Nullable String onBehalfOf,
            @Nullable List<@Nullable String> attachmentIds) implements WriteBody {}

    record NoteBody(@Nullable String body, @Nullable List<@Nullable String> attachmentIds) implements WriteBody {}

    record LinkBody(@Nullable String type, @Nullable String otherId) implements WriteBody {}
}
