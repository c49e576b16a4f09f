package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.Leaf;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.ops.backup.Segment.Damaged;
import dev.hindsight.ops.backup.Segment.Range;
import dev.hindsight.ops.eventstore.BulkEventReader;
import dev.hindsight.ops.eventstore.BulkReading;
import dev.hindsight.ops.eventstore.StoredEvent;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Ships the log as segments that follow on one another, each held against what was signed before it is written. For one
 * thread, and one process for each place.
 */
final class LogBackup {

    /**
     * How large segments are.
     *
     * @param events the most in one
     * @param bytes of content, after which one ends
     * @param small how many small ones there may be at the end before they are made into one
     */
    record Limits(int events, long bytes, int small) {
        static final Limits STANDARD = new Limits(10_000, 8L << 20, 64);
    }

    private final BackupStore store;
    private final BulkEventReader log;
    private final SignedCheckpoints checkpoints;
    private final UUID logId;
    private final String writer;
    private final Limits limits;

    /** The small ones at the end, in order. */
    private final List<Segment> small = new ArrayList<>();

    private GrowingTree tree = GrowingTree.empty();
    private long checked;

    private LogBackup(
            BackupStore store,
            BulkEventReader log,
            SignedCheckpoints checkpoints,
            UUID logId,
            String writer,
            Limits limits) {
        this.store = store;
        this.log = log;
        this.checkpoints = checkpoints;
        this.logId = logId;
        this.writer = writer;
        this.limits = limits;
    }

    /**
     * Finds out where the newest segment ends, and that this log goes on from there.
     *
     * @param head the log's
     * @throws BackupRefused where it does not, or the place holds something else
     */
    static LogBackup open(
            BackupStore store,
            BulkEventReader log,
            SignedCheckpoints checkpoints,
            UUID logId,
            long head,
            String writer,
            Limits limits)
            throws IOException, SQLException, InterruptedException {
        LogBackup backup = new LogBackup(store, log, checkpoints, logId, writer, limits);
        LogChain chain = LogChain.of(store);
        Range hole = chain.behindHole();
        if (hole != null) {
            throw new BackupRefused(
                    "The backup in %s lacks what stands between position %d and %d: bring the missing files back, or begin a new backup in another place."
                            .formatted(store, chain.last(), hole.first()));
        }
        try {
            backup.continueFrom(chain, head);
        } catch (Damaged damaged) {
            throw new BackupRefused("The backup in %s is damaged: %s. Begin a new one in another place."
                    .formatted(store, damaged.getMessage()));
        }
        for (Range range : chain.superseded()) {
            backup.delete(range); // of a run that was killed
        }
        return backup;
    }

    private void continueFrom(LogChain chain, long head)
            throws IOException, SQLException, InterruptedException, Damaged {
        if (chain.ranges().isEmpty()) {
            return;
        }
        Segment newest = chain.manifest(chain.ranges().getLast());
        if (!newest.logId().equals(logId)) {
            throw new BackupRefused("%s holds the backup of another log (%s, this one is %s): choose another place."
                    .formatted(store, newest.logId(), logId));
        }
        String otherPast =
                "%s holds another past of this log%s, as after a restore of an older state: begin a new backup in another place, and keep that one.";
        if (head < newest.last()) {
            throw new BackupRefused(otherPast.formatted(
                    store, ", which ends at position %d there and at %d here".formatted(newest.last(), head)));
        }
        if (!leafAt(newest.last()).base64().equals(newest.leaf())) {
            throw new BackupRefused(otherPast.formatted(
                    store, ": its event at position %d is not this one's".formatted(newest.last())));
        }
        tree = newest.tree();
        String note = newest.checkpoint();
        checked = note == null ? 0 : Checkpoint.of(SignedNote.parse(note)).size();
        for (Range range : chain.ranges().reversed()) {
            Segment segment = chain.manifest(range);
            if (!isSmall(segment)) {
                break;
            }
            small.addFirst(segment);
        }
    }

