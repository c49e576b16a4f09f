package dev.hindsight.projections.search;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One ticket as the index holds it; the components are the index's fields (see {@code TicketIndex}).
 *
 * @param created milliseconds since 1970
 * @param updated milliseconds since 1970
 * @param publicMessages the conversation without the description and without notes
 * @param customTexts the values of all custom fields
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record TicketDocument(
        UUID id,
        long number,
        String status,
        String statusCategory,
        @Nullable String priority,
        String type,
        String channel,
        @Nullable String queue,
        @Nullable String category,
        @Nullable UUID assignee,
        @Nullable UUID requester,
        @Nullable UUID organization,
        List<UUID> watchers,
        List<String> tags,
        long created,
        long updated,
        @Nullable String subject,
        @Nullable String description,
        List<String> publicMessages,
        List<String> internalNotes,
        List<String> customTexts) {

    /**
     * A document and the version under which the index takes it: the position of the last event it shows, so that an
     * older one never replaces a newer one.
     */
    record Versioned(TicketDocument document, long position) {}
}
