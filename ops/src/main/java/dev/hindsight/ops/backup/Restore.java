package dev.hindsight.ops.backup;

import com.github.f4b6a3.uuid.UuidCreator;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.command.CommandTables;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.operations.OperationsEvent.EpochStarted;
import dev.hindsight.ops.attachments.StoredContents;
import dev.hindsight.ops.backup.Segment.Damaged;
import dev.hindsight.ops.backup.Segment.Range;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventKind;
import dev.hindsight.ops.codec.EventNames;
import dev.hindsight.ops.codec.MetadataCodec;
import dev.hindsight.ops.codec.StoredEvent;
import dev.hindsight.ops.codec.keys.DataKey;
import dev.hindsight.ops.codec.keys.KeyRing;
import dev.hindsight.ops.codec.keys.MasterKey;
import dev.hindsight.ops.codec.keys.WrongKeyException;
import dev.hindsight.ops.operator.LogIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Brings a backup that was found good into a migrated installation without events. The keys are committed first, with
 * every erasure that the backup tells of done again; then the log, its order, the tables that commands look things up in
 * and the new epoch in one transaction: a restore that is killed leaves no event, and is begun again. Read models are not
 * restored: the next start makes them from the log. For one thread.
 */
public final class Restore {

    /** How names of events begin that tables of commands repeat. */
    private static final List<String> FOLLOWED = List.of(
            "queue.",
            "team.",
            "organization.",
            "person.",
            "ticket.opened",
            "ticket.imported",
            "ticket.attachment-added",
            "ticket.legal-hold-");

    /** Of a newer version there may be others: a node of that version is to be started on what was restored. */
    private static final Set<String> KNOWN =
            EventNames.current().kinds().stream().map(EventKind::name).collect(Collectors.toUnmodifiableSet());

    private static final int KEYS_IN_MEMORY = 10_000;
    private static final int KEYS_AT_ONCE = 2_000;

    private final BackupStore store;
    private final BackupStore keyStore;
    private final DataSource owner;
    private final MasterKey master;
    private final StoredContents contents;
    private final String writer;
    private final Consumer<String> progress;

    /**
     * @param owner connects as the role that owns the schemas
     * @param writer this build
     * @param progress is told now and then how far it is
     */
    public Restore(
            BackupStore store,
            BackupStore keyStore,
            DataSource owner,
            MasterKey master,
            StoredContents contents,
            String writer,
            Consumer<String> progress) {
        this.store = store;
        this.keyStore = keyStore;
        this.owner = owner;
        this.master = master;
        this.contents = contents;
        this.writer = writer;
        this.progress = progress;
    }

    /**
     * Up to where; everything where both are null.
     *
     * @param position the last position
     * @param recorded everything that had its position at this moment
     */
    public record Until(@Nullable Long position, @Nullable Instant recorded) {}

    /**
     * What was restored.
     *
     * @param last the last position of the backup that is in the log now
     * @param epoch that was begun; null where the old one goes on
     * @param erasures keys that were destroyed again
     * @param contents of attachments
     */
    public record Done(long last, @Nullable Integer epoch, long erasures, int contents) {}

    /**
     * @param verdict of a check of the same backup a moment ago
     * @param nothingLost whether the old epoch goes on: whoever asks knows that nobody saw more than the backup has
     * @throws BackupRefused where the installation holds something, the backup is not good, or the position is not in it
     */
    public Done restore(Verdict verdict, Until until, boolean nothingLost) throws SQLException, IOException {
        if (!verdict.good()) {
            throw new BackupRefused(
                    "The backup is not restored: " + verdict.wrong().getFirst() + ".");
        }
        LogChain chain = LogChain.of(store);
        long last = last(chain, verdict, until);
        if (nothingLost && (last < verdict.last() || verdict.seen() > last)) {
            throw new BackupRefused(
                    "Events after position %d are left out or were seen by others: a new epoch has to begin. Leave out --nothing-lost."
                            .formatted(last));
        }
        try (Connection connection = owner.getConnection()) {
            refuseUnlessEmpty(connection);
            long erasures = keys(connection, verdict.erased());
            int copied = contents();
            Integer epoch = nothingLost ? null : verdict.epoch() + 1;
            log(connection, chain, last, epoch, verdict.seen());
            return new Done(last, epoch, erasures, copied);
        } catch (Damaged damaged) {
            throw new BackupRefused(
                    "The backup changed while it was read: " + damaged.getMessage() + ". Nothing is restored.");
        }
    }

