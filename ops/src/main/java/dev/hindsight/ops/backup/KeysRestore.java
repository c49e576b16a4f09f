package dev.hindsight.ops.backup;

import dev.hindsight.ops.backup.Segment.Damaged;
import dev.hindsight.ops.codec.keys.KeyRing;
import dev.hindsight.ops.codec.keys.MasterKey;
import dev.hindsight.ops.codec.keys.RequesterKeys;
import dev.hindsight.ops.codec.keys.WrongKeyException;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Brings the keys of a backup back, and destroys again what was erased since they were copied. For one thread. */
final class KeysRestore {

    private final BackupStore keyStore;
    private final DataSource owner;
    private final MasterKey master;

    KeysRestore(BackupStore keyStore, DataSource owner, MasterKey master) {
        this.keyStore = keyStore;
        this.owner = owner;
        this.master = master;
    }

    /**
     * What was done.
     *
     * @param settled how many tickets' keys hung on another than their requester's
     * @param destroyed how many keys were destroyed again
     */
    record Done(long settled, long destroyed) {}

    /**
     * Commits the keys, those of tickets under their requesters', and those of erased owners destroyed: in this order,
     * since the keys may be of another moment than the log.
     *
     * @param connection of the owner, in auto-commit, to an installation without events
     * @param requesters by the log as it is restored
     * @param erased owners of keys, see {@code KeyOwner}
     * @throws BackupRefused where there are none, or the master key is another; then nothing is changed
     */
    Done into(Connection connection, ToldRequesters requesters, Set<String> erased)
            throws SQLException, IOException, Damaged {
        KeysManifest manifest = KeysManifest.of(keyStore);
        if (manifest == null) {
            throw new BackupRefused("There are no keys in " + keyStore + ": say where they are with --keys-from.");
        }
        connection.setAutoCommit(false);
        try {
            for (KeysManifest.Table table : manifest.tables()) {
                load(connection, table);
            }
            RequesterKeys hanging = new RequesterKeys(connection, master);
            hanging.begin();
            requesters.write(connection);
            long settled = hanging.settle();
            long destroyed = destroy(connection, erased);
            connection.commit();
            KeyRing.open(owner, master, 1);
            return new Done(settled, destroyed);
        } catch (WrongKeyException otherMaster) {
            throw new BackupRefused("The master key is not the one that wraps the keys of the backup: bring that one."
                    + " Nothing is restored.");
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** What a killed restore, or a first start, has put there seals nothing: there are no events. */
    private void load(Connection connection, KeysManifest.Table table) throws SQLException, IOException {
        String name = "keys." + KeysBackup.quoted(table.name());
        try (PreparedStatement there = connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            there.setString(1, name);
            try (ResultSet row = there.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    throw new BackupRefused("The backup has keys of a kind that this version does not know ("
                            + table.name() + "): restore with the version that wrote it, or a newer one.");
                }
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE " + name);
        }
        String columns = table.columns().stream().map(KeysBackup::quoted).collect(Collectors.joining(", "));
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + name + " (" + columns + ") FROM STDIN");
        try {
            for (KeysManifest.Part part : table.parts()) {
                try (InputStream in = keyStore.open(part.file(table.name()))) {
                    byte[] rows = in.readAllBytes();
                    copy.writeToCopy(rows, 0, rows.length);
                }
            }
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /** The key of each owner and all that it wraps, as an erasure does. */
    private static long destroy(Connection connection, Set<String> owners) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE keys.data_key k SET wrapped_key = NULL, destroyed_at = clock_timestamp()"
                        + " WHERE k.wrapped_key IS NOT NULL AND (k.owner = ANY (?) OR k.wrapped_by IN"
                        + " (SELECT key_id FROM keys.data_key WHERE owner = ANY (?)))")) {
            var array = connection.createArrayOf("text", owners.toArray());
            update.setArray(1, array);
            update.setArray(2, array);
            return update.executeLargeUpdate();
        }
    }
}
