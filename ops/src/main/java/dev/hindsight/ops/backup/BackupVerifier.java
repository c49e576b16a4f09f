package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.KeyRotation;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.ops.backup.Segment.Damaged;
import dev.hindsight.ops.backup.Segment.Range;
import dev.hindsight.ops.codec.keys.KeyOwner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks a backup without restoring it: every file, that no position is missing, the tree against everything that was
 * signed, the keys of what is sealed, the contents of attachments. Needs no server and no database. For one thread.
 */
public final class BackupVerifier {

    static final String EPOCH_STARTED = "log.epoch-started";
    private static final Set<String> ERASURES = Set.of("person.data-erased", "ticket.content-erased");
    private static final String ATTACHMENT_ADDED = "ticket.attachment-added";
    private static final byte[] SEALED = "\"sealed\":{\"key\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int UUID_TEXT = 36;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final BackupStore store;
    private final @Nullable BackupStore keyStore;

    private final List<String> wrong = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Set<UUID> sealedUnder = new HashSet<>();
    private final Set<String> erased = new TreeSet<>();
    private final Map<String, Long> contents = new HashMap<>();
    private @Nullable Long firstWrong;
    private @Nullable UUID logId;
    private @Nullable Instant recordedFrom;
    private @Nullable Instant recordedTo;
    private @Nullable VerifierKey signsNow;
    private int epoch = 1;
    private long provedUpTo;
    private long seen;
    private long missingKeys;
    private long destroyedKeys;

    /** @param keyStore where the keys lie; null where they are not looked at */
    public BackupVerifier(BackupStore store, @Nullable BackupStore keyStore) {
        this.store = store;
        this.keyStore = keyStore;
    }

    /**
     * @param trusted the log's first public key, from elsewhere than the backup; null for the one in it
     * @param outside signed notes that somebody kept: checkpoints, and hand-overs to keys that the backup does not know
     * @param cursor the highest position that a reader has seen; 0 where none is known
     * @throws IOException where the place does not answer
     */
    public BackupVerdict verify(@Nullable VerifierKey trusted, List<String> outside, long cursor) throws IOException {
        LogChain chain = LogChain.of(store);
        seen = cursor;
        Range hole = chain.behindHole();
        if (hole != null) {
            wrong(chain.last() + 1, "positions %d to %d are missing".formatted(chain.last() + 1, hole.first() - 1));
        }
        if (chain.ranges().isEmpty() && hole == null) {
            wrong(null, "there is no backup of a log in " + store);
        }
        List<Segment> segments = new ArrayList<>();
        Map<Long, List<Checkpoint>> signed = new TreeMap<>();
        Map<Long, String> where = new HashMap<>();
        try {
            for (Range range : chain.ranges()) {
                Segment segment = chain.manifest(range);
                segments.add(segment);
                collect(segment, trusted, signed, where);
            }
        } catch (Damaged damaged) {
            wrong(damaged.position(), String.valueOf(damaged.getMessage()));
        }
        collectOutside(outside, segments, trusted, signed, where);
        read(chain, segments, signed, where);
        int checkpoints = signed.values().stream().mapToInt(List::size).sum();
        long last = segments.isEmpty() ? 0 : segments.getLast().last();
        if (checkpoints == 0 && last > 0) {
            notes.add("No checkpoint was signed yet: that nothing was changed before it was shipped is not proved.");
        } else if (trusted == null && last > 0) {
            notes.add("The key is the backup's own: give the one that you know with --key.");
        }
        if (seen > last) {
            notes.add(
                    "The backup is older than what was seen outside: it ends at position %d, and %d was seen; %d events are missing."
                            .formatted(last, seen, seen - last));
        }
        keys();
        contents();
        return new BackupVerdict(
                List.copyOf(wrong),
                firstWrong,
                List.copyOf(notes),
                logId,
                last,
                recordedFrom,
                recordedTo,
                segments.size(),
                checkpoints,
                provedUpTo,
                seen,
                sealedUnder.size(),
                missingKeys,
                destroyedKeys,
                Set.copyOf(erased),
                epoch);
    }

    private void wrong(@Nullable Long position, String what) {
        wrong.add(what);
        if (position != null && (firstWrong == null || position < firstWrong)) {
            firstWrong = position;
        }
    }

    private void collect(
            Segment segment,
            @Nullable VerifierKey trusted,
            Map<Long, List<Checkpoint>> signed,
            Map<Long, String> where) {
        if (segment.checkpoint() == null) {
            return;
        }
        try {
            KeyHistory keys = segment.keys(trusted);
            if (keys != null) {
                signsNow = keys.current();
            }
            SignedNote note = SignedNote.parse(segment.checkpoint());
            boolean another = trusted != null && !trusted.toString().equals(segment.firstKey());
            Checkpoint checkpoint =
                    keys == null || another ? null : keys.verified(note).orElse(null);
            if (checkpoint == null) {
                wrong(
                        segment.first(),
                        segment.range().manifest() + ": the checkpoint is not signed by "
                                + (trusted == null ? "the log's key" : "the key that was given"));
            } else if (checkpoint.size() > segment.last()) {
                wrong(segment.first(), segment.range().manifest() + ": the checkpoint is of later events");
            } else {
                List<Checkpoint> same = signed.computeIfAbsent(checkpoint.size(), none -> new ArrayList<>());
                if (!same.contains(checkpoint)) {
                    same.add(checkpoint);
                }
                where.putIfAbsent(checkpoint.size(), segment.range().manifest());
            }
        } catch (MalformedLedgerException e) {
            wrong(
                    segment.first(),
                    segment.range().manifest() + ": checkpoint or keys can't be read: " + e.getMessage());
        }
    }

