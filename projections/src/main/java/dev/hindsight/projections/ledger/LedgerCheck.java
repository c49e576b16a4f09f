package dev.hindsight.projections.ledger;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.Frontier;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.Leaf;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.Tile;
import dev.hindsight.projections.readmodel.RawLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Derives the whole tree from the stored events and holds it against the tiles, the stored checkpoints and checkpoints
 * from outside. Reads only. For one thread.
 */
public final class LedgerCheck {

    /** How far around a difference it looks for where the event went. */
    private static final int AROUND = 256;

    private static final int PAGE = 1_000;

    /** What was changed, as far as that can be told. */
    public enum Kind {
        /** An event is not as it was sealed. */
        EVENT,
        /** The order has a hole, two events for a position, events outside, or ends too early. */
        LOG,
        /** The events agree with what was signed, the tiles do not. */
        TREE,
        /** A checkpoint is not signed as it should be, or is over another tree. */
        CHECKPOINT
    }

    /**
     * One difference.
     *
     * @param position where it is; where it can only be narrowed down, the first position that it may be at; null where
     *     it has no place
     * @param what a sentence without content of events
     */
    public record Finding(@Nullable Long position, Kind kind, String what) {}

    /**
     * What was checked and found.
     *
     * @param events that were derived
     * @param sealed size of the stored tree
     * @param checkpoints whose signature and root were checked
     * @param outside those of them that came from outside
     * @param findings those with the lowest position first; empty where everything agrees
     */
    public record Report(long events, long sealed, Hash root, int checkpoints, int outside, List<Finding> findings) {

        public Report {
            findings = List.copyOf(findings);
        }

        public @Nullable Finding first() {
            return findings.isEmpty() ? null : findings.getFirst();
        }
    }

    private final RawLog log;
    private final JdbcClient jdbc;
    private final KeyHistory keys;
    private final KeyHistory trusted;
    private final List<SignedNote> outside;
    private final long perSecond;
    private final LongConsumer progress;

    private final List<Finding> findings = new ArrayList<>();
    private final TreeMap<Long, List<Claim>> claims = new TreeMap<>();
    private final ArrayDeque<Signed> page = new ArrayDeque<>();
    private long pagedTo;
    private long lastSigned;
    private int checked;
    private final Map<Integer, StoredTile> upper = new HashMap<>();
    private int outsideClaims;

    /** A stored checkpoint. */
    private record Signed(long size, String note) {}

    /** A root that somebody signed. */
    private record Claim(String who, Hash root) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record StoredTile(long index, byte[] hashes, byte @Nullable [] headers) {

        @Nullable
        Hash hash(long number) {
            return at(hashes, number);
        }

        @Nullable
        Hash header(long number) {
            return headers == null ? null : at(headers, number);
        }

        private static @Nullable Hash at(byte[] bytes, long number) {
            int at = (int) (number % Tile.WIDTH) * Hash.LENGTH;
            return at + Hash.LENGTH <= bytes.length ? Hash.at(bytes, at) : null;
        }
    }

    /**
     * @param ledger reads the schema ledger
     * @param keys that the database publishes
     * @param trusted where outside checkpoints are believed; the same unless somebody kept a key
     * @param outside checkpoints that were kept elsewhere
     * @param perSecond events that are read a second at most; 0 for as fast as it goes
     * @param progress hears how many events are done, now and then
     */
    public LedgerCheck(
            RawLog log,
            DataSource ledger,
            KeyHistory keys,
            KeyHistory trusted,
            List<SignedNote> outside,
            long perSecond,
            LongConsumer progress) {
        this.log = log;
        this.jdbc = JdbcClient.create(ledger);
        this.keys = keys;
        this.trusted = trusted;
        this.outside = List.copyOf(outside);
        this.perSecond = perSecond;
        this.progress = progress;
    }

