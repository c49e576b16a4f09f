package dev.hindsight.projections.directory;

import static dev.hindsight.projections.readmodel.ReadModel.physicalName;

import dev.hindsight.projections.directory.DirectoryRow.CategoryRow;
import dev.hindsight.projections.directory.DirectoryRow.FieldRow;
import dev.hindsight.projections.directory.DirectoryRow.NameSince;
import dev.hindsight.projections.directory.DirectoryRow.Named;
import dev.hindsight.projections.directory.DirectoryRow.OrganizationRow;
import dev.hindsight.projections.directory.DirectoryRow.PersonRow;
import dev.hindsight.projections.directory.DirectoryRow.QueueRow;
import dev.hindsight.projections.directory.DirectoryRow.TeamRow;
import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.SetInsert;
import dev.hindsight.projections.live.StreamTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The table of one kind of entry. Immutable.
 *
 * @param <T> the kind
 */
final class DirectoryTable<T extends DirectoryRow> {

    /** Reads the current row. */
    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private final String prefix;
    private final String table;
    private final String key;
    private final SetInsert.Columns<T> columns;
    private final Class<T> kind;
    private final String keyType;
    private final Reader<T> reader;
    private final SetInsert<T> insert;
    private final String select;
    private final String delete;

    private DirectoryTable(
            String prefix,
            Class<T> kind,
            String template,
            int generation,
            String key,
            String keyType,
            SetInsert.Columns<T> columns,
            Reader<T> reader) {
        this.prefix = prefix;
        this.table = template;
        this.key = key;
        this.columns = columns;
        var physical = "readmodel." + physicalName(template, generation);
        this.kind = kind;
        this.keyType = keyType;
        this.reader = reader;
        var updates = columns.names().stream()
                .filter(name -> !name.equals(key))
                .map(name -> name + " = excluded." + name)
                .collect(Collectors.joining(", "));
        insert = columns.into(
                physical + " AS t",
                "ON CONFLICT (" + key + ") DO UPDATE SET " + updates + " WHERE t.version < excluded.version");
        select = "SELECT '" + prefix + "' || " + key + " AS stream, * FROM " + physical + " WHERE " + key
                + " = ANY (?::" + keyType + "[])";
        delete = "DELETE FROM " + physical + " WHERE " + key + " = ANY (?::" + keyType + "[])";
    }

    static List<DirectoryTable<?>> all(int generation) {
        return List.of(
                people(generation),
                organizations(generation),
                queues(generation),
                categories(generation),
                fields(generation),
                teams(generation));
    }

    boolean holds(String stream) {
        return stream.startsWith(prefix);
    }

    Map<String, DirectoryRow> load(Connection connection, Collection<String> streams) throws SQLException {
        try (var query = connection.prepareStatement(select)) {
            query.setArray(
                    1,
                    connection.createArrayOf(
                            keyType, streams.stream().map(this::key).toArray()));
            try (var rows = query.executeQuery()) {
                var found = new HashMap<String, DirectoryRow>();
                while (rows.next()) {
                    found.put(rows.getString("stream"), reader.read(rows));
                }
                return found;
            }
        }
    }

    /** Writes those rows that are of this kind. */
    void write(Connection connection, Collection<DirectoryRow> rows) throws SQLException {
        insert.write(
                connection,
                rows.stream().filter(kind::isInstance).map(kind::cast).toList());
    }

    String prefix() {
        return prefix;
    }

    StreamTable layout() {
        return new StreamTable(table, prefix, key, "last_position", table, key);
    }

    /** Adds those rows that are of this kind. */
    void copy(Collection<DirectoryRow> rows, CopyBatch batch) {
        batch.add(
                table,
                columns,
                rows.stream().filter(kind::isInstance).map(kind::cast).toList());
    }