    private void collectOutside(
            List<String> outside,
            List<Segment> segments,
            @Nullable VerifierKey trusted,
            Map<Long, List<Checkpoint>> signed,
            Map<Long, String> where) {
        List<SignedNote> kept = new ArrayList<>();
        List<SignedNote> handOvers = new ArrayList<>();
        for (String text : outside) {
            try {
                SignedNote note = SignedNote.parse(text);
                (KeyRotation.is(note) ? handOvers : kept).add(note);
            } catch (MalformedLedgerException e) {
                wrong(null, "the outside checkpoint can't be read: " + e.getMessage());
            }
        }
        for (SignedNote note : kept) {
            try {
                KeyHistory keys = keys(segments, trusted);
                Checkpoint checkpoint =
                        keys == null ? null : keys.and(handOvers).verified(note).orElse(null);
                if (checkpoint == null) {
                    wrong(
                            null,
                            "the outside checkpoint is not signed by the log's key, nor by one that took over after the"
                                    + " backup and whose hand-over was given with it");
                } else {
                    seen = Math.max(seen, checkpoint.size());
                    if (segments.isEmpty()
                            || checkpoint.size() <= segments.getLast().last()) {
                        signed.computeIfAbsent(checkpoint.size(), none -> new ArrayList<>())
                                .add(checkpoint);
                        where.put(checkpoint.size(), "the outside checkpoint");
                    }
                }
            } catch (MalformedLedgerException e) {
                wrong(null, "the outside checkpoint can't be read: " + e.getMessage());
            }
        }
    }

    /** As the newest segment tells them; null where no key is known. */
    private static @Nullable KeyHistory keys(List<Segment> segments, @Nullable VerifierKey trusted) {
        for (Segment segment : segments.reversed()) {
            KeyHistory keys = segment.keys(trusted);
            if (keys != null) {
                return keys;
            }
        }
        return trusted == null ? null : KeyHistory.of(trusted.name(), trusted, List.of());
    }

    private void read(
            LogChain chain, List<Segment> segments, Map<Long, List<Checkpoint>> signed, Map<Long, String> where)
            throws IOException {
        GrowingTree tree = GrowingTree.empty();
        check(tree, signed, where);
        for (Segment segment : segments) {
            if (logId == null) {
                logId = segment.logId();
                recordedFrom = segment.recordedFrom();
            } else if (!logId.equals(segment.logId())) {
                wrong(segment.first(), segment.range().manifest() + " is of another log");
            }
            try {
                GrowingTree growing = tree;
                chain.read(segment, event -> {
                    growing.add(event.leaf());
                    check(growing, signed, where);
                    look(event);
                    long position = event.header().position();
                    if ((position == segment.first()
                                    && !event.header().recordedAt().equals(segment.recordedFrom()))
                            || (position == segment.last()
                                    && !(event.header().recordedAt().equals(segment.recordedTo())
                                            && event.leaf().base64().equals(segment.leaf())))) {
                        wrong(position, segment.range().manifest() + " says something else of position " + position);
                    }
                });
                if (!tree.root().base64().equals(segment.root())
                        || !tree.edge().equals(segment.tree().edge())) {
                    wrong(
                            segment.first(),
                            "the events of %s, or some before, are not those that the manifest was written for"
                                    .formatted(segment.range().file()));
                }
                recordedTo = segment.recordedTo();
            } catch (Damaged damaged) {
                wrong(damaged.position(), String.valueOf(damaged.getMessage()));
                tree = segment.tree(); // what comes after may still be told
            }
        }
    }

    private void check(GrowingTree tree, Map<Long, List<Checkpoint>> signed, Map<Long, String> where) {
        for (Checkpoint checkpoint : signed.getOrDefault(tree.size(), List.of())) {
            if (checkpoint.root().equals(tree.root())) {
                provedUpTo = Math.max(provedUpTo, tree.size());
            } else {
                wrong(
                        firstWrong == null ? provedUpTo + 1 : firstWrong,
                        "the first %d events are not those that were signed (%s)"
                                .formatted(tree.size(), where.get(tree.size())));
            }
        }
    }