    private Hash leafAt(long position) throws SQLException, InterruptedException {
        try (BulkReading reading = log.inOrder(position - 1, position)) {
            List<StoredEvent> events = Objects.requireNonNull(reading.next(), "the event before the head");
            StoredEvent event = events.getFirst();
            return new Leaf(header(event).hash(), Leaf.body(event.metadata(), event.payload())).hash();
        }
    }

    static EventHeader header(StoredEvent event) {
        return new EventHeader(
                event.position(),
                event.stream(),
                event.streamType(),
                event.version(),
                event.eventId(),
                event.name(),
                event.revision(),
                Objects.requireNonNull(event.recordedAt(), "a placed event has its time"),
                event.occurredAt());
    }

    /** The last position that was shipped. */
    long shipped() {
        return tree.size();
    }

    /** The size of the newest checkpoint that the shipped log was held against; 0 for none. */
    long checked() {
        return checked;
    }

    /**
     * Ships everything up to a position.
     *
     * @return how many events
     * @throws BackupRefused where the log is not what was signed; nothing of that was written
     */
    long ship(long upTo) throws IOException, SQLException, InterruptedException {
        long before = shipped();
        if (before >= upTo) {
            return 0;
        }
        try (BulkReading reading = log.inOrder(before, upTo)) {
            List<StoredEvent> collected = new ArrayList<>();
            long bytes = 0;
            for (List<StoredEvent> chunk = reading.next(); chunk != null; chunk = reading.next()) {
                for (StoredEvent event : chunk) {
                    collected.add(event);
                    bytes += event.weight();
                    if (collected.size() == limits.events() || bytes >= limits.bytes()) {
                        write(collected);
                        collected.clear();
                        bytes = 0;
                    }
                }
            }
            if (!collected.isEmpty()) {
                write(collected);
            }
        }
        compact();
        return shipped() - before;
    }

    private void write(List<StoredEvent> events) throws IOException, SQLException {
        long first = events.getFirst().position();
        long last = events.getLast().position();
        SignedNote note = checkpoints.newest(last).orElse(null);
        SignedCheckpoints.Keys keys = note == null ? null : checkpoints.keys();
        Checkpoint checkpoint = note == null ? null : signed(note, keys);
        GrowingTree grown = GrowingTree.at(tree.size(), tree.edge());
        SegmentFile.Writer out = new SegmentFile.Writer();
        Hash leaf = Hash.OF_EMPTY_TREE;
        check(checkpoint, grown);
        for (StoredEvent event : events) {
            if (event.position() != grown.size() + 1) {
                throw new BackupRefused("The log has position %d where %d belongs: its tables were changed by hand."
                        .formatted(event.position(), grown.size() + 1));
            }
            leaf = out.add(header(event), event.metadata(), event.payload());
            grown.add(leaf);
            check(checkpoint, grown);
        }
        if (checkpoint != null && checkpoint.size() > checked) {
            checkOlder(checkpoint);
        }
        byte[] file = out.finish();
        Range range = new Range(first, last);
        Segment segment = new Segment(
                Segment.FORMAT,
                logId,
                first,
                last,
                file.length,
                out.unpacked(),
                HexFormat.of().formatHex(Hash.sha256(file).bytes()),
                grown.edge().stream().map(Hash::base64).toList(),
                grown.root().base64(),
                leaf.base64(),
                recorded(events.getFirst()),
                recorded(events.getLast()),
                note == null ? null : note.toString(),
                keys == null ? null : keys.first().toString(),
                keys == null ? List.of() : keys.rotations(),
                writer);
        store.write(range.file(), file);
        store.write(range.manifest(), segment.json());
        tree = grown;
        remember(segment);
    }

    private static Instant recorded(StoredEvent event) {
        return Objects.requireNonNull(event.recordedAt(), "a placed event has its time");
    }

