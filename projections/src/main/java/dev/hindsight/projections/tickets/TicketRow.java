package dev.hindsight.projections.tickets;

import dev.hindsight.domain.configuration.FieldValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A ticket as the list shows it, and all that its fold needs to go on. Components are the columns of
 * {@code readmodel.ticket}, in their order.
 *
 * @param version count of the ticket's events: its ETag
 * @param closedAt when it became CLOSED or CANCELLED
 * @param priority 1 for P1 to 5 for P5
 * @param tags sorted
 * @param customFields by key, sorted
 * @param watchers in the order in which they came
 */
public record TicketRow(
        UUID id,
        long number,
        long version,
        long lastPosition,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant firstRespondedAt,
        @Nullable Instant resolvedAt,
        @Nullable Instant closedAt,
        @Nullable Instant reopenUntil,
        @Nullable UUID requester,
        @Nullable UUID organization,
        @Nullable UUID assignee,
        @Nullable UUID followUpOf,
        @Nullable UUID descriptionId,
        @Nullable Integer impact,
        @Nullable Integer urgency,
        @Nullable Integer priority,
        int reopenCount,
        int reassignmentCount,
        int irregularMoves,
        boolean priorityOverridden,
        boolean majorIncident,
        boolean spam,
        boolean subjectDerived,
        String type,
        String status,
        @Nullable String holdReason,
        @Nullable String holdReasonText,
        @Nullable String resolutionCode,
        @Nullable String resolutionText,
        @Nullable String category,
        @Nullable String queue,
        String channel,
        @Nullable String matrix,
        @Nullable String importSource,
        @Nullable String importCase,
        List<String> tags,
        Map<String, FieldValue> customFields,
        @Nullable String subject,
        @Nullable String description,
        List<UUID> watchers) {}
