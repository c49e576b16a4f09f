package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.Hash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Keeps a copy of the wrapped keys as they are now, never as they were: a part whose rows changed is written anew, and the
 * older one is deleted once the manifest names the new one. Data keys are cut up by the hash of their owner, so that one
 * that was destroyed costs one small file. For one thread.
 */
final class KeysBackup {

    private static final String DATA_KEYS = "data_key";
    private static final int BUCKETS = 256;
    private static final String BUCKET = "get_byte(sha256(convert_to(owner, 'UTF8')), 0)";

    private final BackupStore store;
    private final Connection connection;
    private final UUID logId;
    private @Nullable KeysManifest manifest;
    /** Rows changed by this transaction or a later one may not be in the copy; -1 before the first look. */
    private long lookedAt = -1;

    /** @throws BackupRefused where the place holds another log's keys */
    KeysBackup(BackupStore store, Connection connection, UUID logId) throws IOException {
        this.store = store;
        this.connection = connection;
        this.logId = logId;
        this.manifest = KeysManifest.of(store);
        if (manifest != null && !manifest.logId().equals(logId)) {
            throw new BackupRefused("%s holds the keys of another log (%s, this one is %s): choose another place."
                    .formatted(store, manifest.logId(), logId));
        }
    }

    /**
     * Brings the copy up to date; keys are committed before the events that use them, so it holds those of every event up
     * to here.
     *
     * @param head the log's, read before
     * @return how many files were written
     */
    int ship(long head) throws SQLException, IOException {
        int written = 0;
        KeysManifest before = manifest;
        Map<String, KeysManifest.Table> known = before == null
                ? Map.of()
                : before.tables().stream().collect(Collectors.toMap(KeysManifest.Table::name, table -> table));
        List<KeysManifest.Table> tables = new ArrayList<>();
        long now = -1;
        for (Map.Entry<String, List<String>> table : columns().entrySet()) {
            KeysManifest.Table old = known.get(table.getKey());
            boolean dataKeys = table.getKey().equals(DATA_KEYS);
            Set<Integer> changed = null;
            if (dataKeys) {
                long oldest = number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
                if (lookedAt >= 0 && old != null && old.columns().equals(table.getValue())) {
                    changed = changedSince(lookedAt);
                }
                now = oldest;
            }
            Map<Integer, KeysManifest.Part> parts = new TreeMap<>();
            if (changed != null && old != null) {
                Set<Integer> again = changed;
                old.parts().stream()
                        .filter(part -> !again.contains(part.bucket()))
                        .forEach(part -> parts.put(part.bucket(), part));
            }
            if (changed == null || !changed.isEmpty()) {
                Set<String> there = old == null
                        ? Set.of()
                        : old.parts().stream()
                                .map(part -> part.file(table.getKey()))
                                .collect(Collectors.toSet());
                for (Map.Entry<Integer, Rows> rows :
                        read(table.getKey(), table.getValue(), changed).entrySet()) {
                    byte[] bytes = rows.getValue().bytes.toByteArray();
                    KeysManifest.Part part = new KeysManifest.Part(
                            rows.getKey(),
                            HexFormat.of().formatHex(Hash.sha256(bytes).bytes()),
                            rows.getValue().count);
                    if (!there.contains(part.file(table.getKey()))) {
                        store.write(part.file(table.getKey()), bytes);
                        written++;
                    }
                    parts.put(part.bucket(), part);
                }
            }
            tables.add(new KeysManifest.Table(table.getKey(), table.getValue(), List.copyOf(parts.values())));
        }
        KeysManifest fresh = new KeysManifest(KeysManifest.FORMAT, logId, Instant.now(), head, tables);
        boolean changed = before == null || !before.tables().equals(tables);
        if (before == null || changed || before.position() < head) {
            store.write(KeysManifest.NAME, fresh.json());
        }
        if (changed || lookedAt < 0) {
            deleteOlder(fresh);
        }
        manifest = fresh;
        lookedAt = now;
        return written;
    }

    /** Columns of each table of the schema, in their order; whatever later versions keep there comes along. */
    private Map<String, List<String>> columns() throws SQLException {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT c.relname, a.attname FROM pg_class c"
                        + " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                        + " WHERE c.relnamespace = to_regnamespace('keys') AND c.relkind = 'r'"
                        + " AND c.relname <> 'flyway_schema_history' ORDER BY c.relname, a.attnum")) {
            while (rows.next()) {
                columns.computeIfAbsent(rows.getString(1), none -> new ArrayList<>())
                        .add(rows.getString(2));
            }
        }
        return columns;
    }

    /** Buckets with rows that were written by a transaction that was not over at that moment, or began later. */
    private Set<Integer> changedSince(long xmin) throws SQLException {
        Set<Integer> buckets = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT DISTINCT " + BUCKET
                + " FROM keys.data_key WHERE age(xmin) <= least(pg_snapshot_xmax(pg_current_snapshot())::text::bigint - ?,"
                + " 2147483647)")) {
            select.setLong(1, xmin);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    buckets.add(rows.getInt(1));
                }
            }
        }
        return buckets;
    }

    private static final class Rows {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long count;
    }

    /** @param only these buckets; null for all */
    private Map<Integer, Rows> read(String table, List<String> columns, @Nullable Set<Integer> only)
            throws SQLException, IOException {
        String list = columns.stream().map(KeysBackup::quoted).collect(Collectors.joining(", "));
        boolean dataKeys = table.equals(DATA_KEYS);
        String query = "SELECT " + (dataKeys ? BUCKET : "0") + ", " + list + " FROM keys." + quoted(table)
                + (only == null
                        ? ""
                        : " WHERE " + BUCKET + " IN ("
                                + only.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")")
                + (dataKeys ? " ORDER BY 1, owner COLLATE \"C\"" : " ORDER BY 2");
        Map<Integer, Rows> buckets = new TreeMap<>();
        CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY (" + query + ") TO STDOUT");
        for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
            int tab = 0;
            while (row[tab] != '\t') {
                tab++;
            }
            int bucket = Integer.parseInt(new String(row, 0, tab, StandardCharsets.US_ASCII));
            if (bucket < 0 || bucket >= BUCKETS) {
                throw new IOException("a row of keys." + table + " is not as asked for");
            }
            Rows rows = buckets.computeIfAbsent(bucket, none -> new Rows());
            rows.bytes.write(Arrays.copyOfRange(row, tab + 1, row.length));
            rows.count++;
        }
        return buckets;
    }

    static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    private long number(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** What the manifest does not name is older, also where a run was killed before it came to this. */
    private void deleteOlder(KeysManifest current) throws IOException {
        Set<String> named = new HashSet<>();
        named.add(KeysManifest.NAME);
        for (KeysManifest.Table table : current.tables()) {
            table.parts().forEach(part -> named.add(part.file(table.name())));
        }
        for (String name : store.names(KeysManifest.FOLDER)) {
            if (!named.contains(name)) {
                store.delete(name);
            }
        }
    }
}