    void delete(Connection connection, Collection<String> streams) throws SQLException {
        try (var statement = connection.prepareStatement(delete)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            keyType, streams.stream().map(this::key).toArray()));
            statement.executeUpdate();
        }
    }

    private String key(String stream) {
        return stream.substring(prefix.length());
    }

    private static DirectoryTable<PersonRow> people(int generation) {
        return new DirectoryTable<>(
                "person-",
                PersonRow.class,
                "person",
                generation,
                "id",
                "uuid",
                new SetInsert.Columns<PersonRow>()
                        .add("id", "uuid", PersonRow::id)
                        .add("version", "bigint", PersonRow::version)
                        .add("last_position", "bigint", PersonRow::lastPosition)
                        .add("registered_at", "timestamptz", PersonRow::registeredAt)
                        .add("organization", "uuid", PersonRow::organization)
                        .add("is_agent", "boolean", PersonRow::isAgent)
                        .add("identified", "boolean", PersonRow::identified)
                        .add("name", "text", PersonRow::name)
                        .add("email", "text", PersonRow::email)
                        .add("source", "text", PersonRow::source)
                        .add("names", "text[]", DirectoryTable::names)
                        .add("names_since", "bigint[]", DirectoryTable::since),
                row -> new PersonRow(
                        row.getObject("id", UUID.class),
                        row.getLong("version"),
                        row.getLong("last_position"),
                        instant(row, "registered_at"),
                        row.getObject("organization", UUID.class),
                        row.getBoolean("is_agent"),
                        row.getBoolean("identified"),
                        row.getString("name"),
                        row.getString("email"),
                        row.getString("source"),
                        names(row)));
    }

    private static DirectoryTable<OrganizationRow> organizations(int generation) {
        return new DirectoryTable<>(
                "organization-",
                OrganizationRow.class,
                "organization",
                generation,
                "id",
                "uuid",
                new SetInsert.Columns<OrganizationRow>()
                        .add("id", "uuid", OrganizationRow::id)
                        .add("version", "bigint", OrganizationRow::version)
                        .add("last_position", "bigint", OrganizationRow::lastPosition)
                        .add("created_at", "timestamptz", OrganizationRow::createdAt)
                        .add("name", "text", OrganizationRow::name)
                        .add("shared_tickets", "boolean", OrganizationRow::sharedTickets),
                row -> new OrganizationRow(
                        row.getObject("id", UUID.class),
                        row.getLong("version"),
                        row.getLong("last_position"),
                        instant(row, "created_at"),
                        row.getString("name"),
                        row.getBoolean("shared_tickets")));
    }

    private static DirectoryTable<QueueRow> queues(int generation) {
        return new DirectoryTable<>(
                "queue-",
                QueueRow.class,
                "queue",
                generation,
                "key",
                "text",
                new SetInsert.Columns<QueueRow>()
                        .add("key", "text", QueueRow::key)
                        .add("version", "bigint", QueueRow::version)
                        .add("last_position", "bigint", QueueRow::lastPosition)
                        .add("created_at", "timestamptz", QueueRow::createdAt)
                        .add("name", "text", QueueRow::name)
                        .add("restricted", "boolean", QueueRow::restricted)
                        .add("readers", "text[]", QueueRow::readers)
                        .add("workers", "text[]", QueueRow::workers)
                        .add("names", "text[]", DirectoryTable::names)
                        .add("names_since", "bigint[]", DirectoryTable::since),
                row -> new QueueRow(
                        row.getString("key"),
                        row.getLong("version"),
                        row.getLong("last_position"),
                        instant(row, "created_at"),
                        row.getString("name"),
                        row.getBoolean("restricted"),
                        texts(row, "readers"),
                        texts(row, "workers"),
                        names(row)));
    }

    private static DirectoryTable<TeamRow> teams(int generation) {
        return new DirectoryTable<>(
                "team-",
                TeamRow.class,
                "team",
                generation,
                "key",
                "text",
                new SetInsert.Columns<TeamRow>()
                        .add("key", "text", TeamRow::key)
                        .add("version", "bigint", TeamRow::version)
                        .add("last_position", "bigint", TeamRow::lastPosition)
                        .add("created_at", "timestamptz", TeamRow::createdAt)
                        .add("name", "text", TeamRow::name)
                        .add("members", "text[]", TeamRow::members)
                        .add("names", "text[]", DirectoryTable::names)
                        .add("names_since", "bigint[]", DirectoryTable::since),
                row -> new TeamRow(
                        row.getString("key"),
                        row.getLong("version"),
                        row.getLong("last_position"),
                        instant(row, "created_at"),
                        row.getString("name"),
                        texts(row, "members"),
                        names(row)));
    }

    private static DirectoryTable<CategoryRow> categories(int generation) {
        return new DirectoryTable<>(
                "category-",
                CategoryRow.class,
                "category",
                generation,
                "key",
                "text",
                new SetInsert.Columns<CategoryRow>()
                        .add("key", "text", CategoryRow::key)
                        .add("version", "bigint", CategoryRow::version)
                        .add("last_position", "bigint", CategoryRow::lastPosition)
                        .add("created_at", "timestamptz", CategoryRow::createdAt)
                        .add("name", "text", CategoryRow::name)
                        .add("parent", "text", CategoryRow::parent),
                row -> new CategoryRow(
                        row.getString("key"),
                        row.getLong("version"),
                        row.getLong("last_position"),
                        instant(row, "created_at"),
                        row.getString("name"),
                        row.getString("parent")));
    }

    private static DirectoryTable<FieldRow> fields(int generation) {
        return new DirectoryTable<>(
                "field-",
                FieldRow.class,
                "custom_field",
                generation,
                "key",
                "text",
                new SetInsert.Columns<FieldRow>()
                        .add("key", "text", FieldRow::key)
                        .add("version", "bigint", FieldRow::version)
                        .add("last_position", "bigint", FieldRow::lastPosition)
                        .add("created_at", "timestamptz", FieldRow::createdAt)
                        .add("name", "text", FieldRow::name)
                        .add("type", "text", FieldRow::type)
                        .add("options", "text[]", FieldRow::options),
                row -> new FieldRow(
                        row.getString("key"),
                        row.getLong("version"),
                        row.getLong("last_position"),
                        instant(row, "created_at"),
                        row.getString("name"),
                        row.getString("type"),
                        texts(row, "options")));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private static List<String> names(Named row) {
        return row.names().stream().map(NameSince::name).toList();
    }

    private static List<Long> since(Named row) {
        return row.names().stream().map(NameSince::since).toList();
    }

    private static List<NameSince> names(ResultSet row) throws SQLException {
        var names = texts(row, "names");
        var since = (Long[]) row.getArray("names_since").getArray();
        return IntStream.range(0, since.length)
                .mapToObj(i -> new NameSince(names.get(i), since[i]))
                .toList();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
