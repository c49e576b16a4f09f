package dev.hindsight.query.reports;

import dev.hindsight.query.tickets.TicketListRequest;
import org.jspecify.annotations.Nullable;

/**
 * A report's parameters as they arrive; filters are those of the list, held against the state that counts.
 *
 * @param from the first moment that counts
 * @param to the first that does not; now unless said
 * @param by comma list of queue, agent, priority, category, and day or week
 * @param format json or csv; else what Accept says
 */
public record ReportRequest(
        @Nullable String from,
        @Nullable String to,
        @Nullable String by,
        @Nullable String format,
        @Nullable String queue,
        @Nullable String category,
        @Nullable String assignee,
        @Nullable String requester,
        @Nullable String organization,
        @Nullable String priority,
        @Nullable String type,
        @Nullable String tag,
        @Nullable String minPosition) {

    /** The filters alone. */
    TicketListRequest filters() {
        return new TicketListRequest(
                null,
                category,
                queue,
                assignee,
                requester,
                organization,
                priority,
                type,
                tag,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }
}
