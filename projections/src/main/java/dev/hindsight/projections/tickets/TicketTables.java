package dev.hindsight.projections.tickets;

import static dev.hindsight.projections.readmodel.ReadModel.physicalName;

import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.SetInsert;
import dev.hindsight.projections.readmodel.TicketWords;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/** Reads and writes the physical tables of one generation, always many tickets at once. Immutable. */
final class TicketTables {

    private static final SetInsert.Columns<TicketRow> TICKET = TicketColumns.of();
    private static final SetInsert.Columns<TicketRow> WORDS = wordColumns();
    private static final SetInsert.Columns<TicketStep.Entry> ENTRY = entryColumns();
    private static final SetInsert.Columns<TicketStep.Message> MESSAGE = messageColumns();
    private static final SetInsert.Columns<TicketStep.Link> LINK = linkColumns();
    private static final SetInsert.Columns<TicketStep.Attachment> ATTACHMENT = attachmentColumns();

    private final SetInsert<TicketRow> tickets;
    private final SetInsert<TicketRow> words;
    private final SetInsert<TicketStep.Entry> entries;
    private final SetInsert<TicketStep.Message> messages;
    private final SetInsert<TicketStep.Link> links;
    private final String select;
    private final SetInsert<TicketStep.Attachment> attachments;
    private final String unlink;
    private final String detach;
    private final List<String> deletions;

    TicketTables(int generation) {
        var ticket = "readmodel." + physicalName("ticket", generation);
        var wording = "readmodel." + physicalName("ticket_words", generation);
        var link = "readmodel." + physicalName("ticket_link", generation);
        var message = "readmodel." + physicalName("ticket_message", generation);
        var timeline = "readmodel." + physicalName("ticket_timeline", generation);
        var attachment = "readmodel." + physicalName("ticket_attachment", generation);
        var columns = TICKET;
        var updates = columns.names().stream()
                .filter(name -> !name.equals("id"))
                .map(name -> name + " = excluded." + name)
                .collect(Collectors.joining(
                        ", ", "ON CONFLICT (id) DO UPDATE SET ", " WHERE t.version < excluded.version"));
        tickets = columns.into(ticket + " AS t", updates);
        words = WORDS.into(
                wording + " AS t",
                "ON CONFLICT (ticket_id) DO UPDATE SET version = excluded.version,"
                        + " last_position = excluded.last_position, words = excluded.words"
                        + " WHERE t.version < excluded.version");
        entries = ENTRY.into(timeline, "ON CONFLICT DO NOTHING");
        messages = MESSAGE.into(message, "ON CONFLICT DO NOTHING");
        links = LINK.into(
                link + " AS t",
                "ON CONFLICT (ticket_id, type, other_id) DO UPDATE SET version = excluded.version,"
                        + " last_position = excluded.last_position WHERE t.version < excluded.version");
        var files = ATTACHMENT;
        attachments = files.into(
                attachment + " AS t",
                files.names().stream()
                        .filter(name -> !name.equals("ticket_id") && !name.equals("id"))
                        .map(name -> name + " = excluded." + name)
                        .collect(Collectors.joining(
                                ", ",
                                "ON CONFLICT (ticket_id, id) DO UPDATE SET ",
                                " WHERE t.version < excluded.version")));
        detach = "DELETE FROM " + attachment
                + " a USING unnest(?::uuid[], ?::uuid[]) AS u(ticket_id, id)"
                + " WHERE a.ticket_id = u.ticket_id AND a.id = u.id";
        select = "SELECT " + String.join(", ", columns.names()) + " FROM " + ticket + " WHERE id = ANY (?)";
        unlink = "DELETE FROM " + link
                + " l USING unnest(?::uuid[], ?::text[], ?::uuid[]) AS u(ticket_id, type, other_id)"
                + " WHERE l.ticket_id = u.ticket_id AND l.type = u.type AND l.other_id = u.other_id";
        deletions = List.of(
                "DELETE FROM " + ticket + " WHERE id = ANY (?)",
                "DELETE FROM " + wording + " WHERE ticket_id = ANY (?)",
                "DELETE FROM " + message + " WHERE ticket_id = ANY (?)",
                "DELETE FROM " + timeline + " WHERE ticket_id = ANY (?)",
                "DELETE FROM " + link + " WHERE ticket_id = ANY (?)",
                "DELETE FROM " + attachment + " WHERE ticket_id = ANY (?)");
    }

