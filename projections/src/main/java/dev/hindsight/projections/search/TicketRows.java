package dev.hindsight.projections.search;

import dev.hindsight.domain.Personal;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes documents from the rows of the answering generation of the read model "tickets", in one snapshot each time. */
final class TicketRows implements TicketChanges {

    /** Characters of one message that are searched; nobody looks for a ticket by the end of a core dump. */
    private static final int LONGEST_TEXT = 100_000;
    /** Characters of all messages of a ticket that are searched, newest first. */
    private static final int LONGEST_CONVERSATION = 1_000_000;

    private final JdbcClient jdbc;
    private final TransactionTemplate snapshot;
    private final JsonMapper json = JsonMapper.builder().build();

    TicketRows(DataSource dataSource, PlatformTransactionManager transactions) {
        this.jdbc = JdbcClient.create(dataSource);
        this.snapshot = new TransactionTemplate(transactions);
        snapshot.setReadOnly(true);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    @Override
    public Slice after(long position, int limit) {
        return Objects.requireNonNull(snapshot.execute(status -> read(position, limit)));
    }

    private Slice read(long position, int limit) {
        var model = jdbc.sql("""
                        SELECT generation, position FROM readmodel.generation JOIN readmodel.active_generation
                        USING (model, generation) WHERE model = ? AND active_generation.definition_version = ?""")
                .params(ReadModel.TICKETS.id(), ReadModel.TICKETS.definitionVersion())
                .query((row, n) -> new Model(row.getInt("generation"), row.getLong("position")))
                .optional();
        if (model.isEmpty() || model.get().position() <= position) {
            return new Slice(List.of(), position, true);
        }
        int generation = model.get().generation();
        var rows = jdbc.sql("""
                        SELECT id, number, last_position, created_at, updated_at, requester, organization, assignee,
                               description_id, priority, type, status, category, queue, channel, tags,
                               custom_fields::text AS custom_fields, subject, description
                        FROM readmodel.%s WHERE last_position > ? ORDER BY last_position LIMIT ?""".formatted(ReadModel.physicalName("ticket", generation)))
                .params(position, limit)
                .query((row, n) -> row(row))
                .list();
        var conversations = conversations(generation, rows);
        var documents = rows.stream()
                .map(row -> new TicketDocument.Versioned(
                        document(row, conversations.getOrDefault(row.id(), new Conversation())), row.lastPosition()))
                .toList();
        boolean complete = rows.size() < limit;
        return new Slice(
                documents, complete ? model.get().position() : rows.getLast().lastPosition(), complete);
    }

    private Map<UUID, Conversation> conversations(int generation, List<Row> rows) {
        if (rows.isEmpty()) {
            return Map.of();
        }
        var descriptions = new HashSet<UUID>();
        rows.forEach(row -> descriptions.add(row.descriptionId()));
        var conversations = new HashMap<UUID, Conversation>();
        jdbc.sql("""
                        SELECT ticket_id, id, kind, left(body, %d) AS body FROM readmodel.%s WHERE ticket_id = ANY (?)
                        ORDER BY ticket_id, version DESC""".formatted(LONGEST_TEXT, ReadModel.physicalName("ticket_message", generation)))
                .param(rows.stream().map(Row::id).toArray(UUID[]::new))
                .query(row -> {
                    if (!descriptions.contains(row.getObject("id", UUID.class))) {
                        conversations
                                .computeIfAbsent(row.getObject("ticket_id", UUID.class), id -> new Conversation())
                                .add(row.getString("kind"), row.getString("body"));
                    }
                });
        return conversations;
    }

    private TicketDocument document(Row row, Conversation conversation) {
        return new TicketDocument(
                row.id(),
                row.number(),
                row.status(),
                Status.valueOf(row.status()).category().name(),
                row.priority() == null ? null : "P" + row.priority(),
                row.type(),
                row.channel(),
                row.queue(),
                row.category(),
                row.assignee(),
                row.requester(),
                row.organization(),
                row.tags(),
                row.created(),
                row.updated(),
                readable(row.subject()),
                readable(row.description()),
                conversation.replies(),
                conversation.notes(),
                texts(row.customFields()));
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

    private static Row row(ResultSet row) throws SQLException {
        int priority = row.getInt("priority");
        Integer known = row.wasNull() ? null : priority;
        return new Row(
                row.getObject("id", UUID.class),
                row.getLong("number"),
                row.getLong("last_position"),
                millis(row, "created_at"),
                millis(row, "updated_at"),
                row.getObject("requester", UUID.class),
                row.getObject("organization", UUID.class),
                row.getObject("assignee", UUID.class),
                row.getObject("description_id", UUID.class),
                known,
                row.getString("type"),
                row.getString("status"),
                row.getString("category"),
                row.getString("queue"),
                row.getString("channel"),
                strings(row.getArray("tags")),
                row.getString("custom_fields"),
                row.getString("subject"),
                row.getString("description"));
    }

    private static long millis(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant().toEpochMilli();
    }

    private static List<String> strings(Array array) throws SQLException {
        return Arrays.asList((String[]) array.getArray());
    }

    private record Model(int generation, long position) {}

    private record Row(
            UUID id,
            long number,
            long lastPosition,
            long created,
            long updated,
            @Nullable UUID requester,
            @Nullable UUID organization,
            @Nullable UUID assignee,
            @Nullable UUID descriptionId,
            @Nullable Integer priority,
            String type,
            String status,
            @Nullable String category,
            @Nullable String queue,
            String channel,
            List<String> tags,
            String customFields,
            @Nullable String subject,
            @Nullable String description) {}

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
