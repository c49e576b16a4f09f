package dev.hindsight.ops.backup;

import com.github.f4b6a3.uuid.UuidCreator;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.command.CommandTables;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.operations.OperationsEvent.EpochStarted;
import dev.hindsight.ops.attachments.StoredContents;
import dev.hindsight.ops.backup.Segment.Damaged;
import dev.hindsight.ops.backup.Segment.Range;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventNames;
import dev.hindsight.ops.codec.MetadataCodec;
import dev.hindsight.ops.codec.StoredEvent;
import dev.hindsight.ops.codec.keys.KeyRing;
import dev.hindsight.ops.codec.keys.MasterKey;
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
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Brings a backup that was found good into a migrated installation without events. The keys are committed first, those of
 * tickets under their requesters' by the restored log, and with every erasure that the backup tells of done again; then
 * the log, its order, the tables that commands look things up in and the new epoch in one transaction: a restore that is
 * killed leaves no event, and is begun again. Read models are not restored: the next start makes them from the log. For
 * one thread.
 */
public final class Restore {

    private static final String KEY_ROTATED = "ledger.key-rotated";
    private static final int KEYS_IN_MEMORY = 10_000;

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
    public Done restore(BackupVerdict verdict, Until until, boolean nothingLost) throws SQLException, IOException {
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
            KeysRestore.Done restored = new KeysRestore(keyStore, owner, master)
                    .into(connection, new ToldRequesters(chain, last), verdict.erased());
            if (restored.settled() > 0) {
                progress.accept("%d tickets' keys were those of another requester than the log says: wrapped anew"
                        .formatted(restored.settled()));
            }
            int copied = contents();
            Integer epoch = nothingLost ? null : verdict.epoch() + 1;
            log(connection, chain, last, epoch, verdict.seen());
            return new Done(last, epoch, restored.destroyed(), copied);
        } catch (Damaged damaged) {
            throw new BackupRefused(
                    "The backup changed while it was read: " + damaged.getMessage() + ". Nothing is restored.");
        }
    }

    private long last(LogChain chain, BackupVerdict verdict, Until until) throws IOException {
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
            FollowedEvents followed = new FollowedEvents(codec);
            long[] operations = {0};
            long[] handOvers = {0};
            for (Range range : chain.ranges()) {
                if (range.first() > last) {
                    break;
                }
                chain.read(chain.manifest(range), event -> {
                    if (event.header().position() <= last) {
                        write(events, event);
                        places.add(event);
                        followed.look(event);
                        if (event.header().stream().equals(LogIdentity.STREAM)) {
                            operations[0] = event.header().version();
                        }
                        if (event.header().name().equals(KEY_ROTATED)) {
                            handOvers[0]++;
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
            recordHandOvers(connection, handOvers[0]);
            progress.accept("Filling the tables of commands");
            followed.write(new CommandTables(connection, ring::fingerprint));
            connection.commit();
            connection.setAutoCommit(true);
            analyze(connection);
        } finally {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /** What is restored is there already: without statistics the first queries are slower, until autovacuum makes them. */
    private void analyze(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ANALYZE log.event, log.placement");
        } catch (SQLException fault) {
            progress.accept("The log is restored, but has no statistics yet: " + fault.getMessage());
        }
    }

    /**
     * The keys may be newer than the log, and the key that signs have taken over after its end: then the hand-over is put
     * into the log again, as one that was not recorded yet.
     *
     * @param there how many hand-overs the log tells of
     */
    private static void recordHandOvers(Connection connection, long there) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE keys.signing_key SET recorded = false WHERE number > ?")) {
            update.setLong(1, there + 1);
            update.executeUpdate();
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
}