    List<TicketRow> load(Connection connection, Collection<UUID> ids) throws SQLException {
        try (var query = connection.prepareStatement(select)) {
            query.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            try (var rows = query.executeQuery()) {
                var tickets = new ArrayList<TicketRow>();
                while (rows.next()) {
                    tickets.add(TicketColumns.read(rows));
                }
                return tickets;
            }
        }
    }

    void write(Connection connection, Collection<TicketRows> rows) throws SQLException {
        tickets.write(
                connection,
                rows.stream().map(its -> Objects.requireNonNull(its.row)).toList());
        words.write(
                connection,
                rows.stream().map(its -> its.worded).filter(Objects::nonNull).toList());
        entries.write(
                connection, rows.stream().flatMap(its -> its.entries.stream()).toList());
        messages.write(
                connection, rows.stream().flatMap(its -> its.messages.stream()).toList());
        var changed = rows.stream().flatMap(its -> its.links.values().stream()).toList();
        links.write(connection, changed.stream().filter(TicketStep.Link::linked).toList());
        unlink(connection, changed.stream().filter(link -> !link.linked()).toList());
        var files =
                rows.stream().flatMap(its -> its.attachments.values().stream()).toList();
        attachments.write(
                connection, files.stream().filter(it -> it.added() != null).toList());
        detach(connection, files.stream().filter(it -> it.added() == null).toList());
    }

    /** What whole tickets have made; links and attachments that are gone again left nothing. */
    static void copy(Collection<TicketRows> rows, CopyBatch batch) {
        batch.add(
                "ticket",
                TICKET,
                rows.stream().map(its -> Objects.requireNonNull(its.row)).toList());
        batch.add(
                "ticket_words",
                WORDS,
                rows.stream().map(its -> its.worded).filter(Objects::nonNull).toList());
        batch.add(
                "ticket_timeline",
                ENTRY,
                rows.stream().flatMap(its -> its.entries.stream()).toList());
        batch.add(
                "ticket_message",
                MESSAGE,
                rows.stream().flatMap(its -> its.messages.stream()).toList());
        batch.add(
                "ticket_link",
                LINK,
                rows.stream()
                        .flatMap(its -> its.links.values().stream())
                        .filter(TicketStep.Link::linked)
                        .toList());
        batch.add(
                "ticket_attachment",
                ATTACHMENT,
                rows.stream()
                        .flatMap(its -> its.attachments.values().stream())
                        .filter(it -> it.added() != null)
                        .toList());
    }

    private void detach(Connection connection, List<TicketStep.Attachment> gone) throws SQLException {
        if (gone.isEmpty()) {
            return;
        }
        try (var delete = connection.prepareStatement(detach)) {
            delete.setArray(
                    1,
                    array(
                            connection,
                            "uuid",
                            gone.stream().map(TicketStep.Attachment::ticketId).toArray()));
            delete.setArray(
                    2,
                    array(
                            connection,
                            "uuid",
                            gone.stream().map(TicketStep.Attachment::id).toArray()));
            delete.executeUpdate();
        }
    }

    private void unlink(Connection connection, List<TicketStep.Link> undone) throws SQLException {
        if (undone.isEmpty()) {
            return;
        }
        try (var delete = connection.prepareStatement(unlink)) {
            delete.setArray(
                    1,
                    array(
                            connection,
                            "uuid",
                            undone.stream().map(TicketStep.Link::ticketId).toArray()));
            delete.setArray(
                    2,
                    array(
                            connection,
                            "text",
                            undone.stream().map(TicketStep.Link::type).toArray()));
            delete.setArray(
                    3,
                    array(
                            connection,
                            "uuid",
                            undone.stream().map(TicketStep.Link::otherId).toArray()));
            delete.executeUpdate();
        }
    }

    void delete(Connection connection, Collection<UUID> ticketIds) throws SQLException {
        for (var deletion : deletions) {
            try (var delete = connection.prepareStatement(deletion)) {
                delete.setArray(1, array(connection, "uuid", ticketIds.toArray()));
                delete.executeUpdate();
            }
        }
    }

    private static Array array(Connection connection, String type, Object[] values) throws SQLException {
        return connection.createArrayOf(type, values);
    }

    private static SetInsert.Columns<TicketRow> wordColumns() {
        return new SetInsert.Columns<TicketRow>()
                .add("ticket_id", "uuid", TicketRow::id)
                .add("version", "bigint", TicketRow::version)
                .add("last_position", "bigint", TicketRow::lastPosition)
                .add("words", "tsvector", row -> TicketWords.of(row.subject(), row.description()));
    }

