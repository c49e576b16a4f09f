package dev.hindsight.ops.audit;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.domain.operations.OperationsEvent.AuditExportMade;
import dev.hindsight.ops.bundle.BundleEntry;
import dev.hindsight.ops.bundle.BundleWriter;
import dev.hindsight.ops.bundle.Manifest;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.keys.DataKey;
import dev.hindsight.ops.codec.keys.DataKeys;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.projections.readmodel.ledger.CheckpointNow;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import dev.hindsight.projections.readmodel.ledger.SealedTree;
import dev.hindsight.projections.readmodel.ledger.StoredCheckpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/**
 * Makes audit exports and writes their bundles. An export is an event that says what belongs to it, up to a signed
 * checkpoint; what its bundle holds is fixed by that, but for content that is erased later. So nothing is kept beside the
 * log. Safe for concurrent use.
 */
public final class AuditExports {

    /** How many earlier checkpoints a bundle is joined to, the newest ones. */
    private static final int EARLIER = 100;

    private static final int KEYS_AT_ONCE = 1_000;

    private final RawLog raw;
    private final EventLog log;
    private final EventStore events;
    private final SealedTree tree;
    private final CheckpointNow now;
    private final Checkpoints checkpoints;
    private final LedgerKeys ledgerKeys;
    private final EventCodec codec;
    private final DataKeys dataKeys;
    private final Path spill;

    /** @param spill folder for a temporary file while a bundle is written */
    public AuditExports(
            RawLog raw,
            EventLog log,
            EventStore events,
            SealedTree tree,
            CheckpointNow now,
            Checkpoints checkpoints,
            LedgerKeys ledgerKeys,
            EventCodec codec,
            DataKeys dataKeys,
            Path spill) {
        this.raw = raw;
        this.log = log;
        this.events = events;
        this.tree = tree;
        this.now = now;
        this.checkpoints = checkpoints;
        this.ledgerKeys = ledgerKeys;
        this.codec = codec;
        this.dataKeys = dataKeys;
        this.spill = spill;
    }

    /**
     * What is asked for.
     *
     * @param streams of tickets; empty: all events of a time
     * @param from the first moment of recording; null for streams
     * @param to the first moment after it; null for streams
     * @param complete of streams: with the headers of everything else from their first event on, so that the bundle shows
     *     that nothing was left out
     * @param personal with personal content in clear
     * @param checkpoint size of an earlier checkpoint that the bundle is joined to in any case; null for none
     * @param reason is recorded and stands in the bundle; one line
     */
    public record Request(
            List<String> streams,
            @Nullable Instant from,
            @Nullable Instant to,
            boolean complete,
            boolean personal,
            @Nullable Long checkpoint,
            String reason) {}

    /**
     * Signs the log as it is; the export is one when the event is in the log.
     *
     * @throws InvalidRequest where a stream has no events, or none was recorded in this time
     * @throws dev.hindsight.domain.Unavailable while the ledger is behind
     */
    public AuditExportMade make(UUID id, Request request) {
        long size = now.make().size();
        Long joined = request.checkpoint();
        if (joined != null && checkpoints.of(joined).isEmpty()) {
            throw new InvalidRequest("checkpointSize", "is not the size of a checkpoint of this log");
        }
        long first;
        long last;
        if (request.streams().isEmpty()) {
            first = firstAt(request.from(), size);
            last = firstAt(request.to(), size) - 1;
            if (last < first) {
                throw new InvalidRequest("from", "nothing was recorded in this time");
            }
        } else {
            first = request.complete() ? firstOf(request.streams()) : 0;
            last = request.complete() ? size : 0;
        }
        return new AuditExportMade(
                id,
                Instant.now().truncatedTo(ChronoUnit.MICROS),
                request.streams(),
                first,
                last,
                size,
                request.personal(),
                joined,
                request.reason());
    }

    /** Whether the log has events of this ticket. */
    boolean has(UUID ticket) {
        try (Stream<LoggedEvent> events = log.eventsOf(stream(ticket))) {
            return events.findFirst().isPresent();
        }
    }

    static String stream(UUID ticket) {
        return "ticket-" + ticket;
    }

    private long firstOf(List<String> streams) {
        long first = Long.MAX_VALUE;
        for (String stream : streams) {
            try (Stream<LoggedEvent> events = log.eventsOf(stream)) {
                first = Math.min(first, events.findFirst().orElseThrow().position());
            }
        }
        return first;
    }

    /**
     * The first position that was recorded at this moment or later; head + 1 where none was.
     *
     * @param moment to the microsecond, as the log has it; null for the end of time
     */
    private long firstAt(@Nullable Instant moment, long head) {
        return moment == null ? head + 1 : Math.min(head, log.recordedBy(moment.minus(1, ChronoUnit.MICROS))) + 1;
    }

    /**
     * Also one that was recorded a moment ago and has no position yet.
     *
     * @throws NotFound where there is no such export
     */
    public AuditExportMade find(UUID id) {
        return events.readEvents(AuditExportMade.stream(id))
                .asStream()
                .map(event -> (AuditExportMade) event.getPayload())
                .findFirst()
                .orElseThrow(() -> new NotFound("There is no such export."));
    }