    private long last(LogChain chain, Verdict verdict, Until until) throws IOException {
        Long position = until.position();
        if (position != null) {
            if (position < 1 || position > verdict.last()) {
                throw new BackupRefused(
                        "Position %d is not in the backup, which has 1 to %d.".formatted(position, verdict.last()));
            }
            return position;
        }
        Instant at = until.recorded();
        if (at == null) {
            return verdict.last();
        }
        long[] found = {0};
        try {
            for (Range range : chain.ranges()) {
                Segment segment = chain.manifest(range);
                if (segment.recordedFrom().isAfter(at)) {
                    break;
                }
                if (segment.recordedTo().isAfter(at)) {
                    chain.read(segment, event -> {
                        if (!event.header().recordedAt().isAfter(at)) {
                            found[0] = event.header().position();
                        }
                    });
                    break;
                }
                found[0] = range.last();
            }
        } catch (Damaged damaged) {
            throw new BackupRefused("The backup changed while it was read: " + damaged.getMessage());
        }
        if (found[0] == 0) {
            throw new BackupRefused("The backup begins at %s, after %s.".formatted(verdict.recordedFrom(), at));
        }
        return found[0];
    }

    private static void refuseUnlessEmpty(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : List.of("log.event", "log.placement")) {
                try (ResultSet row = statement.executeQuery("SELECT EXISTS (SELECT FROM " + table + ")")) {
                    row.next();
                    if (row.getBoolean(1)) {
                        throw new BackupRefused(
                                "This installation has events: a backup is restored into an empty one only. Give another --data folder, or an empty database.");
                    }
                }
            }
        }
    }

    /** @return how many keys were destroyed again */
    private long keys(Connection connection, Set<String> erased) throws SQLException, IOException {
        KeysManifest manifest = KeysManifest.of(keyStore);
        if (manifest == null) {
            throw new BackupRefused("There are no keys in " + keyStore + ": say where they are with --keys-from.");
        }
        connection.setAutoCommit(false);
        try {
            for (KeysManifest.Table table : manifest.tables()) {
                load(connection, table);
            }
            long destroyed = destroy(connection, erased);
            connection.commit();
            try {
                KeyRing.open(owner, master, 1);
            } catch (WrongKeyException otherMaster) {
                throw new BackupRefused(
                        "The master key is not the one that wraps the keys of the backup: bring that one."
                                + " Nothing is restored.");
            }
            return destroyed;
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

    private int contents() throws IOException {
        int copied = 0;
        for (String name : store.names(ContentsBackup.FOLDER)) {
            String content = name.substring(name.lastIndexOf('/') + 1);
            Path file = Files.createTempFile("hindsight-restore", "");
            try {
                try (InputStream in = store.open(name)) {
                    Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                }
                contents.put(content, file);
                copied++;
            } finally {
                Files.deleteIfExists(file);
            }
        }
        return copied;
    }

    /**
     * Each event becomes an append call of its own whose number is its position, so that the order needs few rows: one
     * for each run of events that were recorded at one moment.
     */
    private void log(Connection connection, LogChain chain, long last, @Nullable Integer epoch, long seen)
            throws SQLException, IOException, Damaged {
        HikariConfig config = new HikariConfig();
        config.setDataSource(owner);
        config.setMaximumPoolSize(2);
        config.setPoolName("keys");
        connection.setAutoCommit(false);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            KeyRing ring = KeyRing.open(pool, master, KEYS_IN_MEMORY);
            EventCodec codec = new EventCodec(EventNames.current(), ring);
            Places places = new Places();
            CopyInto events = new CopyInto(
                    connection,
                    "log.event (version, append_number, occurred_at, append_index, stream, stream_type, event_id, name,"
                            + " revision, metadata, payload)",
                    11);
            List<Followed> followed = new ArrayList<>();
            long[] operations = {0};
            for (Range range : chain.ranges()) {
                if (range.first() > last) {
                    break;
                }
                chain.read(chain.manifest(range), event -> {
                    if (event.header().position() <= last) {
                        write(events, event);
                        places.add(event);
                        if (isFollowed(event.header().name())) {
                            followed.add(new Followed(codec, event));
                        }
                        if (event.header().stream().equals(LogIdentity.STREAM)) {
                            operations[0] = event.header().version();
                        }
                    }
                });
                progress.accept("Restored up to position %d of %d".formatted(Math.min(range.last(), last), last));
            }
            if (epoch != null) {
                begin(events, places, codec, epoch, last, seen, operations[0] + 1);
            }
            events.finish();
            places.write(connection);
            try (Statement statement = connection.createStatement()) {
                statement.execute("UPDATE log.sequencer SET settled = " + places.head());
                statement.execute("SELECT setval('log.append_number', " + places.head() + ")");
            }
            progress.accept("Filling the tables of commands");
            follow(connection, codec, ring, followed);
            connection.commit();
            try (Statement statement = connection.createStatement()) {
                connection.setAutoCommit(true);
                statement.execute("ANALYZE log.event");
                statement.execute("ANALYZE log.placement");
            }
        } finally {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private static void write(CopyInto out, SegmentFile.Entry event) throws SQLException {
        out.row();
        out.add(event.header().version());
        out.add(event.header().position());
        out.add(event.header().occurredAt());
        out.add(0);
        out.add(event.header().stream());
        out.add(event.header().streamType());
        out.add(event.header().eventId());
        out.add(event.header().name());
        out.add(event.header().revision());
        out.add(event.metadata());
        out.add(event.payload());
    }

    private void begin(CopyInto events, Places places, EventCodec codec, int epoch, long last, long seen, long version)
            throws SQLException {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Instant at = now.isAfter(places.recordedAt()) ? now : places.recordedAt();
        String id = UuidCreator.getTimeOrderedEpochPlus1().toString();
        StoredEvent stored = codec.encode(new EpochStarted(epoch, now, last, seen > last ? seen : null));
        byte[] metadata = new MetadataCodec().encode(Envelope.ofSystem(id, writer));
        SegmentFile.Entry event = new SegmentFile.Entry(
                new EventHeader(
                        last + 1,
                        LogIdentity.STREAM,
                        LogIdentity.STREAM_TYPE,
                        version,
                        id,
                        stored.name(),
                        stored.revision(),
                        at,
                        now),
                metadata,
                stored.payload(),
                Hash.OF_EMPTY_TREE);
        write(events, event);
        places.add(event);
    }

    private static boolean isFollowed(String name) {
        return KNOWN.contains(name) && FOLLOWED.stream().anyMatch(name::startsWith);
    }

    /** An event that a table of commands repeats. What they repeat of tickets is plain and decoded at once. */
    private static final class Followed {

        private final String stream;
        private final String name;
        private final String revision;
        private byte[] payload = new byte[0];
        private @Nullable Event decoded;

        Followed(EventCodec codec, SegmentFile.Entry event) {
            stream = event.header().stream();
            name = event.header().name();
            revision = event.header().revision() == null ? "1" : event.header().revision();
            if (name.startsWith("ticket.")) {
                decoded = codec.decodeWithoutPersonal(name, revision, event.payload());
            } else {
                payload = event.payload();
            }
        }

        Event decoded(EventCodec codec, Map<UUID, DataKey> keys) {
            return decoded == null ? codec.decode(name, revision, payload, keys) : decoded;
        }
    }

    private static void follow(Connection connection, EventCodec codec, KeyRing keys, List<Followed> followed) {
        CommandTables tables = new CommandTables(connection, keys::fingerprint);
        for (int from = 0; from < followed.size(); from += KEYS_AT_ONCE) {
            List<Followed> some = followed.subList(from, Math.min(followed.size(), from + KEYS_AT_ONCE));
            Map<UUID, DataKey> fetched = codec.keysOf(some.stream()
                    .filter(each -> each.decoded == null)
                    .map(each -> each.stream)
                    .distinct()
                    .toList());
            for (Followed each : some) {
                tables.follow(each.decoded(codec, fetched));
            }
        }
        tables.finish();
    }

    /** Rows of the order, made while events go by. */
    private static final class Places {

        private record Row(long first, int events, Instant recordedAt, Instant latest) {}

        private static final int LONGEST = 1_000_000;

        private final List<Row> rows = new ArrayList<>();
        private long first;
        private int events;
        private Instant recordedAt = Instant.MIN;
        private Instant latest = Instant.MIN;
        private long head;

        void add(SegmentFile.Entry event) {
            if (events > 0 && (!event.header().recordedAt().equals(recordedAt) || events == LONGEST)) {
                rows.add(new Row(first, events, recordedAt, latest));
                events = 0;
            }
            if (events == 0) {
                first = event.header().position();
                recordedAt = event.header().recordedAt();
            }
            events++;
            head = event.header().position();
            if (event.header().occurredAt().isAfter(latest)) {
                latest = event.header().occurredAt();
            }
        }

        long head() {
            return head;
        }

        Instant recordedAt() {
            return recordedAt;
        }

        void write(Connection connection) throws SQLException {
            if (events > 0) {
                rows.add(new Row(first, events, recordedAt, latest));
                events = 0;
            }
            CopyInto copy = new CopyInto(
                    connection,
                    "log.placement (first_position, first_append, recorded_at, latest_occurred_at, appends, events)",
                    6);
            for (Row row : rows) {
                copy.row();
                copy.add(row.first);
                copy.add(row.first);
                copy.add(row.recordedAt);
                copy.add(row.latest);
                copy.add(row.events);
                copy.add(row.events);
            }
            copy.finish();
        }
    }
}
