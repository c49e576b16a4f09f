package dev.hindsight.query.tickets;

import dev.hindsight.domain.ticket.Status;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.RequesterRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A ticket as lists show it. What is not known is null.
 *
 * @param number as people write it, such as {@code HD-1042}
 * @param version how many events it has: its ETag
 * @param position of its last event
 * @param statusCategory open, paused, resolved or final
 * @param holdReason why it is ON_HOLD; requesters do not see it
 * @param impact 1 HIGH, 2 MEDIUM, 3 LOW; urgency alike
 * @param priority P1 to P5
 * @param priorityName CRITICAL to PLANNING
 * @param category key of the category; queue alike
 * @param organization id of the requester's organization
 * @param customFields by key: text, number, boolean, ISO date, choice, or list of choices
 * @param closedAt when it became CLOSED or CANCELLED
 * @param allowedStatuses what its status may be changed to
 */
public record TicketSummary(
        UUID id,
        String number,
        long version,
        long position,
        @Nullable String subject,
        String type,
        Status status,
        String statusCategory,
        @Nullable String holdReason,
        @Nullable String resolutionCode,
        @Nullable Integer impact,
        @Nullable Integer urgency,
        @Nullable String priority,
        @Nullable String priorityName,
        boolean priorityOverridden,
        boolean majorIncident,
        boolean spam,
        @Nullable String category,
        @Nullable String queue,
        @Nullable PersonRef assignee,
        @Nullable RequesterRef requester,
        @Nullable UUID organization,
        List<String> tags,
        Map<String, Object> customFields,
        String channel,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant firstRespondedAt,
        @Nullable Instant resolvedAt,
        @Nullable Instant closedAt,
        int reopenCount,
        int reassignmentCount,
        List<Status> allowedStatuses) {}
