package dev.hindsight.ops.bundle;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.CheckpointFile;
import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.KeyRotation;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.MerkleTree.Placed;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.ops.bundle.Verdict.Finding;
import dev.hindsight.ops.bundle.Verdict.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Checks a bundle with no server: needs the JDK and the ledger's plain classes. {@code ops/docs/bundle.md} says step by
 * step what it does. The heap holds one event and the small files, however many events there are; what has to be looked up
 * lies in temporary files. One instance for one bundle.
 */
public final class BundleVerifier {

    /** A small part is not read beyond it. */
    private static final int SMALL = 64 << 20;

    /** So many things that are wrong are told one by one. */
    private static final int MOST_WRONG = 1_000;

    private static final int REACH = 3 * Long.BYTES;

    private static final Pattern SEAL =
            Pattern.compile("\"sealed\":\\{\"key\":\"([0-9a-f-]{36})\",\"nonce\":\"[^\"]*\","
                    + "\"ciphertext\":\"[^\"]*\",\"commitment\":\"([^\"]{44})\"}}$");

    private final Path file;
    private final @Nullable String trustedKey;
    private final @Nullable String outsideCheckpoints;
    private final List<Finding> findings = new ArrayList<>();

    private long wrongs;
    private long count;
    private long shown;
    private long opened;
    private long closed;
    private @Nullable Instant firstRecorded;
    private @Nullable Instant lastRecorded;

    /** The next position of the manifest's range that is not in the bundle so far. */
    private long missing;

    /**
     * Where a stream begins and ends in the bundle. Streams are told apart by the SHA-256 of their names: there may be more
     * of them than fit in memory.
     */
    private record Reach(long firstPosition, long firstVersion, long lastVersion) {

        static @Nullable Reach of(String stream, SpilledTable reaches) {
            byte[] value = reaches.get(key(stream));
            if (value == null) {
                return null;
            }
            ByteBuffer longs = ByteBuffer.wrap(value);
            return new Reach(longs.getLong(), longs.getLong(), longs.getLong());
        }

        void put(String stream, SpilledTable reaches) throws IOException {
            reaches.put(
                    key(stream),
                    ByteBuffer.allocate(REACH)
                            .putLong(firstPosition)
                            .putLong(firstVersion)
                            .putLong(lastVersion)
                            .array());
        }

        private static byte[] key(String stream) {
            return Hash.sha256(BundleParts.utf8(stream)).bytes();
        }
    }

    private BundleVerifier(Path file, @Nullable String trustedKey, @Nullable String outsideCheckpoints) {
        this.file = file;
        this.trustedKey = trustedKey;
        this.outsideCheckpoints = outsideCheckpoints;
    }

    /**
     * @param trustedKey the log's first public key, as a vkey, from elsewhere than from the bundle; null: the bundle's own
     *     is taken, and the verdict says so
     * @param outsideCheckpoints what somebody kept: signed notes one after the other, checkpoints and hand-overs to later
     *     keys; null: none
     * @throws IOException when the file cannot be read, or the folder for temporary files has no room; whatever is wrong
     *     inside the file is a finding
     */
    public static Verdict verify(Path file, @Nullable String trustedKey, @Nullable String outsideCheckpoints)
            throws IOException {
        BundleVerifier verifier = new BundleVerifier(file, trustedKey, outsideCheckpoints);
        try {
            verifier.verify();
        } catch (MalformedBundleException | MalformedLedgerException malformed) {
            verifier.wrong(null, "This is no whole bundle: " + malformed.getMessage() + ".");
        } catch (ZipException noArchive) {
            verifier.wrong(null, "This is no ZIP archive, or a damaged one: " + noArchive.getMessage() + ".");
        } catch (UncheckedIOException damaged) {
            verifier.wrong(null, "The archive is damaged: " + damaged.getMessage() + ".");
        }
        if (verifier.wrongs > MOST_WRONG) {
            verifier.findings.add(new Finding(
                    Kind.WRONG, null, "And so on: " + (verifier.wrongs - MOST_WRONG) + " more are not told."));
        }
        return new Verdict(verifier.findings);
    }

