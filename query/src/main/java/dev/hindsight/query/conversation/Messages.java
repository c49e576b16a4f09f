package dev.hindsight.query.conversation;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_MESSAGE;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;

import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.query.ActorRef;
import dev.hindsight.query.PastNames;
import dev.hindsight.query.attachments.Attachment;
import dev.hindsight.query.attachments.Attachments;
import dev.hindsight.query.ticket.TicketReader.Subject;
import dev.hindsight.query.ticket.TicketReader.Then;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what was said about a ticket, or had been said at a moment. */
public final class Messages {

    private Messages() {}

    /** Messages after a version, at most so many, the oldest first; requesters never see notes. */
    public static List<Message> of(Snapshot snapshot, Subject ticket, long after, int most) {
        List<Message> messages = snapshot.jooq()
                .select(
                        TICKET_MESSAGE.ID,
                        TICKET_MESSAGE.KIND,
                        TICKET_MESSAGE.AUTHOR,
                        PERSON.NAME,
                        TICKET_MESSAGE.AUTHOR_KIND,
                        TICKET_MESSAGE.BODY,
                        TICKET_MESSAGE.AT,
                        TICKET_MESSAGE.VERSION)
                .from(TICKET_MESSAGE)
                .leftJoin(PERSON)
                .on(PERSON.ID.eq(TICKET_MESSAGE.AUTHOR))
                .where(TICKET_MESSAGE.TICKET_ID.eq(ticket.id()))
                .and(TICKET_MESSAGE.VERSION.gt(after))
                .and(ticket.then() == null ? noCondition() : TICKET_MESSAGE.VERSION.le(ticket.version()))
                .and(ticket.visibility().internal() ? noCondition() : TICKET_MESSAGE.KIND.ne(inline("INTERNAL_NOTE")))
                .orderBy(TICKET_MESSAGE.VERSION)
                .limit(most)
                .fetch(row -> new Message(
                        row.value1(),
                        row.value2(),
                        new ActorRef(row.value3(), row.value4(), row.value5()),
                        row.value6(),
                        row.value7(),
                        row.value8(),
                        List.of()));
        messages = named(snapshot, ticket.then(), messages);
        Map<UUID, List<Attachment>> files = Attachments.carriedBy(
                snapshot, ticket, messages.stream().map(Message::id).toList());
        return messages.stream()
                .map(message -> message.with(files.getOrDefault(message.id(), List.of())))
                .toList();
    }

    /** The authors by the names of that time. */
    private static List<Message> named(Snapshot snapshot, @Nullable Then then, List<Message> messages) {
        if (then == null) {
            return messages;
        }
        PastNames<UUID> names = PastNames.ofPeople(
                snapshot,
                messages.stream()
                        .map(message -> message.author().id())
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet()));
        return messages.stream()
                .map(message -> {
                    UUID author = message.author().id();
                    return author == null ? message : message.by(names.at(author, then.position()));
                })
                .toList();
    }
}
