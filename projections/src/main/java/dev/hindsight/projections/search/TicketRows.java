package dev.hindsight.projections.search;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_MESSAGE;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.left;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.unnest;

import dev.hindsight.domain.Personal;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.jooq.tables.records.TicketRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes documents from the rows of the answering generation of the read model "tickets", in one snapshot each time. */
final class TicketRows implements TicketChanges {

    /** Characters of one text that are searched; nobody looks for a ticket by the end of a core dump. */
    private static final int LONGEST_TEXT = 100_000;
    /** Characters of all messages of a ticket that are searched, newest first. */
    private static final int LONGEST_CONVERSATION = 1_000_000;

    /** Characters of texts that are held at once. */
    private static final long LONGEST_PAGE = 8_000_000;

    private static final int FETCHED = 1_000;

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

    private Slice read(Snapshot snapshot, long position, int limit) {
        var rows = rows(snapshot, TICKET.LAST_POSITION.gt(position), TICKET.LAST_POSITION, limit);
        var documents = documents(snapshot, rows.some());
        boolean complete = rows.all() && documents.size() == rows.some().size();
        long upTo = complete
                ? snapshot.position(ReadModel.TICKETS)
                : documents.getLast().position();
        return new Slice(documents, Math.max(position, upTo), complete);
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
            List<TicketRecord> rows = snapshot.jooq()
                    .selectFrom(TICKET)
                    .where(TICKET.ID.eq(any(tickets.toArray(UUID[]::new))))
                    .fetch();
            var gone = new ArrayList<>(tickets);
            gone.removeAll(rows.stream().map(TicketRecord::getId).toList());
            var documents = new ArrayList<TicketDocument.Versioned>();
            while (documents.size() < rows.size()) {
                for (var one : documents(snapshot, rows.subList(documents.size(), rows.size()))) {
                    documents.add(new TicketDocument.Versioned(one.document(), position));
                }
            }
            return new Now(documents, gone, position);
        });
    }

    /** How far the rows are. */
    long position() {
        return models.position(ReadModel.TICKETS);
    }

    /** How many tickets there are. */
    long count() {
        return models.read(snapshot -> (long) snapshot.jooq().fetchCount(TICKET));
    }

    /**
     * Tickets in the order of their ids, as they are in one snapshot.
     *
     * @param documents as many as were asked for or fit
     * @param position of the snapshot: newer changes are in none of them
     * @param complete whether there are no more behind them
     */
    record Page(List<TicketDocument.Versioned> documents, long position, boolean complete) {}

    /** @param id only tickets behind it; null from the beginning */
    Page behind(@Nullable UUID id, int limit) {
        return models.read(snapshot -> {
            var rows = rows(snapshot, id == null ? noCondition() : TICKET.ID.gt(id), TICKET.ID, limit);
            var documents = documents(snapshot, rows.some());
            return new Page(
                    documents,
                    snapshot.position(ReadModel.TICKETS),
                    rows.all() && documents.size() == rows.some().size());
        });
    }

    /** @param all whether there are no more */
    private record Rows(List<TicketRecord> some, boolean all) {}

    private static Rows rows(Snapshot snapshot, Condition condition, Field<?> order, int limit) {
        var rows = new ArrayList<TicketRecord>();
        long length = 0;
        try (var cursor = snapshot.jooq()
                .selectFrom(TICKET)
                .where(condition)
                .orderBy(order)
                .limit(limit)
                .fetchSize(FETCHED)
                .fetchLazy()) {
            for (var row : cursor) {
                if (length > LONGEST_PAGE) {
                    return new Rows(rows, false);
                }
                rows.add(row);
                length += length(row.getSubject()) + length(row.getDescription());
            }
        }
        return new Rows(rows, rows.size() < limit);
    }

    private static long length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    /** Of the first of these tickets, as many as fit in memory, at least of one. */
    private List<TicketDocument.Versioned> documents(Snapshot snapshot, List<TicketRecord> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        var ids = unnest(rows.stream().map(TicketRecord::getId).toArray(UUID[]::new))
                .withOrdinality()
                .as("asked", "id", "place");
        var place = field(name("asked", "place"), Long.class);
        var documents = new ArrayList<TicketDocument.Versioned>(rows.size());
        var conversation = new Conversation();
        long length = 0;
        try (var messages = snapshot.jooq()
                .select(place, TICKET_MESSAGE.ID, TICKET_MESSAGE.KIND, left(TICKET_MESSAGE.BODY, LONGEST_TEXT))
                .from(ids)
                .join(TICKET_MESSAGE)
                .on(TICKET_MESSAGE.TICKET_ID.eq(field(name("asked", "id"), UUID.class)))
                .orderBy(place, TICKET_MESSAGE.VERSION.desc())
                .fetchSize(FETCHED)
                .fetchLazy()) {
            for (var message : messages) {
                int its = Math.toIntExact(message.value1()) - 1;
                while (documents.size() < its) {
                    documents.add(versioned(rows.get(documents.size()), conversation));
                    length += conversation.length;
                    conversation = new Conversation();
                    if (length > LONGEST_PAGE) {
                        return documents;
                    }
                }
                if (!message.value2().equals(rows.get(its).getDescriptionId())) {
                    conversation.add(message.value3(), message.value4());
                }
            }
        }
        while (documents.size() < rows.size()) {
            documents.add(versioned(rows.get(documents.size()), conversation));
            conversation = new Conversation();
        }
        return documents;
    }

    private TicketDocument.Versioned versioned(TicketRecord row, Conversation conversation) {
        return new TicketDocument.Versioned(document(row, conversation), row.getLastPosition());
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