    private void verify() throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            knownParts(zip);
            Manifest manifest = Manifest.parse(small(zip, BundleParts.MANIFEST));
            if (!small(zip, BundleParts.README).equals(BundleParts.readme(manifest))) {
                wrong(null, "README.txt is not the text that belongs to this bundle.");
            }
            Optional<Checkpoint> signed = checkpoint(zip, manifest);
            Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
            try (SpilledTable salts = new SpilledTable(temporary, BundleParts.KEY_ID, BundleParts.SALT);
                    SpilledTable reaches = new SpilledTable(temporary, Hash.LENGTH, REACH)) {
                salts(zip, salts);
                boolean inTree = events(zip, manifest, signed, salts, reaches);
                if (signed.isPresent()) {
                    tree(inTree);
                    outside(zip, signed.get());
                }
                completeness(manifest, reaches);
            }
            content();
            times(zip);
        }
    }

    /** What nobody checks must not stand among what is proved. */
    private static void knownParts(ZipFile zip) {
        Set<String> seen = new HashSet<>();
        zip.stream().map(ZipEntry::getName).forEach(name -> {
            if (!BundleParts.isOne(name)) {
                throw new MalformedBundleException("it has a file that belongs to no bundle");
            } else if (!seen.add(name)) {
                throw new MalformedBundleException(name + " stands in it twice");
            }
        });
    }

    /** The checkpoint, where it is signed by a key that is trusted. */
    private Optional<Checkpoint> checkpoint(ZipFile zip, Manifest manifest) throws IOException {
        SignedNote note = SignedNote.parse(small(zip, BundleParts.CHECKPOINT));
        Optional<Checkpoint> signed = keys(zip, manifest.origin()).verified(note);
        if (signed.isEmpty()) {
            wrong(
                    null,
                    trustedKey == null
                            ? "checkpoint.txt is not signed by the key in the bundle."
                            : "checkpoint.txt is not signed by the key given, nor by one that it handed over to.");
            return signed;
        }
        Checkpoint checkpoint = signed.get();
        if (checkpoint.size() != manifest.size()) {
            wrong(null, "manifest.txt speaks of another checkpoint than checkpoint.txt.");
        }
        proved("The log " + checkpoint.origin() + " had " + checkpoint.size() + " events with the root "
                + checkpoint.root().base64() + ": signed.");
        if (trustedKey == null) {
            notProved("Whose signature that is: the key came with the bundle ("
                    + small(zip, BundleParts.KEY).strip()
                    + "). Compare it with the one that the helpdesk publishes, or give that with --key.");
        }
        return signed;
    }

    private KeyHistory keys(ZipFile zip, String origin) throws IOException {
        List<String> names = zip.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.startsWith(BundleParts.ROTATIONS))
                .sorted()
                .toList();
        List<SignedNote> rotations = new ArrayList<>();
        for (String name : names) {
            rotations.add(SignedNote.parse(small(zip, name)));
        }
        String key = trustedKey == null ? small(zip, BundleParts.KEY) : trustedKey;
        return KeyHistory.of(origin, VerifierKey.parse(key.strip()), rotations);
    }

    private static void salts(ZipFile zip, SpilledTable salts) throws IOException {
        try (BufferedReader lines = lines(zip, BundleParts.SALTS)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                BundleParts.Salt salt = BundleParts.Salt.parse(line);
                if (!salts.put(salt.key(), salt.salt())) {
                    throw new MalformedBundleException(BundleParts.SALTS + " holds a key twice");
                }
            }
        }
    }

    /**
     * Reads all events once; the way through the tree asks for one after the other.
     *
     * @return whether they stand in the tree that is signed; false where none is
     */
    private boolean events(
            ZipFile zip, Manifest manifest, Optional<Checkpoint> signed, SpilledTable salts, SpilledTable reaches)
            throws IOException {
        missing = manifest.headersFrom();
        boolean inTree = false;
        try (BufferedReader events = lines(zip, BundleParts.EVENTS);
                BufferedReader readable = lines(zip, BundleParts.READABLE);
                BufferedReader proof = lines(zip, BundleParts.TREE)) {
            Iterator<Placed> leaves = new Events(events, readable, manifest, salts, reaches);
            if (signed.isPresent()) {
                Checkpoint checkpoint = signed.get();
                inTree = MerkleTree.includesSubset(
                        leaves,
                        checkpoint.size(),
                        proof.lines().map(BundleParts::hash).iterator(),
                        checkpoint.root());
            }
            leaves.forEachRemaining(rest -> {}); // they are checked as they are read
            if (readable.readLine() != null) {
                wrong(null, "events.ndjson has lines of events that are not in the bundle.");
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (count == 0) {
            wrong(null, "There are no events in the bundle.");
        }
        return inTree;
    }

    /** The leaves of the bundle's events, each event checked when it is come to. */
    private final class Events implements Iterator<Placed> {

        private final BufferedReader events;
        private final BufferedReader readable;
        private final Manifest manifest;
        private final SpilledTable salts;
        private final SpilledTable reaches;
        private long last;
        private @Nullable Placed next;

        Events(
                BufferedReader events,
                BufferedReader readable,
                Manifest manifest,
                SpilledTable salts,
                SpilledTable reaches) {
            this.events = events;
            this.readable = readable;
            this.manifest = manifest;
            this.salts = salts;
            this.reaches = reaches;
        }

        @Override
        public boolean hasNext() {
            try {
                while (next == null) {
                    String line = events.readLine();
                    if (line == null) {
                        return false;
                    }
                    next = checked(BundleEntry.parse(line));
                }
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Placed next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Placed its = Objects.requireNonNull(next, "there is one");
            next = null;
            return its;
        }

        /** Null for one that has no place. */
        private @Nullable Placed checked(BundleEntry entry) throws IOException {
            EventHeader header;
            try {
                header = entry.parsedHeader();
            } catch (MalformedLedgerException malformed) {
                wrong(null, "An event after position " + last + " has no header: " + malformed.getMessage() + ".");
                return null;
            }
            if (header.position() <= last) {
                wrong(header.position(), "Position " + header.position() + " stands after " + last + ".");
                return null;
            }
            last = header.position();
            count++;
            missing = missing == last ? last + 1 : missing;
            asRecorded(header, entry);
            inStream(header, reaches);
            if (entry.body() != null) {
                shown++;
                sealed(header, entry, salts);
                if (!entry.readable().equals(readable.readLine())) {
                    wrong(last, "events.ndjson does not say what is stored at position " + last + ".");
                }
            } else if (manifest.asksFor(header)) {
                wrong(last, "The content of position " + last + " was asked for and is not in the bundle.");
            }
            if (firstRecorded == null) {
                firstRecorded = header.recordedAt();
            }
            lastRecorded = header.recordedAt();
            return new Placed(last - 1, entry.leaf());
        }
    }

    /** Header and body lead to the leaf that stands in the bundle; whether that is in the tree is asked later. */
    private void asRecorded(EventHeader header, BundleEntry entry) {
        boolean fits = entry.computedLeaf().equals(entry.leaf());
        boolean bodyFits = entry.body() == null || entry.body().hash().equals(entry.bodyHash());
        if (!fits) {
            wrong(
                    header.position(),
                    "Position " + header.position() + " is not as it was recorded: its "
                            + (bodyFits ? "header (place, stream, name or times)" : "content") + " was changed.");
        } else if (!bodyFits) {
            wrong(
                    header.position(),
                    "The bundle has another hash for the content of position " + header.position() + ".");
        }
    }

    /** Versions of a stream follow on one another. */
    private void inStream(EventHeader header, SpilledTable reaches) throws IOException {
        Reach before = Reach.of(header.stream(), reaches);
        if (before != null && header.version() != before.lastVersion() + 1) {
            wrong(
                    header.position(),
                    "Position " + header.position() + " is version " + header.version() + " of " + header.stream()
                            + ", and the one before it in the bundle is version " + before.lastVersion() + ".");
        }
        new Reach(
                        before == null ? header.position() : before.firstPosition(),
                        before == null ? header.version() : before.firstVersion(),
                        header.version())
                .put(header.stream(), reaches);
    }

    /** What was sealed is what is shown as it in clear. */
    private void sealed(EventHeader header, BundleEntry entry, SpilledTable salts) {
        BundleEntry.Body body = entry.body();
        Matcher seal = SEAL.matcher(body == null ? "" : new String(body.payload(), StandardCharsets.UTF_8));
        if (!seal.find()) {
            if (entry.personal() != null) {
                wrong(header.position(), "Position " + header.position() + " shows personal content and has none.");
            }
            return;
        }
        if (entry.personal() == null) {
            closed++;
            return;
        }
        byte[] salt = saltOf(seal.group(1), salts);
        byte[] binding = BundleParts.utf8(String.join(
                        "\n", "hindsight-sealed-1", header.name(), header.revision(), header.stream(), seal.group(1))
                + "\n");
        if (salt == null
                || !Base64.getEncoder()
                        .encodeToString(hmac(salt, binding, entry.personal()))
                        .equals(seal.group(2))) {
            wrong(
                    header.position(),
                    "The personal content shown for position " + header.position() + " is not what was stored.");
        } else {
            opened++;
        }
    }

    private static byte @Nullable [] saltOf(String key, SpilledTable salts) {
        try {
            return salts.get(BundleParts.keyId(key));
        } catch (IllegalArgumentException noId) {
            return null;
        }
    }

    private static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no HMAC-SHA-256", e);
        }
    }

    private void tree(boolean inTree) {
        if (!inTree) {
            wrong(
                    null,
                    "The events of the bundle do not lead to the root of the checkpoint: events or hashes were changed, or"
                            + " they are of another log.");
        } else if (good()) {
            proved(count + " events stand in the log where and as they were recorded, " + shown
                    + " of them with their content.");
        }
    }

    /** Somebody else's copies of the log's past say the same. */
    private void outside(ZipFile zip, Checkpoint checkpoint) throws IOException {
        if (outsideCheckpoints == null) {
            return;
        }
        CheckpointFile given = CheckpointFile.parse(outsideCheckpoints);
        if (given.unreadable() > 0 || given.notes().isEmpty()) {
            wrong(null, "What was given as checkpoint is none, or not whole: it has parts that are no signed notes.");
        }
        NavigableSet<Long> same = new TreeSet<>();
        NavigableSet<Long> withoutProof = new TreeSet<>();
        Map<Long, List<Hash>> proofs = BundleParts.proofs(small(zip, BundleParts.CONSISTENCY));
        for (Checkpoint kept : kept(zip, checkpoint.origin(), given.notes())) {
            long size = kept.size();
            List<Hash> proof = size == checkpoint.size() ? List.of() : proofs.get(size);
            if (proof == null) {
                withoutProof.add(size);
            } else if (MerkleTree.consistent(size, kept.root(), checkpoint.size(), checkpoint.root(), proof)) {
                same.add(size);
            } else {
                wrong(
                        null,
                        "The log was rewritten: its first " + size + " events are not those of the checkpoint given.");
            }
        }
        if (!same.isEmpty()) {
            proved("The log begins as the checkpoint given says: its first " + same.last()
                    + " events were not rewritten since.");
        }
        if (!withoutProof.isEmpty()) {
            notProved("That the log begins as the checkpoint given says: the bundle has no proof from its size "
                    + withoutProof.last() + " to " + checkpoint.size()
                    + (withoutProof.size() == 1 ? "" : ", nor from " + (withoutProof.size() - 1) + " other sizes given")
                    + ". Ask for an export made after it that names this checkpoint (checkpointSize).");
        }
    }

    /** Those of the notes that are checkpoints of this log; of the others something is wrong, but for hand-overs. */
    private List<Checkpoint> kept(ZipFile zip, String origin, List<SignedNote> notes) throws IOException {
        KeyHistory keys = keys(zip, origin);
        try {
            keys = keys.and(notes.stream().filter(KeyRotation::is).toList());
        } catch (MalformedLedgerException noHandOver) {
            wrong(null, "A hand-over given with the checkpoint is none: " + noHandOver.getMessage() + ".");
        }
        List<Checkpoint> kept = new ArrayList<>();
        for (SignedNote note : notes) {
            if (KeyRotation.is(note)) {
                continue;
            }
            try {
                Optional<Checkpoint> verified = keys.verified(note);
                if (verified.isPresent()) {
                    kept.add(verified.get());
                } else {
                    wrong(null, "The checkpoint given is not of this log, or not signed by its key.");
                }
            } catch (MalformedLedgerException noCheckpoint) {
                wrong(null, "What was given as checkpoint is none: " + noCheckpoint.getMessage() + ".");
            }
        }
        return kept;
    }

    private void completeness(Manifest manifest, SpilledTable reaches) {
        boolean ranged = manifest.headersTo() > 0;
        if (ranged && missing <= manifest.headersTo()) {
            wrong(missing, "Position " + missing + " of the range that manifest.txt names is not in the bundle.");
            return;
        }
        if (!good()) {
            return;
        }
        notProved("That this is what somebody asked for as \"" + manifest.words() + "\": nobody signed these words.");
        if (manifest.streams().isEmpty()) {
            if (ranged) {
                proved("Complete: every event of positions " + manifest.headersFrom() + " to " + manifest.headersTo()
                        + " is in the bundle.");
            } else {
                notProved("Completeness: the bundle names no range.");
            }
            return;
        }
        boolean fromTheirFirst = manifest.streams().stream().allMatch(stream -> {
            Reach reach = Reach.of(stream, reaches);
            return reach != null && reach.firstVersion() == 1;
        });
        // An event of theirs may lie between the last one shown and a range that begins later.
        boolean reachesBack = manifest.streams().stream()
                .map(stream -> Reach.of(stream, reaches))
                .allMatch(reach -> reach != null && manifest.headersFrom() <= reach.firstPosition());
        if (!fromTheirFirst) {
            wrong(null, "A stream that manifest.txt names does not begin with its first event in the bundle.");
        } else if (ranged && reachesBack && manifest.headersTo() == manifest.size()) {
            proved("Complete: the " + manifest.streams().size()
                    + " streams asked for have no other event up to position " + manifest.size() + ". They are "
                    + String.join(", ", manifest.streams()) + ".");
        } else {
            proved("Nothing was left out between the first and the last event shown of each of the "
                    + manifest.streams().size() + " streams asked for.");
            notProved("Completeness: whether these streams have later events in the log is not shown.");
        }
    }

    private void content() {
        if (!good()) {
            return;
        }
        if (opened > 0) {
            proved("The personal content shown of " + opened + " events is what was stored.");
        }
        if (closed > 0) {
            notProved("The personal content of " + closed + " events: it was erased, or is withheld.");
        }
    }

    private void times(ZipFile zip) throws IOException {
        if (firstRecorded != null && lastRecorded != null && good()) {
            proved("Recorded between " + firstRecorded + " and " + lastRecorded + " by the helpdesk's own clock.");
        }
        byte @Nullable [] token = bytes(zip, BundleParts.TIMESTAMP);
        if (token == null) {
            notProved("When the checkpoint was signed: no third party stamped its time.");
            return;
        }
        Optional<Instant> stamped = TimestampToken.timeOf(token, bytesOf(zip, BundleParts.CHECKPOINT));
        if (stamped.isEmpty()) {
            wrong(null, "timestamp.tsr is not of this checkpoint.");
        } else {
            notProved("A time stamp says that the checkpoint existed at " + stamped.get()
                    + "; check its signature with openssl ts -verify (README.txt).");
        }
    }

    private boolean good() {
        return wrongs == 0;
    }

    private void proved(String text) {
        findings.add(new Finding(Kind.PROVED, null, Manifest.plain(text)));
    }

    private void notProved(String text) {
        findings.add(new Finding(Kind.NOT_PROVED, null, Manifest.plain(text)));
    }

    private void wrong(@Nullable Long position, String text) {
        wrongs++;
        if (wrongs <= MOST_WRONG) {
            findings.add(new Finding(Kind.WRONG, position, Manifest.plain(text)));
        }
    }

    private static BufferedReader lines(ZipFile zip, String name) throws IOException {
        return new BufferedReader(new InputStreamReader(stream(zip, name), StandardCharsets.UTF_8), 1 << 16);
    }

    private static InputStream stream(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new MalformedBundleException(name + " is missing");
        }
        return zip.getInputStream(entry);
    }

    private static String small(ZipFile zip, String name) throws IOException {
        return new String(bytesOf(zip, name), StandardCharsets.UTF_8);
    }

    private static byte[] bytesOf(ZipFile zip, String name) throws IOException {
        try (InputStream in = stream(zip, name)) {
            byte[] bytes = in.readNBytes(SMALL + 1);
            if (bytes.length > SMALL) {
                throw new MalformedBundleException(name + " is longer than it can be");
            }
            return bytes;
        }
    }

    private static byte @Nullable [] bytes(ZipFile zip, String name) throws IOException {
        return zip.getEntry(name) == null ? null : bytesOf(zip, name);
    }
}
