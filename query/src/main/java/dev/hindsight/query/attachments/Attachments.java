package dev.hindsight.query.attachments;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_ATTACHMENT;
import static org.jooq.impl.DSL.noCondition;

import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.PersonRef;
import dev.hindsight.query.ticket.TicketReader.Subject;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Record;

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

    /** Those that these messages carry, by message. */
    public static Map<UUID, List<Attachment>> carriedBy(Snapshot snapshot, Subject ticket, Collection<UUID> messages) {
        return read(snapshot, ticket, TICKET_ATTACHMENT.MESSAGE_ID.in(messages)).stream()
                .map(Located::attachment)
                .collect(Collectors.groupingBy(
                        it -> Optional.ofNullable(it.messageId()).orElseThrow()));
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
        UUID uploader = it.getUploader();
        var attachment = new Attachment(
                it.getId(),
                it.getMessageId(),
                uploader == null ? null : new PersonRef(uploader, row.get(PERSON.NAME)),
                it.getAt(),
                it.getInternal(),
                it.getName(),
                it.getType(),
                it.getSize(),
                it.getSha256());
        return new Located(attachment, it.getContent(), it.getWrappedKey());
    }
}