    /** Runs once. What is appended meanwhile is not looked at. */
    public Report run() throws InterruptedException {
        long sealed =
                jdbc.sql("SELECT size FROM ledger.sealed").query(Long.class).single();
        long head = log.head();
        outsideClaims(head);
        long upTo = Math.min(head, Math.max(sealed, claims.isEmpty() ? 0 : claims.lastKey()));
        if (head < sealed) {
            finding(
                    head + 1,
                    Kind.LOG,
                    "The log ends at position %d, the ledger has sealed %d: the last %d events are missing."
                            .formatted(head, sealed, sealed - head));
        }
        Frontier derived = derive(sealed, upTo);
        Signed beyond = nextSigned();
        if (beyond != null && beyond.size() > sealed) {
            finding(
                    sealed + 1,
                    Kind.TREE,
                    "A stored checkpoint is over %d events, the ledger has sealed %d."
                            .formatted(beyond.size(), sealed));
        }
        String unplaced = log.unplaced();
        if (unplaced != null) {
            finding(null, Kind.LOG, unplaced);
        }
        findings.sort(
                Comparator.comparingLong(finding -> finding.position() == null ? Long.MAX_VALUE : finding.position()));
        return new Report(derived.size(), sealed, derived.root(), checked, outsideClaims, findings);
    }

    private void finding(@Nullable Long position, Kind kind, String what) {
        findings.add(new Finding(position, kind, what));
    }

    /** The next stored checkpoint in the order of sizes, read in pages: there may be millions. */
    private @Nullable Signed nextSigned() {
        if (page.isEmpty() && pagedTo < lastSigned) {
            jdbc.sql("SELECT size, note FROM ledger.checkpoint WHERE size > ? AND size <= ? ORDER BY size LIMIT "
                            + PAGE)
                    .params(pagedTo, lastSigned)
                    .query((row, number) -> new Signed(row.getLong("size"), row.getString("note")))
                    .list()
                    .forEach(page::add);
            pagedTo = page.isEmpty() ? lastSigned : page.getLast().size();
        }
        return page.peek();
    }

    /** Every root that was signed over so many events. */
    private List<Claim> claimsOver(long size) {
        List<Claim> signed = new ArrayList<>(claims.getOrDefault(size, List.of()));
        for (Signed next = nextSigned(); next != null && next.size() <= size; next = nextSigned()) {
            page.remove();
            Checkpoint checkpoint = verified(keys, next.note());
            if (checkpoint == null || checkpoint.size() != next.size()) {
                finding(
                        null,
                        Kind.CHECKPOINT,
                        "The stored checkpoint over %d events is not signed by the log's key.".formatted(next.size()));
            } else {
                signed.add(new Claim("the stored checkpoint", checkpoint.root()));
            }
        }
        checked += signed.size();
        return signed;
    }

    private boolean isSignedOver(long size) {
        Signed next = nextSigned();
        return (next != null && next.size() <= size) || claims.containsKey(size);
    }

    private void outsideClaims(long head) {
        for (SignedNote note : outside) {
            Checkpoint checkpoint = verified(trusted, note.toString());
            if (checkpoint == null) {
                finding(
                        null,
                        Kind.CHECKPOINT,
                        "A checkpoint from outside is not signed by a key of this log: it is another log's, or the"
                                + " log's keys were exchanged.");
            } else if (checkpoint.size() > head) {
                finding(
                        head + 1,
                        Kind.LOG,
                        "A checkpoint from outside is over %d events, the log ends at position %d: it was cut off or"
                                        .formatted(checkpoint.size(), head)
                                + " rolled back.");
                outsideClaims++;
            } else {
                claim(checkpoint, "the checkpoint from outside");
                outsideClaims++;
            }
        }
    }

    private static @Nullable Checkpoint verified(KeyHistory keys, String note) {
        try {
            return keys.verified(SignedNote.parse(note)).orElse(null);
        } catch (MalformedLedgerException notOne) {
            return null;
        }
    }

    private void claim(Checkpoint checkpoint, String who) {
        claims.computeIfAbsent(checkpoint.size(), size -> new ArrayList<>()).add(new Claim(who, checkpoint.root()));
    }

