package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.Frontier;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.Leaf;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.SigningKey;
import dev.hindsight.ops.attachments.StoredContents;
import dev.hindsight.ops.codec.keys.KeyRing;
import dev.hindsight.ops.codec.keys.MasterKey;
import dev.hindsight.ops.embedded.SharedPostgres;
import dev.hindsight.ops.eventstore.BulkEventReader;
import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.ops.wiring.Migrations;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A log in a database of its own, written by SQL, with checkpoints signed as a test likes. */
final class HandmadeLog implements SignedCheckpoints {

    static final String MASTER_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    static final MasterKey MASTER = MasterKey.ofBase64(MASTER_TEXT);

    /** Everything of an event that must survive, in order. */
    static final String BYTES =
            "(SELECT position, recorded_at, stream, stream_type, version, event_id, name, revision, occurred_at, metadata, payload"
                    + " FROM log.placed_event)";

    private static SharedPostgres.@Nullable Database template;

    final DataSource source;
    final UUID logId;
    final SigningKey key = SigningKey.generate("hindsight/test");
    private final TreeMap<Long, SignedNote> signed = new TreeMap<>();
    private long head;

    /** @param database migrated, without events */
    HandmadeLog(DataSource database) throws SQLException {
        this(database, UUID.randomUUID());
    }

    HandmadeLog(DataSource database, UUID logId) throws SQLException {
        this.source = database;
        this.logId = logId;
        KeyRing.open(database, MASTER, 10);
        execute(
                "INSERT INTO keys.signing_key (number, public_key, wrapped_key, from_size, recorded)"
                        + " VALUES (1, ?, decode(repeat('00', 40), 'hex'), 0, true)",
                key.verifier().toString());
        insert("operations", 1, "log.initialized", "{\"logId\":\"" + logId + "\"}");
    }

    /** A database of one's own with all tables; they are made once. */
    static synchronized SharedPostgres.Database migrated() {
        SharedPostgres.Database made = template;
        if (made == null) {
            made = SharedPostgres.database();
            Migrations.run(made.dataSource(), "postgres");
            template = made;
        }
        return made.copy();
    }

    long head() {
        return head;
    }

    /** So many events of some tickets, each sealed under its ticket's key; some are recorded at one moment. */
    void append(int events) throws SQLException {
        KeyRing keys = KeyRing.open(source, MASTER, 1_000);
        for (int i = 0; i < events; i++) {
            UUID ticket = new UUID(7, head / 3);
            long version = head % 3 + 1;
            UUID sealedUnder = keys.openTicket(ticket, new UUID(9, head / 30)).id();
            insert(
                    "ticket-" + ticket,
                    version,
                    "ticket.subject-changed",
                    "{\"ticketId\":\"" + ticket + "\",\"sealed\":{\"key\":\"" + sealedUnder + "\",\"nonce\":\"" + head
                            + "\"}}");
        }
    }

    /** So many events that are nobody's, fast. */
    void appendMany(int events) throws SQLException {
        execute(
                "INSERT INTO log.event (version, append_number, occurred_at, append_index, stream, event_id, name, revision,"
                        + " metadata, payload) SELECT 1, g, timestamptz '2026-01-01' + g * interval '1 s', 0, 'many-' || g,"
                        + " gen_random_uuid()::text, 'many.made', '1', '{}', convert_to(repeat(md5(g::text), 20), 'UTF8')"
                        + " FROM generate_series(?::bigint, ?::bigint) g",
                head + 1,
                head + events);
        execute(
                "INSERT INTO log.placement (first_position, first_append, recorded_at, latest_occurred_at, appends, events)"
                        + " VALUES (?, ?, timestamptz '2026-03-01', timestamptz '2026-01-01' + ? * interval '1 s', ?, ?)",
                head + 1,
                head + 1,
                head + events,
                events,
                events);
        head += events;
    }

    void insert(String stream, long version, String name, String payload) throws SQLException {
        head++;
        execute(
                "INSERT INTO log.event (version, append_number, occurred_at, append_index, stream, stream_type, event_id, name,"
                        + " revision, metadata, payload) VALUES (?, ?, timestamptz '2026-01-01' + ? * interval '1 s', 0, ?,"
                        + " 'Ticket', ?, ?, '1', '{}', convert_to(?, 'UTF8'))",
                version,
                head,
                head,
                stream,
                UUID.randomUUID().toString(),
                name,
                payload);
        execute(
                "INSERT INTO log.placement (first_position, first_append, recorded_at, latest_occurred_at, appends, events)"
                        + " VALUES (?, ?, timestamptz '2026-02-01' + ? * interval '1 s',"
                        + " timestamptz '2026-01-01' + ? * interval '1 s', 1, 1)",
                head,
                head,
                head / 4, // four at one moment
                head);
    }

    void execute(String sql, Object... values) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.execute();
        }
    }

    static String text(DataSource source, String query) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    /** A digest of every event's bytes up to a position. */
    static String digest(DataSource source, long upTo) throws SQLException {
        return text(
                source,
                "SELECT count(*) || ' ' || md5(string_agg(md5(t::text), '' ORDER BY position)) FROM " + BYTES
                        + " t WHERE position <= " + upTo);
    }

    /** Signs the tree over the first events, as they are in the database now. */
    SignedNote sign(long size) throws SQLException, InterruptedException {
        SignedNote note = note(size);
        signed.put(size, note);
        return note;
    }

    /** The same, and the ledger does not remember it. */
    SignedNote note(long size) throws SQLException, InterruptedException {
        return new Checkpoint("hindsight/test", size, root(source, size)).sign(key);
    }

    static Hash root(DataSource source, long size) throws SQLException, InterruptedException {
        Frontier tree = new Frontier();
        try (var reading = new BulkEventReader(source).inOrder(0, size)) {
            for (List<StoredEvent> chunk = reading.next(); chunk != null; chunk = reading.next()) {
                for (StoredEvent event : chunk) {
                    tree.add(new Leaf(LogBackup.header(event).hash(), Leaf.body(event.metadata(), event.payload()))
                            .hash());
                }
            }
        }
        return tree.root();
    }

    @Override
    public Optional<SignedNote> newest(long atMost) {
        return Optional.ofNullable(signed.floorEntry(atMost)).map(Map.Entry::getValue);
    }

    @Override
    public @Nullable Keys keys() {
        return new Keys(key.verifier(), List.of());
    }

    /** Brings a backup up to date in small segments. */
    Backup.Round backUp(BackupStore store, BackupStore keys, StoredContents contents) throws Exception {
        try (Backup backup = Backup.open(
                source, store, keys, contents, "test", new LogBackup.Limits(10, 1 << 20, 4), connection -> this)) {
            return backup.round();
        }
    }

    List<String> ownersOfKeys() throws SQLException {
        List<String> owners = new ArrayList<>();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT owner FROM keys.data_key ORDER BY owner")) {
            while (rows.next()) {
                owners.add(Objects.requireNonNull(rows.getString(1)));
            }
        }
        return owners;
    }
}
