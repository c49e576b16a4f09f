package dev.hindsight.projections.search;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_MESSAGE;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.left;

import dev.hindsight.domain.Personal;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes documents from the rows of the answering generation of the read model "tickets", in one snapshot each time. */
final class TicketRows implements TicketChanges {

    /** Characters of one text that are searched; nobody looks for a ticket by the end of a core dump. */
    private static final int LONGEST_TEXT = 100_000;
    /** Characters of all messages of a ticket that are searched, newest first. */
    private static final int LONGEST_CONVERSATION = 1_000_000;

    private final ReadModels models;
    private final JsonMapper json = JsonMapper.builder().build();

    TicketRows(ReadModels models) {
        this.models = models;
    }

    @Override
    public Slice after(long position, int limit) {
        if (models.position(ReadModel.TICKETS) <= position) {
            return new Slice(List.of(), position, true);
        }
        return models.read(snapshot -> read(snapshot, position, limit));
    }

    /**
     * Tickets as they are at one moment.
     *
     * @param documents under that moment's position as version, so that they replace whatever was made before
     * @param gone those that are not there
     */
    record Now(List<TicketDocument.Versioned> documents, List<UUID> gone, long position) {}

    Now now(Collection<UUID> tickets) {
        return models.read(snapshot -> {
            var position = snapshot.position(ReadModel.TICKETS);
            var rows = snapshot.jooq()
                    .selectFrom(TICKET)
                    .where(TICKET.ID.eq(any(tickets.toArray(UUID[]::new))))
                    .fetch();
            var gone = new ArrayList<>(tickets);
            gone.removeAll(rows.map(TicketRecord::getId));
            return new Now(documents(snapshot, rows, row -> position), gone, position);
        });
    }

    private Slice read(Snapshot snapshot, long position, int limit) {
        var rows = snapshot.jooq()
                .selectFrom(TICKET)
                .where(TICKET.LAST_POSITION.gt(position))
                .orderBy(TICKET.LAST_POSITION)
                .limit(limit)
                .fetch();
        var documents = documents(snapshot, rows, TicketRecord::getLastPosition);
        boolean complete = rows.size() < limit;
        long upTo =
                complete ? snapshot.position(ReadModel.TICKETS) : rows.getLast().getLastPosition();
        return new Slice(documents, Math.max(position, upTo), complete);
    }

    private List<TicketDocument.Versioned> documents(
            Snapshot snapshot, List<TicketRecord> rows, ToLongFunction<TicketRecord> version) {
        var conversations = conversations(snapshot, rows);
        return rows.stream()
                .map(row -> new TicketDocument.Versioned(
                        document(row, conversations.getOrDefault(row.getId(), new Conversation())),
                        version.applyAsLong(row)))
                .toList();
    }

    private static Map<UUID, Conversation> conversations(Snapshot snapshot, List<TicketRecord> rows) {
        var conversations = new HashMap<UUID, Conversation>();
        if (!rows.isEmpty()) {
            var body = left(TICKET_MESSAGE.BODY, LONGEST_TEXT);
            snapshot.jooq()
                    .select(TICKET_MESSAGE.TICKET_ID, TICKET_MESSAGE.KIND, body)
                    .from(TICKET_MESSAGE)
                    .join(TICKET)
                    .on(TICKET.ID.eq(TICKET_MESSAGE.TICKET_ID))
                    .where(TICKET_MESSAGE.TICKET_ID.eq(
                            any(rows.stream().map(TicketRecord::getId).toArray(UUID[]::new))))
                    .and(TICKET.DESCRIPTION_ID.isDistinctFrom(TICKET_MESSAGE.ID))
                    .orderBy(TICKET_MESSAGE.TICKET_ID, TICKET_MESSAGE.VERSION.desc())
                    .forEach(message -> conversations
                            .computeIfAbsent(message.value1(), id -> new Conversation())
                            .add(message.value2(), message.value3()));
        }
        return conversations;
    }

    private TicketDocument document(TicketRecord row, Conversation conversation) {
        return new TicketDocument(
                row.getId(),
                row.getNumber(),
                row.getStatus(),
                Status.valueOf(row.getStatus()).category().name(),
                row.getPriority() == null ? null : "P" + row.getPriority(),
                row.getType(),
                row.getChannel(),
                row.getQueue(),
                row.getCategory(),
                row.getAssignee(),
                row.getRequester(),
                row.getOrganization(),
                List.of(row.getWatchers()),
                List.of(row.getTags()),
                row.getCreatedAt().toEpochMilli(),
                row.getUpdatedAt().toEpochMilli(),
                readable(row.getSubject()),
                readable(row.getDescription()),
                conversation.replies(),
                conversation.notes(),
                texts(row.getCustomFields().data()));
    }

    private List<String> texts(String customFields) {
        var texts = new ArrayList<String>();
        for (JsonNode value : json.readTree(customFields)) {
            if (value.isArray()) {
                value.forEach(choice -> add(texts, choice.asString("")));
            } else {
                add(texts, value.asString(""));
            }
        }
        return texts;
    }

    private static void add(List<String> texts, String text) {
        String readable = readable(text);
        if (readable != null) {
            texts.add(readable);
        }
    }

    /** Null for nothing and for what was erased; cut where it is endless. */
    private static @Nullable String readable(@Nullable String text) {
        if (text == null || text.isBlank() || text.equals(Personal.ERASED)) {
            return null;
        }
        if (text.length() <= LONGEST_TEXT) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST_TEXT - 1)) ? LONGEST_TEXT - 1 : LONGEST_TEXT;
        return text.substring(0, end);
    }

    /** Takes messages newest first and stops taking texts when there are enough. */
    private static final class Conversation {
        private final List<String> replies = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private long length;

        void add(String kind, String body) {
            String readable = readable(body);
            if (readable != null && length < LONGEST_CONVERSATION) {
                length += readable.length();
                (kind.equals("INTERNAL_NOTE") ? notes : replies).add(readable);
            }
        }

        List<String> replies() {
            return oldestFirst(replies);
        }

        List<String> notes() {
            return oldestFirst(notes);
        }

        private static List<String> oldestFirst(List<String> texts) {
            var reversed = new ArrayList<>(texts);
            Collections.reverse(reversed);
            return reversed;
        }
    }
}