    private Checkpoint signed(SignedNote note, SignedCheckpoints.@Nullable Keys keys) {
        try {
            if (keys == null) {
                throw new BackupRefused("There is a signed checkpoint, but no key that could have signed it.");
            }
            return KeyHistory.of(
                            keys.first().name(),
                            keys.first(),
                            keys.rotations().stream().map(SignedNote::parse).toList())
                    .verified(note)
                    .orElseThrow(() -> new BackupRefused(
                            "A stored checkpoint is not signed by the log's key: somebody wrote it by hand. Nothing was shipped after position "
                                    + shipped() + "."));
        } catch (MalformedLedgerException e) {
            throw new BackupRefused("A stored checkpoint or key can't be read: " + e.getMessage());
        }
    }

    private void check(@Nullable Checkpoint checkpoint, GrowingTree grown) {
        if (checkpoint != null && checkpoint.size() == grown.size() && checkpoint.size() > checked) {
            hold(checkpoint, grown.root());
            checked = checkpoint.size();
        }
    }

    private void hold(Checkpoint checkpoint, Hash root) {
        if (!root.equals(checkpoint.root())) {
            throw new BackupRefused(
                    "The first %d events are not those that were signed: the log was changed. Nothing was shipped after position %d. Keep the backup as it is and find the first change: hindsight fsck."
                            .formatted(checkpoint.size(), shipped()));
        }
    }

    /** It was signed after the events up to its size had been shipped: they are read once more, from the backup. */
    private void checkOlder(Checkpoint checkpoint) throws IOException {
        LogChain chain = LogChain.of(store);
        try {
            GrowingTree before = GrowingTree.empty();
            for (Range range : chain.ranges()) {
                Segment segment = chain.manifest(range);
                if (range.last() >= checkpoint.size()) {
                    GrowingTree growing = before;
                    chain.read(segment, event -> {
                        if (growing.size() < checkpoint.size()) {
                            growing.add(event.leaf());
                        }
                    });
                    hold(checkpoint, growing.root());
                    checked = checkpoint.size();
                    return;
                }
                before = segment.tree();
            }
        } catch (Damaged damaged) {
            throw new BackupRefused("The backup in %s is damaged: %s. Begin a new one in another place."
                    .formatted(store, damaged.getMessage()));
        }
    }

    private boolean isSmall(Segment segment) {
        return segment.range().events() < limits.events() && segment.unpacked() < limits.bytes();
    }

    private void remember(Segment segment) {
        if (isSmall(segment)) {
            small.add(segment);
        } else {
            small.clear(); // shorter ones before it stay as they are
        }
    }

    /** Makes one of the small ones at the end, once they are many or enough for a large one. */
    private void compact() throws IOException {
        long events = small.stream().mapToLong(each -> each.range().events()).sum();
        long bytes = small.stream().mapToLong(Segment::unpacked).sum();
        if (small.size() < 2 || (small.size() < limits.small() && events < limits.events() && bytes < limits.bytes())) {
            return;
        }
        SegmentFile.Writer out = new SegmentFile.Writer();
        LogChain chain = LogChain.of(store);
        try {
            for (Segment each : small) {
                out.add(chain.file(each));
            }
        } catch (Damaged damaged) {
            throw new BackupRefused("The backup in %s is damaged: %s.".formatted(store, damaged.getMessage()));
        }
        byte[] file = out.finish();
        Segment first = small.getFirst();
        Segment last = small.getLast();
        Range range = new Range(first.first(), last.last());
        Segment whole = new Segment(
                Segment.FORMAT,
                logId,
                range.first(),
                range.last(),
                file.length,
                out.unpacked(),
                HexFormat.of().formatHex(Hash.sha256(file).bytes()),
                last.edge(),
                last.root(),
                last.leaf(),
                first.recordedFrom(),
                last.recordedTo(),
                last.checkpoint(),
                last.firstKey(),
                last.rotations(),
                writer);
        store.write(range.file(), file);
        store.write(range.manifest(), whole.json());
        List<Segment> replaced = List.copyOf(small);
        small.clear();
        remember(whole);
        for (Segment each : replaced) {
            delete(each.range());
        }
    }

    /** The manifest first: without it the other does not count. */
    private void delete(Range range) throws IOException {
        store.delete(range.manifest());
        store.delete(range.file());
    }
}
