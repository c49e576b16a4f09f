package dev.hindsight.projections.tickets;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of one ticket that are to be written: where it stood, and what its events add. */
final class TicketRows {

    /** A link by what identifies it. */
    record LinkKey(String type, UUID otherId) {}

    @Nullable
    TicketRow row;

    /** As it was after the last event that changed subject or description; null where none did. */
    @Nullable
    TicketRow worded;

    final List<TicketStep.Entry> entries = new ArrayList<>(4);
    final List<TicketStep.Message> messages = new ArrayList<>(2);
    final Map<LinkKey, TicketStep.Link> links = new LinkedHashMap<>(2);
    final Map<UUID, TicketStep.Attachment> attachments = new LinkedHashMap<>(2);

    TicketRows(@Nullable TicketRow row) {
        this.row = row;
    }

    void add(TicketStep step) {
        var before = row;
        var after = step.row();
        row = after;
        if (!Objects.equals(before == null ? null : before.subject(), after.subject())
                || !Objects.equals(before == null ? null : before.description(), after.description())) {
            worded = after;
        }
        entries.add(step.entry());
        if (step.message() != null) {
            messages.add(step.message());
        }
        step.links().forEach(link -> links.put(new LinkKey(link.type(), link.otherId()), link));
        var attachment = step.attachment();
        if (attachment != null) {
            attachments.put(attachment.id(), attachment);
        }
    }
}