    private static SetInsert.Columns<TicketStep.Entry> entryColumns() {
        return new SetInsert.Columns<TicketStep.Entry>()
                .add("ticket_id", "uuid", TicketStep.Entry::ticketId)
                .add("version", "bigint", TicketStep.Entry::version)
                .add("position", "bigint", TicketStep.Entry::position)
                .add("actor", "uuid", TicketStep.Entry::actor)
                .add("on_behalf_of", "uuid", TicketStep.Entry::onBehalfOf)
                .add("occurred_at", "timestamptz", TicketStep.Entry::occurredAt)
                .add("recorded_at", "timestamptz", TicketStep.Entry::recordedAt)
                .add("rule_version", "integer", TicketStep.Entry::ruleVersion)
                .add("internal", "boolean", TicketStep.Entry::internal)
                .add("event", "text", TicketStep.Entry::event)
                .add("actor_kind", "text", TicketStep.Entry::actorKind)
                .add("rule", "text", TicketStep.Entry::rule)
                .add("changes", "jsonb", entry -> json(entry.changes()));
    }

    private static SetInsert.Columns<TicketStep.Message> messageColumns() {
        return new SetInsert.Columns<TicketStep.Message>()
                .add("ticket_id", "uuid", TicketStep.Message::ticketId)
                .add("version", "bigint", TicketStep.Message::version)
                .add("last_position", "bigint", TicketStep.Message::position)
                .add("id", "uuid", TicketStep.Message::id)
                .add("author", "uuid", TicketStep.Message::author)
                .add("at", "timestamptz", TicketStep.Message::at)
                .add("kind", "text", TicketStep.Message::kind)
                .add("author_kind", "text", TicketStep.Message::authorKind)
                .add("body", "text", TicketStep.Message::body);
    }

    private static SetInsert.Columns<TicketStep.Link> linkColumns() {
        return new SetInsert.Columns<TicketStep.Link>()
                .add("ticket_id", "uuid", TicketStep.Link::ticketId)
                .add("type", "text", TicketStep.Link::type)
                .add("other_id", "uuid", TicketStep.Link::otherId)
                .add("version", "bigint", TicketStep.Link::version)
                .add("last_position", "bigint", TicketStep.Link::position);
    }

    /** Of those that were added. */
    private static SetInsert.Columns<TicketStep.Attachment> attachmentColumns() {
        return new SetInsert.Columns<TicketStep.Attachment>()
                .add("ticket_id", "uuid", TicketStep.Attachment::ticketId)
                .add("id", "uuid", TicketStep.Attachment::id)
                .add("version", "bigint", TicketStep.Attachment::version)
                .add("last_position", "bigint", TicketStep.Attachment::position)
                .add("message_id", "uuid", it -> added(it).messageId())
                .add("uploader", "uuid", it -> added(it).uploaderId())
                .add("at", "timestamptz", it -> added(it).at())
                .add("internal", "boolean", it -> added(it).internal())
                .add("size", "bigint", it -> added(it).size())
                .add("content", "text", it -> added(it).content())
                .add("wrapped_key", "text", it -> added(it).wrappedKey())
                .add("name", "text", it -> added(it).name())
                .add("type", "text", it -> added(it).type())
                .add("sha256", "text", it -> added(it).plainSha256());
    }

    private static AttachmentAdded added(TicketStep.Attachment attachment) {
        return Objects.requireNonNull(attachment.added());
    }

    /**
     * A timeline has an entry for every event, so no mapper is asked, nor a generator made for each. Written as PostgreSQL
     * shows it, shorter keys first: a verification then finds equal bytes and need not parse them.
     */
    private static String json(List<FieldChange> changes) {
        var json = new StringBuilder(128).append('[');
        for (var change : changes) {
            json.append(json.length() > 1 ? ", {" : "{").append("\"after\": ");
            write(json, change.after());
            json.append(", \"field\": ");
            write(json, change.field());
            json.append(", \"before\": ");
            write(json, change.before());
            json.append(change.internal() ? ", \"internal\": true}" : "}");
        }
        return json.append(']').toString();
    }

    private static void write(StringBuilder json, @Nullable Object value) {
        switch (value) {
            case null -> json.append("null");
            case String text -> {
                json.append('"');
                JsonStringEncoder.getInstance().quoteAsString(text, json);
                json.append('"');
            }
            case Integer number -> json.append(number.intValue());
            case Boolean truth -> json.append(truth.booleanValue());
            case List<?> texts -> {
                json.append('[');
                for (var i = 0; i < texts.size(); i++) {
                    json.append(i == 0 ? "" : ", ");
                    write(json, texts.get(i));
                }
                json.append(']');
            }
            default ->
                throw new IllegalArgumentException(
                        "a change of " + value.getClass().getName());
        }
    }
}