    /**
     * Writes the bundle.
     *
     * @throws IOException where it cannot be written, and where content was erased meanwhile: what was written is no
     *     bundle then
     */
    public void write(AuditExportMade export, OutputStream out) throws IOException {
        Manifest manifest = new Manifest(
                ledgerKeys.origin(),
                export.size(),
                export.from(),
                export.to(),
                export.streams(),
                Manifest.plain(export.reason()));
        try (BundleWriter.ShownSalts salts = new BundleWriter.ShownSalts(spill)) {
            Writing writing = new Writing(export, manifest, salts);
            BundleWriter bundle = new BundleWriter(out);
            bundle.head(manifest, seals(export));
            bundle.events(writing::forEach);
            writing.nothingWasErased();
            bundle.proof(tree.of(export.size(), writing::beside), salts);
            bundle.finish();
        }
    }

    private BundleWriter.Seals seals(AuditExportMade export) {
        StoredCheckpoint checkpoint = checkpoints
                .of(export.size())
                .orElseThrow(() -> new IllegalStateException("the checkpoint of size " + export.size() + " is gone"));
        Map<Long, List<Hash>> earlier = new HashMap<>();
        Stream.concat(
                        checkpoints.below(export.size(), EARLIER).stream().map(StoredCheckpoint::size),
                        Stream.ofNullable(export.checkpoint()))
                .forEach(size -> earlier.put(size, tree.consistency(size, export.size())));
        List<LedgerKeys.Published> keys = ledgerKeys.published();
        List<SignedNote> rotations = new ArrayList<>();
        for (LedgerKeys.Published key : keys) {
            if (key.rotation() != null) {
                rotations.add(SignedNote.parse(key.rotation()));
            }
        }
        return new BundleWriter.Seals(
                SignedNote.parse(checkpoint.note()),
                VerifierKey.parse(keys.getFirst().key()),
                rotations,
                earlier,
                checkpoint.timestampToken());
    }

    /**
     * One bundle's events, read as often as they are asked for: the same each time unless content is erased in between,
     * which is told at the end. What is held does not grow with the range. For one thread.
     */
    private final class Writing {

        private final AuditExportMade export;
        private final Manifest manifest;
        private final Set<String> streams;
        private final BundleWriter.ShownSalts salts;
        // Of streams without a range: they are few, a range is whole.
        private long[] indexes = new long[0];
        private int count;

        private Writing(AuditExportMade export, Manifest manifest, BundleWriter.ShownSalts salts) {
            this.export = export;
            this.manifest = manifest;
            this.streams = Set.copyOf(export.streams());
            this.salts = salts;
        }

        private boolean isRange() {
            return export.to() > 0;
        }

        void forEach(BundleWriter.EntrySink sink) throws IOException {
            count = 0;
            try (RawLog.Reading reading = isRange()
                    ? raw.inOrder(export.from() - 1, export.to())
                    : raw.ofStreams(export.streams(), export.size())) {
                for (List<RawLog.Stored> some = reading.next(); some != null; some = reading.next()) {
                    Map<UUID, DataKey> keys = keysOf(some);
                    for (RawLog.Stored one : some) {
                        put(one, keys, sink);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the server is ending");
            }
        }

        private boolean isShown(EventHeader header) {
            return streams.isEmpty() ? manifest.isInRange(header.position()) : streams.contains(header.stream());
        }

        private Map<UUID, DataKey> keysOf(List<RawLog.Stored> events) {
            if (!export.personal()) {
                return Map.of();
            }
            return codec.keysOf(events.stream()
                    .map(RawLog.Stored::header)
                    .filter(this::isShown)
                    .map(EventHeader::stream)
                    .distinct()
                    .toList());
        }

        private void put(RawLog.Stored event, Map<UUID, DataKey> keys, BundleWriter.EntrySink sink) throws IOException {
            EventHeader header = event.header();
            if (!isRange()) {
                if (count == indexes.length) {
                    indexes = Arrays.copyOf(indexes, 2 * count + 64);
                }
                indexes[count++] = header.position() - 1;
            }
            boolean shown = isShown(header);
            sink.entry(BundleEntry.of(
                    header,
                    new BundleEntry.Body(event.metadata(), event.payload()),
                    shown,
                    shown && export.personal() ? personal(event, keys) : null));
        }

        private byte @Nullable [] personal(RawLog.Stored event, Map<UUID, DataKey> keys) throws IOException {
            EventHeader header = event.header();
            String revision = header.revision();
            if (revision == null) {
                return null;
            }
            Optional<EventCodec.Opened> opened =
                    codec.opened(header.name(), revision, header.stream(), event.payload(), keys);
            if (opened.isEmpty()) {
                return null;
            }
            DataKey key = opened.get().key();
            salts.add(key.id(), key.salt().getEncoded());
            return opened.get().plaintext();
        }

        List<Hash> beside(MerkleTree.Subtrees subtrees) {
            return isRange()
                    ? MerkleTree.subset(export.from() - 1, export.to(), export.size(), subtrees)
                    : MerkleTree.subset(Arrays.copyOf(indexes, count), export.size(), subtrees);
        }

        void nothingWasErased() throws IOException {
            var ended = new Object() {
                boolean some;
            };
            salts.keys(KEYS_AT_ONCE, keys -> ended.some |= dataKeys.anyDestroyed(keys));
            if (ended.some) {
                throw new IOException("content of the export was erased while it was written");
            }
        }
    }
}
