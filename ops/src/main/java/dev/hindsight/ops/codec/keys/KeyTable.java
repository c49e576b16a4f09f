package dev.hindsight.ops.codec.keys;

import dev.hindsight.command.erasure.LegalHolds;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/**
 * The SQL of the keys schema. Every call but {@link #rewrap} takes a connection of its own and commits: by plain JDBC,
 * since Spring's helpers would join the transaction of the command that is under way.
 */
final class KeyTable {

    private static final String SELECT = """
            SELECT k.key_id, k.owner, k.wrapped_by, k.wrapped_key, w.owner, w.wrapped_key
            FROM keys.data_key k LEFT JOIN keys.data_key w ON w.key_id = k.wrapped_by
            """;

    private static final String STORED = " ON CONFLICT (owner) DO NOTHING RETURNING key_id";
    private static final String INSERT = "INSERT INTO keys.data_key (key_id, owner, wrapped_by, wrapped_key) ";
    // Arrays of one would cost a single caller more than plain values.
    private static final String INSERT_ONE = INSERT + "VALUES (?, ?, ?, ?)" + STORED;
    private static final String INSERT_ALL =
            INSERT + "SELECT * FROM unnest(?::uuid[], ?::text[], ?::uuid[], ?::bytea[])" + STORED;

    private static final String LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtext(?))";

    private final DataSource dataSource;
    private final DataSource commands;
    private final SQLStateSQLExceptionTranslator translator = new SQLStateSQLExceptionTranslator();

    /** @param commands whose transactions changes of requesters join */
    KeyTable(DataSource dataSource, DataSource commands) {
        this.dataSource = dataSource;
        this.commands = commands;
    }

    /**
     * A stored key.
     *
     * @param wrappedBy null for the master key
     * @param wrapped null when destroyed
     * @param wrapperOwner null under the master key
     * @param wrapperWrapped null under the master key, and when the wrapping key was destroyed
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Row(
            UUID id,
            String owner,
            @Nullable UUID wrappedBy,
            byte @Nullable [] wrapped,
            @Nullable String wrapperOwner,
            byte @Nullable [] wrapperWrapped) {

        /** Itself, or what wraps it. */
        boolean destroyed() {
            return wrapped == null || (wrappedBy != null && wrapperWrapped == null);
        }
    }

    /** A key to be stored. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record NewKey(UUID id, String owner, @Nullable UUID wrappedBy, byte[] wrapped) {}

    /** The keys of these owners, in no order; unknown owners are passed over. */
    List<Row> byOwners(Collection<String> owners) {
        return withConnection("read keys by owner", connection -> {
            try (PreparedStatement select = connection.prepareStatement(SELECT + "WHERE k.owner = ANY (?)")) {
                select.setArray(1, connection.createArrayOf("text", owners.toArray()));
                return rows(select);
            }
        });
    }

    /** @return null when there is no such key */
    @Nullable
    Row byId(UUID id) {
        List<Row> rows = withConnection("read a key", connection -> {
            try (PreparedStatement select = connection.prepareStatement(SELECT + "WHERE k.key_id = ?")) {
                select.setObject(1, id);
                return rows(select);
            }
        });
        return rows.isEmpty() ? null : rows.getFirst();
    }

    /** The keys of these ids, in no order; unknown ones are passed over. */
    List<Row> byIds(Collection<UUID> ids) {
        return withConnection("read keys", connection -> {
            try (PreparedStatement select = connection.prepareStatement(SELECT + "WHERE k.key_id = ANY (?)")) {
                select.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
                return rows(select);
            }
        });
    }

    /** The ids of the owner's key and of all keys wrapped by it, with their owners. */
    List<Row> under(String owner) {
        return withConnection("read the keys under an owner", connection -> {
            try (PreparedStatement select = connection.prepareStatement(SELECT
                    + "WHERE k.owner = ? OR k.wrapped_by = (SELECT key_id FROM keys.data_key WHERE owner = ?)")) {
                select.setString(1, owner);
                select.setString(2, owner);
                return rows(select);
            }
        });
    }

    /**
     * Stores those keys whose owner has none yet.
     *
     * @param keys sorted by owner, so that two nodes that store the same ones cannot deadlock
     * @return ids of the stored ones
     */
    Set<UUID> insert(List<NewKey> keys) {
        return withConnection("store keys", connection -> {
            try (PreparedStatement insert = connection.prepareStatement(keys.size() == 1 ? INSERT_ONE : INSERT_ALL)) {
                if (keys.size() == 1) {
                    NewKey key = keys.getFirst();
                    insert.setObject(1, key.id());
                    insert.setString(2, key.owner());
                    insert.setObject(3, key.wrappedBy(), Types.OTHER);
                    insert.setBytes(4, key.wrapped());
                } else {
                    insert.setArray(1, connection.createArrayOf("uuid", column(keys, NewKey::id)));
                    insert.setArray(2, connection.createArrayOf("text", column(keys, NewKey::owner)));
                    insert.setArray(3, connection.createArrayOf("uuid", column(keys, NewKey::wrappedBy)));
                    insert.setArray(
                            4,
                            connection.createArrayOf(
                                    "bytea", keys.stream().map(NewKey::wrapped).toArray(byte[][]::new)));
                }
                Set<UUID> stored = new HashSet<>();
                try (ResultSet result = insert.executeQuery()) {
                    while (result.next()) {
                        stored.add(result.getObject(1, UUID.class));
                    }
                }
                return stored;
            }
        });
    }

    /**
     * Replaces a key's wrapping, in the transaction of the command that is under way where there is one: so it says what
     * the log says, also where the append loses. Until its end no erasure is decided.
     *
     * @return false when the key, the one that wraps it now or the one that shall wrap it was destroyed meanwhile: a
     *     key that lies in some node's memory must not bring erased content back
     */
    boolean rewrap(UUID id, UUID wrappedBy, byte[] wrapped) {
        Connection connection = DataSourceUtils.getConnection(commands);
        try (PreparedStatement lock = connection.prepareStatement(LOCK_SHARED);
                PreparedStatement update = connection.prepareStatement("""
                    UPDATE keys.data_key k SET wrapped_by = ?, wrapped_key = ?
                    WHERE k.key_id = ? AND k.wrapped_key IS NOT NULL
                      AND NOT EXISTS (SELECT FROM keys.data_key w
                                      WHERE w.key_id IN (k.wrapped_by, ?) AND w.wrapped_key IS NULL)
                    """)) {
            lock.setString(1, LegalHolds.LOCK);
            lock.execute();
            update.setObject(1, wrappedBy);
            update.setBytes(2, wrapped);
            update.setObject(3, id);
            update.setObject(4, wrappedBy);
            return update.executeUpdate() == 1;
        } catch (SQLException e) {
            throw translated("wrap a key anew", e);
        } finally {
            DataSourceUtils.releaseConnection(connection, commands);
        }
    }

    /** The wrapped lookup secret of this name: the stored one, or this one, stored now. */
    byte[] lookupKey(String name, byte[] candidate) {
        return withConnection("read a lookup key", connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO keys.lookup_key (name, wrapped_key) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")) {
                insert.setString(1, name);
                insert.setBytes(2, candidate);
                insert.executeUpdate();
            }
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT wrapped_key FROM keys.lookup_key WHERE name = ?")) {
                select.setString(1, name);
                try (ResultSet result = select.executeQuery()) {
                    result.next();
                    return result.getBytes(1);
                }
            }
        });
    }

    private static List<Row> rows(PreparedStatement select) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (ResultSet result = select.executeQuery()) {
            while (result.next()) {
                rows.add(new Row(
                        result.getObject(1, UUID.class),
                        result.getString(2),
                        result.getObject(3, UUID.class),
                        result.getBytes(4),
                        result.getString(5),
                        result.getBytes(6)));
            }
        }
        return rows;
    }

    private static @Nullable Object[] column(
            List<NewKey> keys, java.util.function.Function<NewKey, @Nullable Object> column) {
        @Nullable Object[] values = new @Nullable Object[keys.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(keys.get(i));
        }
        return values;
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> T withConnection(String what, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(true);
            }
            return work.on(connection);
        } catch (SQLException e) {
            throw translated(what, e);
        }
    }

    private DataAccessException translated(String what, SQLException e) {
        DataAccessException translated = translator.translate(what, null, e);
        return translated != null ? translated : new KeysUnavailableException(what, e);
    }
}
