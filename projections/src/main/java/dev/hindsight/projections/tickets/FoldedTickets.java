package dev.hindsight.projections.tickets;

import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.readmodel.PastTickets;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketAttachmentRecord;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketLinkRecord;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;

/** Past tickets by {@link TicketFold}, the fold of the live model. */
public final class FoldedTickets implements PastTickets {

    @Override
    public PastTicket after(@Nullable PastTicket before, LoggedEvent event) {
        var was = (Folded) before;
        var step = TicketFold.step(was == null ? null : was.ticket(), event);
        var attachment = step.attachment();
        var links = was == null ? Map.<TicketRows.LinkKey, TicketStep.Link>of() : was.held();
        var files = was == null ? Map.<UUID, TicketStep.Attachment>of() : was.files();
        for (var link : step.links()) {
            links = with(links, new TicketRows.LinkKey(link.type(), link.otherId()), link.linked() ? link : null);
        }
        if (attachment != null) {
            files = with(files, attachment.id(), attachment.added() == null ? null : attachment);
        }
        return new Folded(step.row(), links, files);
    }

    @Override
    public @Nullable PastTicket without(@Nullable PastTicket before, LoggedEvent event) {
        var was = (Folded) before;
        return was == null
                ? null
                : new Folded(
                        TicketFold.leftOut(was.ticket(), event.version(), event.position()), was.held(), was.files());
    }

    /** @param value null to take it away */
    private static <K, V> Map<K, V> with(Map<K, V> before, K key, @Nullable V value) {
        var after = new LinkedHashMap<>(before);
        after.remove(key); // what is made again is the newest
        if (value != null) {
            after.put(key, value);
        }
        return Collections.unmodifiableMap(after);
    }