    private Frontier derive(long sealed, long upTo) throws InterruptedException {
        Frontier tree = new Frontier();
        long changed = 0; // the first position whose leaf is not the sealed one; 0 while there is none
        long agreed = 0; // the last size at which a signed root agreed
        boolean disputed = false;
        boolean confirmed = false; // by a signed root over the changed position: the events are right
        long begun = System.nanoTime();
        try (RawLog.Reading reading = log.inOrder(0, upTo)) {
            for (List<RawLog.Stored> chunk = reading.next(); chunk != null; chunk = reading.next()) {
                Map<Long, StoredTile> leaves = leaves(tree.size(), tree.size() + chunk.size());
                for (RawLog.Stored event : chunk) {
                    long index = tree.size();
                    Leaf leaf = Leaf.of(event.header(), event.metadata(), event.payload());
                    Hash hash = leaf.hash();
                    StoredTile tile = index < sealed ? leaves.get(index / Tile.WIDTH) : null;
                    boolean same = index >= sealed
                            || (tile != null
                                    && hash.equals(tile.hash(index))
                                    && leaf.header().equals(tile.header(index)));
                    if (!same && changed == 0) {
                        changed = index + 1;
                    }
                    boolean compare = changed == 0;
                    tree.add(hash, (level, number, subtree) -> {
                        if (compare && level > 0 && level % 8 == 0 && index < sealed) {
                            upper(level / 8, number, subtree);
                        }
                    });
                    List<Claim> signed = isSignedOver(tree.size()) ? claimsOver(tree.size()) : List.of();
                    if (!signed.isEmpty()) {
                        Hash root = tree.root();
                        boolean agrees =
                                signed.stream().allMatch(claim -> claim.root().equals(root));
                        if (agrees) {
                            agreed = tree.size();
                            confirmed |= changed != 0;
                        } else if (!disputed) {
                            disputed = true;
                            disputed(signed, root, agreed, tree.size(), changed);
                        }
                    }
                }
                progress.accept(tree.size());
                pace(begun, tree.size());
            }
        } catch (RawLog.BrokenOrder broken) {
            finding(broken.position(), Kind.LOG, String.valueOf(broken.getMessage()));
        }
        if (changed != 0) {
            describe(changed, sealed, confirmed);
        }
        return tree;
    }

    private void disputed(List<Claim> signed, Hash root, long agreed, long size, long changed) {
        String who = signed.stream()
                .filter(claim -> !claim.root().equals(root))
                .map(Claim::who)
                .distinct()
                .reduce((one, other) -> one + " and " + other)
                .orElseThrow();
        if (changed == 0) {
            finding(
                    agreed + 1,
                    Kind.CHECKPOINT,
                    ("The events up to %d are not those over which %s was signed: the first difference is between"
                                    + " positions %d and %d. The ledger's own tree was made to agree with them.")
                            .formatted(size, who, agreed + 1, size));
        }
    }

    private void pace(long begun, long done) throws InterruptedException {
        if (perSecond > 0) {
            long due = begun + done * 1_000_000_000L / perSecond;
            long ahead = (due - System.nanoTime()) / 1_000_000;
            if (ahead > 0) {
                Thread.sleep(ahead);
            }
        }
    }

    private Map<Long, StoredTile> leaves(long from, long to) {
        Map<Long, StoredTile> tiles = new HashMap<>();
        jdbc.sql("SELECT index, hashes, headers FROM ledger.tile WHERE level = 0 AND index BETWEEN ? AND ?")
                .params(from / Tile.WIDTH, (to - 1) / Tile.WIDTH)
                .query(row -> {
                    long index = row.getLong("index");
                    tiles.put(index, new StoredTile(index, row.getBytes("hashes"), row.getBytes("headers")));
                });
        return tiles;
    }

