package dev.hindsight.ops.codec.keys;

import com.github.f4b6a3.uuid.UuidCreator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Has the key of each ticket hang on its requester's, as a log says it, where keys and log are of different moments. For
 * one connection that owns the keys, in one transaction, without others beside it.
 */
public final class RequesterKeys {

    /**
     * What a log says, to be filled in between: the place of the event, the ticket's key's owner, and the owner of the key
     * that it has to hang on (see {@link KeyOwner}). The last one counts. It ends with the transaction.
     */
    public static final String TOLD = "pg_temp.told_requester";

    private static final int BATCH = 1_000;

    /** Tickets that can be opened and hang on another key than the log says. */
    private static final String WRONG = """
            FROM (SELECT DISTINCT ON (ticket) ticket, wrapper FROM pg_temp.told_requester
                  ORDER BY ticket, position DESC) told
            JOIN keys.data_key t ON t.owner = told.ticket AND t.wrapped_key IS NOT NULL
            JOIN keys.data_key w ON w.key_id = t.wrapped_by AND w.wrapped_key IS NOT NULL
            LEFT JOIN keys.data_key r ON r.owner = told.wrapper
            WHERE r.key_id IS DISTINCT FROM t.wrapped_by""";

    private final Connection connection;
    private final MasterKey master;

    /** @param connection not in auto-commit */
    public RequesterKeys(Connection connection, MasterKey master) {
        this.connection = connection;
        this.master = master;
    }

    /** Makes the table that is to be filled. */
    public void begin() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE told_requester"
                    + " (position bigint NOT NULL, ticket text NOT NULL, wrapper text NOT NULL) ON COMMIT DROP");
        }
    }

    /**
     * Wraps keys anew. A requester who has no key yet gets one; the key of a ticket whose requester was forgotten ends.
     *
     * @return how many keys of tickets hung on another
     * @throws WrongKeyException when the keys are under another master key
     */
    public long settle() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ANALYZE pg_temp.told_requester");
        }
        makeMissing();
        long settled = 0;
        try (Statement select = connection.createStatement();
                PreparedStatement wrap = connection.prepareStatement(
                        "UPDATE keys.data_key SET wrapped_by = ?, wrapped_key = ? WHERE key_id = ?");
                PreparedStatement end = connection.prepareStatement("UPDATE keys.data_key SET wrapped_by = ?,"
                        + " wrapped_key = NULL, destroyed_at = clock_timestamp() WHERE key_id = ?")) {
            select.setFetchSize(BATCH);
            try (ResultSet rows = select.executeQuery(
                    "SELECT t.key_id, t.wrapped_key, w.wrapped_key, r.key_id, r.wrapped_key " + WRONG)) {
                while (rows.next()) {
                    UUID key = rows.getObject(1, UUID.class);
                    UUID requester = rows.getObject(4, UUID.class);
                    byte[] requesterKey = rows.getBytes(5);
                    if (requesterKey == null) {
                        end.setObject(1, requester);
                        end.setObject(2, key);
                        end.addBatch();
                    } else {
                        wrap.setObject(1, requester);
                        wrap.setBytes(2, rewrapped(rows.getBytes(2), rows.getBytes(3), requesterKey));
                        wrap.setObject(3, key);
                        wrap.addBatch();
                    }
                    if (++settled % BATCH == 0) {
                        wrap.executeBatch();
                        end.executeBatch();
                    }
                }
            }
            wrap.executeBatch();
            end.executeBatch();
        }
        return settled;
    }

    private byte[] rewrapped(byte[] ticket, byte[] by, byte[] requester) {
        KeyMaterial material = new KeyMaterial(KeyWrap.unwrap(underMaster(by).wrappingKey(), ticket));
        return material.wrappedUnder(underMaster(requester).wrappingKey());
    }

    private KeyMaterial underMaster(byte[] wrapped) {
        return new KeyMaterial(KeyWrap.unwrap(master.wrappingKey(), wrapped));
    }

    private void makeMissing() throws SQLException {
        List<String> owners = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet rows =
                        select.executeQuery("SELECT DISTINCT told.wrapper " + WRONG + " AND r.key_id IS NULL")) {
            while (rows.next()) {
                owners.add(rows.getString(1));
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO keys.data_key (key_id, owner, wrapped_key) VALUES (?, ?, ?)")) {
            for (String owner : owners) {
                insert.setObject(1, UuidCreator.getTimeOrderedEpochPlus1());
                insert.setString(2, owner);
                insert.setBytes(3, KeyMaterial.random().wrappedUnder(master.wrappingKey()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