    /**
     * A state; what two states share is the same object.
     *
     * @param held links, in the order of their making
     * @param files attachments that are there
     */
    private record Folded(
            TicketRow ticket, Map<TicketRows.LinkKey, TicketStep.Link> held, Map<UUID, TicketStep.Attachment> files)
            implements PastTicket {

        @Override
        public long version() {
            return ticket.version();
        }

        @Override
        public long position() {
            return ticket.lastPosition();
        }

        @Override
        public @Nullable String queue() {
            return ticket.queue();
        }

        @Override
        public @Nullable UUID requester() {
            return ticket.requester();
        }

        @Override
        public @Nullable UUID organization() {
            return ticket.organization();
        }

        @Override
        public @Nullable UUID assignee() {
            return ticket.assignee();
        }

        @Override
        public List<UUID> watchers() {
            return ticket.watchers();
        }

        @Override
        public TicketRecord row() {
            var row = new TicketRecord();
            row.setId(ticket.id());
            row.setNumber(ticket.number());
            row.setVersion(ticket.version());
            row.setLastPosition(ticket.lastPosition());
            row.setCreatedAt(ticket.createdAt());
            row.setUpdatedAt(ticket.updatedAt());
            row.setFirstRespondedAt(ticket.firstRespondedAt());
            row.setResolvedAt(ticket.resolvedAt());
            row.setClosedAt(ticket.closedAt());
            row.setReopenUntil(ticket.reopenUntil());
            row.setRequester(ticket.requester());
            row.setOrganization(ticket.organization());
            row.setAssignee(ticket.assignee());
            row.setFollowUpOf(ticket.followUpOf());
            row.setDescriptionId(ticket.descriptionId());
            row.setImpact(number(ticket.impact()));
            row.setUrgency(number(ticket.urgency()));
            row.setPriority(number(ticket.priority()));
            row.setReopenCount(ticket.reopenCount());
            row.setReassignmentCount(ticket.reassignmentCount());
            row.setIrregularMoves(ticket.irregularMoves());
            row.setPriorityOverridden(ticket.priorityOverridden());
            row.setMajorIncident(ticket.majorIncident());
            row.setSpam(ticket.spam());
            row.setSubjectDerived(ticket.subjectDerived());
            row.setType(ticket.type());
            row.setStatus(ticket.status());
            row.setHoldReason(ticket.holdReason());
            row.setHoldReasonText(ticket.holdReasonText());
            row.setResolutionCode(ticket.resolutionCode());
            row.setResolutionText(ticket.resolutionText());
            row.setCategory(ticket.category());
            row.setQueue(ticket.queue());
            row.setChannel(ticket.channel());
            row.setMatrix(ticket.matrix());
            row.setImportSource(ticket.importSource());
            row.setImportCase(ticket.importCase());
            row.setTags(ticket.tags().toArray(String[]::new));
            row.setCustomFields(JSONB.valueOf(TicketColumns.customFields(ticket)));
            row.setSubject(ticket.subject());
            row.setDescription(ticket.description());
            row.setWatchers(ticket.watchers().toArray(UUID[]::new));
            return row;
        }

        private static @Nullable Short number(@Nullable Integer value) {
            return value == null ? null : value.shortValue();
        }

        @Override
        public List<TicketLinkRecord> links() {
            return held.values().stream()
                    .map(it ->
                            new TicketLinkRecord(it.ticketId(), it.type(), it.otherId(), it.version(), it.position()))
                    .toList();
        }

        @Override
        public List<TicketAttachmentRecord> attachments() {
            return files.values().stream()
                    .map(Folded::attachment)
                    .sorted(Comparator.comparing(TicketAttachmentRecord::getAt)
                            .thenComparing(it -> it.getId().toString())) // as PostgreSQL compares them
                    .toList();
        }

        private static TicketAttachmentRecord attachment(TicketStep.Attachment file) {
            var added = Objects.requireNonNull(file.added());
            var row = new TicketAttachmentRecord();
            row.setTicketId(file.ticketId());
            row.setId(file.id());
            row.setVersion(file.version());
            row.setLastPosition(file.position());
            row.setMessageId(added.messageId());
            row.setUploader(added.uploaderId());
            row.setAt(added.at());
            row.setInternal(added.internal());
            row.setSize(added.size());
            row.setContent(added.content());
            row.setWrappedKey(added.wrappedKey());
            row.setName(added.name());
            row.setType(added.type());
            row.setSha256(added.plainSha256());
            return row;
        }

        @Override
        public List<Difference> since(@Nullable PastTicket before) {
            var was = (Folded) before;
            var differences = new ArrayList<Difference>();
            for (var change : TicketChanges.between(was == null ? null : was.ticket, ticket)) {
                differences.add(new Difference(change.field(), change.before(), change.after(), change.internal()));
            }
            links(was == null ? Map.of() : was.held, differences);
            attachments(was == null ? Map.of() : was.files, differences);
            return differences;
        }

        private void links(Map<TicketRows.LinkKey, TicketStep.Link> before, List<Difference> differences) {
            before.keySet().stream()
                    .filter(link -> !held.containsKey(link))
                    .forEach(link -> differences.add(new Difference(
                            "links." + link.type(), link.otherId().toString(), null, false)));
            held.keySet().stream()
                    .filter(link -> !before.containsKey(link))
                    .forEach(link -> differences.add(new Difference(
                            "links." + link.type(), null, link.otherId().toString(), false)));
        }

        private void attachments(Map<UUID, TicketStep.Attachment> before, List<Difference> differences) {
            before.forEach((id, file) -> {
                if (!files.containsKey(id)) {
                    var gone = Objects.requireNonNull(file.added());
                    differences.add(new Difference("attachments", gone.name(), null, gone.internal()));
                }
            });
            files.forEach((id, file) -> {
                if (!before.containsKey(id)) {
                    var added = Objects.requireNonNull(file.added());
                    differences.add(new Difference("attachments", null, added.name(), added.internal()));
                }
            });
        }
    }
}