    private void look(SegmentFile.Entry event) {
        UUID key = sealedUnder(event.payload());
        if (key != null) {
            sealedUnder.add(key);
        }
        String name = event.header().name();
        if (ERASURES.contains(name)) {
            String owner = KeyOwner.ofStream(event.header().stream());
            if (owner != null) {
                erased.add(owner);
            }
        } else if (name.equals(EPOCH_STARTED)) {
            epoch = Math.max(epoch, JSON.readTree(event.payload()).path("epoch").asInt(epoch));
        } else if (name.equals(ATTACHMENT_ADDED)) {
            JsonNode content = JSON.readTree(event.payload()).path("content");
            if (content.isString()) {
                contents.putIfAbsent(content.asString(), event.header().position());
            }
        }
    }

    /** The key that seals content of an event; null where nothing is sealed. Such bytes stand in no JSON string. */
    static @Nullable UUID sealedUnder(byte[] payload) {
        for (int at = payload.length - SEALED.length - UUID_TEXT; at >= 0; at--) {
            int same = 0;
            while (same < SEALED.length && payload[at + same] == SEALED[same]) {
                same++;
            }
            if (same == SEALED.length) {
                try {
                    return UUID.fromString(
                            new String(payload, at + SEALED.length, UUID_TEXT, StandardCharsets.US_ASCII));
                } catch (IllegalArgumentException other) {
                    return null;
                }
            }
        }
        return null;
    }

    private void keys() throws IOException {
        if (keyStore == null) {
            notes.add("The keys were not looked at.");
            return;
        }
        KeysManifest manifest = KeysManifest.of(keyStore);
        if (manifest == null) {
            if (!sealedUnder.isEmpty()) {
                wrong(
                        null,
                        "there is no backup of the keys in %s, and %d of them seal content"
                                .formatted(keyStore, sealedUnder.size()));
                missingKeys = sealedUnder.size();
            }
            return;
        }
        if (logId != null && !logId.equals(manifest.logId())) {
            wrong(null, "the keys in " + keyStore + " are those of another log");
        }
        Set<UUID> missing = new HashSet<>(sealedUnder);
        boolean signs = signsNow == null;
        for (KeysManifest.Table table : manifest.tables()) {
            int id = table.columns().indexOf("key_id");
            int wrapped = table.columns().indexOf("wrapped_key");
            for (KeysManifest.Part part : table.parts()) {
                byte[] rows = rows(keyStore, table.name(), part);
                signs |= table.name().equals("signing_key")
                        && new String(rows, StandardCharsets.UTF_8).contains(String.valueOf(signsNow));
                if (rows.length == 0 || !table.name().equals("data_key") || id < 0 || wrapped < 0) {
                    continue;
                }
                for (String line : new String(rows, StandardCharsets.UTF_8).split("\n", -1)) {
                    String[] values = line.split("\t", -1);
                    if (values.length > Math.max(id, wrapped)) {
                        UUID key = UUID.fromString(values[id]);
                        if (missing.remove(key) && values[wrapped].equals("\\N")) {
                            destroyedKeys++;
                        }
                    }
                }
            }
        }
        if (!signs) {
            wrong(
                    null,
                    "the keys in %s are older than the log: the key that signs its checkpoints by now (%s) is not among them"
                            .formatted(keyStore, signsNow));
        }
        missingKeys = missing.size();
        if (missingKeys > 0) {
            wrong(
                    null,
                    "%d of %d keys that seal content are not among the keys in %s: their content can't be read again"
                            .formatted(missingKeys, sealedUnder.size(), keyStore));
        }
    }

    /** @return empty where the file is not what was written, which is said */
    private byte[] rows(BackupStore from, String table, KeysManifest.Part part) throws IOException {
        byte[] rows;
        try (InputStream in = from.open(part.file(table))) {
            rows = in.readAllBytes();
        } catch (NoSuchFileException none) {
            wrong(null, part.file(table) + " is missing: the keys in it can't be restored");
            return new byte[0];
        }
        MessageDigest sha256 = ContentsBackup.sha256();
        if (!HexFormat.of().formatHex(sha256.digest(rows)).equals(part.sha256())) {
            wrong(null, part.file(table) + " is not the file that was written");
            return new byte[0];
        }
        return rows;
    }

    /** That contents are missing is no fault: those that nothing refers to any more are deleted. */
    private void contents() throws IOException {
        Set<String> there = new HashSet<>();
        for (String name : store.names(ContentsBackup.FOLDER)) {
            String content = name.substring(name.lastIndexOf('/') + 1);
            MessageDigest sha256 = ContentsBackup.sha256();
            try (InputStream in = store.open(name)) {
                byte[] buffer = new byte[1 << 16];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    sha256.update(buffer, 0, read);
                }
            }
            if (HexFormat.of().formatHex(sha256.digest()).equals(content)) {
                there.add(content);
            } else {
                wrong(contents.get(content), name + " is not the content that was stored");
            }
        }
        long absent = contents.keySet().stream()
                .filter(content -> !there.contains(content))
                .count();
        if (absent > 0) {
            notes.add("%d of %d contents of attachments are not there: taken away, erased, or not copied."
                    .formatted(absent, contents.size()));
        }
    }
}
