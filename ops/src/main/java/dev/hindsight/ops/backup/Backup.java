package dev.hindsight.ops.backup;

import dev.hindsight.ops.attachments.StoredContents;
import dev.hindsight.ops.eventstore.BulkEventReader;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Brings the backup of an installation up to date, again and again where it is asked to: keys, log, attachments, each in
 * a chain of its own. It only reads the installation. For one thread, and one process for each place.
 */
public final class Backup implements AutoCloseable {

    private static final String LOCK_KEY = "hashtext('hindsight.backup'), hashtext(?)";

    private final Connection connection;
    private final BackupStore store;
    private final BackupStore keyStore;
    private final LogBackup log;
    private final KeysBackup keys;
    private final ContentsBackup contents;

    private Backup(
            Connection connection,
            BackupStore store,
            BackupStore keyStore,
            LogBackup log,
            KeysBackup keys,
            ContentsBackup contents) {
        this.connection = connection;
        this.store = store;
        this.keyStore = keyStore;
        this.log = log;
        this.keys = keys;
        this.contents = contents;
    }

    /**
     * What one round has done.
     *
     * @param events that were shipped
     * @param position up to which all is shipped
     * @param checked up to which checkpoint that was held against the signed tree; 0 for none
     * @param keyFiles that were written
     * @param contents of attachments that were copied
     * @param damaged contents that were not copied because they are not what was stored
     * @param millis how long it took
     */
    public record Round(
            long events, long position, long checked, int keyFiles, int contents, Set<String> damaged, long millis) {}

    /**
     * @param source connections that may read the schemas log, keys, ledger and command; they are used read-only
     * @param keyStore where the keys go; may be the same place
     * @param writer this build
     * @throws BackupRefused where the place holds something that this log does not go on from
     */
    public static Backup open(
            DataSource source, BackupStore store, BackupStore keyStore, StoredContents contents, String writer)
            throws SQLException, IOException, InterruptedException {
        return open(source, store, keyStore, contents, writer, LogBackup.Limits.STANDARD, DatabaseCheckpoints::new);
    }

    /** Finds what was signed by a connection. */
    @FunctionalInterface
    interface Signed {
        SignedCheckpoints by(Connection connection) throws SQLException;
    }

    static Backup open(
            DataSource source,
            BackupStore store,
            BackupStore keyStore,
            StoredContents contents,
            String writer,
            LogBackup.Limits limits,
            Signed signed)
            throws SQLException, IOException, InterruptedException {
        Connection connection = source.getConnection();
        boolean opened = false;
        try {
            readOnly(connection);
            lock(connection, store.toString());
            UUID logId = logId(connection);
            Backup backup = new Backup(
                    connection,
                    store,
                    keyStore,
                    LogBackup.open(
                            store,
                            new BulkEventReader(new ReadOnly(source)),
                            signed.by(connection),
                            logId,
                            head(connection),
                            writer,
                            limits),
                    new KeysBackup(keyStore, connection, logId),
                    new ContentsBackup(store, contents, connection));
            opened = true;
            return backup;
        } finally {
            if (!opened) {
                connection.close();
            }
        }
    }

    private static void readOnly(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET default_transaction_read_only = on");
        }
    }

    /** Nothing is written, whatever the role may do. */
    private static final class ReadOnly extends DelegatingDataSource {

        ReadOnly(DataSource source) {
            super(source);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            readOnly(connection);
            return connection;
        }
    }

    private static void lock(Connection connection, String place) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT pg_try_advisory_lock(" + LOCK_KEY + ")")) {
            statement.setString(1, place);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    throw new BackupRefused("Another process is writing the backup in " + place + ".");
                }
            }
        }
    }

    private static UUID logId(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT payload FROM log.placed_event"
                        + " WHERE stream = 'operations' AND version = 1 AND name = 'log.initialized'")) {
            if (!row.next()) {
                throw new BackupRefused("The log is empty: there is nothing to back up yet.");
            }
            return UUID.fromString(
                    JsonMapper.shared().readTree(row.getBytes(1)).path("logId").asString());
        }
    }

    private static long head(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT coalesce((SELECT first_position + events - 1"
                        + " FROM log.placement ORDER BY first_position DESC LIMIT 1), 0)")) {
            row.next();
            return row.getLong(1);
        }
    }

    /**
     * Ships what has come since the last round.
     *
     * @throws BackupRefused where the log is not what was signed
     */
    public Round round() throws SQLException, IOException, InterruptedException {
        long begun = System.nanoTime();
        long head = head(connection);
        int keyFiles = keys.ship(head);
        long events = log.ship(head);
        int copied = contents.ship();
        return new Round(
                events,
                log.shipped(),
                log.checked(),
                keyFiles,
                copied,
                contents.damaged(),
                (System.nanoTime() - begun) / 1_000_000);
    }

    /** What deleting could not reach, in sentences; empty where nothing is known to be left. */
    public String leftovers() {
        return Stream.of(store.leftovers(), keyStore.leftovers())
                .filter(left -> !left.isEmpty())
                .distinct()
                .collect(Collectors.joining(" "));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
