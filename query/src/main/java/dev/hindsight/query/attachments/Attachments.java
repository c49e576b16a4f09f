package dev.hindsight.query.attachments;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_ATTACHMENT;
import static org.jooq.impl.DSL.noCondition;

import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketAttachmentRecord;
import dev.hindsight.query.PastNames;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.ticket.TicketReader.Subject;
import dev.hindsight.query.ticket.TicketReader.Then;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Reads the attachments of one ticket; for requesters, internal ones do not exist. */
public final class Attachments {

    /** An attachment and how to open it. */
    record Located(Attachment attachment, String content, String wrappedKey) {}

    private Attachments() {}

    /** All, the oldest first. */
    static List<Attachment> of(Snapshot snapshot, Subject ticket) {
        return read(snapshot, ticket, noCondition()).stream()
                .map(Located::attachment)
                .toList();
    }

    /** Those that these messages carry, or carried then, by message. */
    public static Map<UUID, List<Attachment>> carriedBy(Snapshot snapshot, Subject ticket, Collection<UUID> messages) {
        Then then = ticket.then();
        Stream<Attachment> carried = then == null
                ? read(snapshot, ticket, TICKET_ATTACHMENT.MESSAGE_ID.in(messages)).stream()
                        .map(Located::attachment)
                : past(snapshot, ticket, then).filter(it -> messages.contains(it.messageId()));
        return carried.collect(
                Collectors.groupingBy(it -> Optional.ofNullable(it.messageId()).orElseThrow()));
    }

    private static Stream<Attachment> past(Snapshot snapshot, Subject ticket, Then then) {
        List<TicketAttachmentRecord> files = then.ticket().attachments().stream()
                .filter(it -> ticket.visibility().internal() || !it.getInternal())
                .toList();
        var names = PastNames.ofPeople(
                snapshot,
                files.stream()
                        .map(TicketAttachmentRecord::getUploader)
                        .filter(Objects::nonNull)
                        .toList());
        return files.stream()
                .map(it ->
                        attachment(it, it.getUploader() == null ? null : names.at(it.getUploader(), then.position())));
    }

    static Optional<Located> find(Snapshot snapshot, Subject ticket, UUID id) {
        return read(snapshot, ticket, TICKET_ATTACHMENT.ID.eq(id)).stream().findFirst();
    }

    private static List<Located> read(Snapshot snapshot, Subject ticket, Condition which) {
        return snapshot.jooq()
                .select(TICKET_ATTACHMENT.fields())
                .select(PERSON.NAME)
                .from(TICKET_ATTACHMENT)
                .leftJoin(PERSON)
                .on(PERSON.ID.eq(TICKET_ATTACHMENT.UPLOADER))
                .where(TICKET_ATTACHMENT.TICKET_ID.eq(ticket.id()))
                .and(which)
                .and(ticket.visibility().internal() ? noCondition() : TICKET_ATTACHMENT.INTERNAL.isFalse())
                .orderBy(TICKET_ATTACHMENT.AT, TICKET_ATTACHMENT.ID)
                .fetch(Attachments::located);
    }

    private static Located located(Record row) {
        var it = row.into(TICKET_ATTACHMENT);
        return new Located(attachment(it, row.get(PERSON.NAME)), it.getContent(), it.getWrappedKey());
    }

    /** @param name the uploader's */
    private static Attachment attachment(TicketAttachmentRecord it, @Nullable String name) {
        return new Attachment(
                it.getId(),
                it.getMessageId(),
                PersonRef.of(it.getUploader(), name),
                it.getAt(),
                it.getInternal(),
                it.getName(),
                it.getType(),
                it.getSize(),
                it.getSha256());
    }
}