    private void upper(int level, long number, Hash derived) {
        StoredTile tile = upper.get(level);
        if (tile == null || tile.index() != number / Tile.WIDTH) {
            tile = jdbc.sql("SELECT index, hashes FROM ledger.tile WHERE level = ? AND index = ?")
                    .params(level, number / Tile.WIDTH)
                    .query((row, each) -> new StoredTile(row.getLong("index"), row.getBytes("hashes"), null))
                    .optional()
                    .orElse(new StoredTile(number / Tile.WIDTH, new byte[0], null));
            upper.put(level, tile);
        }
        if (!derived.equals(tile.hash(number))) {
            long first = (number << (8 * level)) + 1;
            finding(
                    first,
                    Kind.TREE,
                    "The ledger's tile %d of level %d is not what the events from position %d on make of it."
                            .formatted(tile.index(), level, first));
        }
    }

    /** Says what is different at the first position that is. */
    private void describe(long position, long sealed, boolean confirmed) throws InterruptedException {
        long last = Math.min(position + AROUND, sealed);
        Map<Long, StoredTile> tiles = leaves(Math.max(0, position - 1 - AROUND), last);
        Map<Long, RawLog.Stored> events = new HashMap<>();
        try (RawLog.Reading reading = log.inOrder(position - 1, last)) {
            for (List<RawLog.Stored> chunk = reading.next(); chunk != null; chunk = reading.next()) {
                chunk.forEach(event -> events.put(event.header().position(), event));
            }
        } catch (RawLog.BrokenOrder further) {
            // What stands before it is enough; the hole is a finding of its own.
        }
        RawLog.Stored event = events.get(position);
        if (event == null) {
            return;
        }
        if (confirmed || isMissing(tiles, position)) {
            finding(
                    position,
                    Kind.TREE,
                    "The ledger's leaf of this event was changed; the event agrees with what was signed.");
            return;
        }
        finding(position, Kind.EVENT, sentence(position, event, tiles, events));
    }

    private static boolean isMissing(Map<Long, StoredTile> tiles, long position) {
        StoredTile tile = tiles.get((position - 1) / Tile.WIDTH);
        return tile == null || tile.hash(position - 1) == null;
    }

    private static String sentence(
            long position, RawLog.Stored event, Map<Long, StoredTile> tiles, Map<Long, RawLog.Stored> events) {
        Hash body = Leaf.body(event.metadata(), event.payload());
        StoredTile tile = tiles.get((position - 1) / Tile.WIDTH);
        if (tile != null && event.header().hash().equals(tile.header(position - 1))) {
            return "Its content (metadata or payload) is not what was sealed; its header is.";
        }
        if (isSealedAt(tiles, position, body)) {
            return "Its header (stream, version, name, revision, ids or times) is not what was sealed; its content is.";
        }
        RawLog.Stored next = events.get(position + 1);
        if (next != null && isSealedAt(tiles, position, Leaf.body(next.metadata(), next.payload()))) {
            return isSealedAt(tiles, position + 1, body)
                    ? "It was exchanged with the event at position %d.".formatted(position + 1)
                    : "It was inserted: what was sealed here stands at position %d now.".formatted(position + 1);
        }
        if (isSealedAt(tiles, position + 1, body)) {
            return "The event that was sealed here is missing: the one after it has moved up.";
        }
        for (int distance = 1; distance <= AROUND; distance++) {
            for (long other : new long[] {position + distance, position - distance}) {
                if (isSealedAt(tiles, other, body)) {
                    return "The event that was sealed at position %d stands here.".formatted(other);
                }
            }
        }
        return "Another event stands here: neither its header nor its content is what was sealed.";
    }

    /** Whether the content that was sealed at this position has this hash. */
    private static boolean isSealedAt(Map<Long, StoredTile> tiles, long position, Hash body) {
        StoredTile tile = tiles.get((position - 1) / Tile.WIDTH);
        Hash header = tile == null || position < 1 ? null : tile.header(position - 1);
        Hash leaf = tile == null || position < 1 ? null : tile.hash(position - 1);
        return header != null && new Leaf(header, body).hash().equals(leaf);
    }
}
