package dev.hindsight.ops.bundle;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import dev.hindsight.ops.bundle.Verdict.Finding;
import dev.hindsight.ops.bundle.Verdict.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
 * step what it does. One instance for one bundle.
 */
public final class BundleVerifier {

    /** A small part is not read beyond it. */
    private static final int SMALL = 64 << 20;

    private static final Pattern SEAL =
            Pattern.compile("\"sealed\":\\{\"key\":\"([0-9a-f-]{36})\",\"nonce\":\"[^\"]*\","
                    + "\"ciphertext\":\"[^\"]*\",\"commitment\":\"([^\"]{44})\"}}$");

    private final Path file;
    private final @Nullable String trustedKey;
    private final @Nullable String outsideCheckpoint;
    private final List<Finding> findings = new ArrayList<>();

    private long[] positions = new long[1_024];
    private Hash[] leaves = new Hash[1_024];
    private int count;
    private int shown;
    private int opened;
    private int closed;
    private @Nullable Instant firstRecorded;
    private @Nullable Instant lastRecorded;

    /** Where a stream begins and ends in the bundle. */
    private record Reach(long firstPosition, long firstVersion, long lastVersion) {}

    private final Map<String, Reach> reaches = new HashMap<>();

    private BundleVerifier(Path file, @Nullable String trustedKey, @Nullable String outsideCheckpoint) {
        this.file = file;
        this.trustedKey = trustedKey;
        this.outsideCheckpoint = outsideCheckpoint;
    }

    /**
     * @param trustedKey the log's first public key, as a vkey, from elsewhere than from the bundle; null: the bundle's own
     *     is taken, and the verdict says so
     * @param outsideCheckpoint a checkpoint that somebody kept, as the text of a signed note; null: none
     * @throws IOException when the file cannot be read; whatever is wrong inside it is a finding
     */
    public static Verdict verify(Path file, @Nullable String trustedKey, @Nullable String outsideCheckpoint)
            throws IOException {
        BundleVerifier verifier = new BundleVerifier(file, trustedKey, outsideCheckpoint);
        try {
            verifier.verify();
        } catch (MalformedBundleException | MalformedLedgerException malformed) {
            verifier.wrong(null, "This is no whole bundle: " + malformed.getMessage() + ".");
        } catch (ZipException noArchive) {
            verifier.wrong(null, "This is no ZIP archive, or a damaged one: " + noArchive.getMessage() + ".");
        } catch (UncheckedIOException damaged) {
            verifier.wrong(null, "The archive is damaged: " + damaged.getMessage() + ".");
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
            Map<String, byte[]> salts = BundleParts.salts(small(zip, BundleParts.SALTS));
            events(zip, manifest, salts);
            if (signed.isPresent()) {
                tree(zip, signed.get());
                outside(zip, signed.get());
            }
            completeness(manifest);
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

    private void events(ZipFile zip, Manifest manifest, Map<String, byte[]> salts) throws IOException {
        try (BufferedReader events = lines(zip, BundleParts.EVENTS);
                BufferedReader readable = lines(zip, BundleParts.READABLE)) {
            long last = 0;
            for (String line = events.readLine(); line != null; line = events.readLine()) {
                BundleEntry entry = BundleEntry.parse(line);
                EventHeader header;
                try {
                    header = entry.parsedHeader();
                } catch (MalformedLedgerException malformed) {
                    wrong(null, "An event after position " + last + " has no header: " + malformed.getMessage() + ".");
                    continue;
                }
                if (header.position() <= last) {
                    wrong(header.position(), "Position " + header.position() + " stands after " + last + ".");
                    continue;
                }
                last = header.position();
                add(header.position() - 1, entry.leaf());
                asRecorded(header, entry);
                inStream(header);
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
            }
            if (readable.readLine() != null) {
                wrong(null, "events.ndjson has lines of events that are not in the bundle.");
            }
        }
        if (count == 0) {
            wrong(null, "There are no events in the bundle.");
        }
    }

    private void add(long index, Hash leaf) {
        if (count == positions.length) {
            positions = Arrays.copyOf(positions, 2 * count);
            leaves = Arrays.copyOf(leaves, 2 * count);
        }
        positions[count] = index;
        leaves[count++] = leaf;
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
    private void inStream(EventHeader header) {
        Reach before = reaches.get(header.stream());
        if (before != null && header.version() != before.lastVersion() + 1) {
            wrong(
                    header.position(),
                    "Position " + header.position() + " is version " + header.version() + " of " + header.stream()
                            + ", and the one before it in the bundle is version " + before.lastVersion() + ".");
        }
        reaches.put(
                header.stream(),
                new Reach(
                        before == null ? header.position() : before.firstPosition(),
                        before == null ? header.version() : before.firstVersion(),
                        header.version()));
    }

    /** What was sealed is what is shown as it in clear. */
    private void sealed(EventHeader header, BundleEntry entry, Map<String, byte[]> salts) {
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
        byte[] salt = salts.get(seal.group(1));
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

    private void tree(ZipFile zip, Checkpoint checkpoint) throws IOException {
        List<Hash> proof = BundleParts.hashes(BundleParts.TREE, small(zip, BundleParts.TREE));
        boolean inTree = MerkleTree.includesSubset(
                Arrays.copyOf(positions, count),
                Arrays.asList(leaves).subList(0, count),
                checkpoint.size(),
                proof,
                checkpoint.root());
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

    /** Somebody else's copy of the log's past says the same. */
    private void outside(ZipFile zip, Checkpoint checkpoint) throws IOException {
        if (outsideCheckpoint == null) {
            return;
        }
        SignedNote note = SignedNote.parse(outsideCheckpoint);
        Optional<Checkpoint> kept = keys(zip, checkpoint.origin()).verified(note);
        if (kept.isEmpty()) {
            wrong(null, "The checkpoint given is not of this log, or not signed by its key.");
            return;
        }
        long size = kept.get().size();
        List<Hash> proof = size == checkpoint.size()
                ? List.of()
                : BundleParts.proofs(small(zip, BundleParts.CONSISTENCY)).get(size);
        if (proof == null) {
            notProved("That the log begins as the checkpoint given says: the bundle has no proof from its size " + size
                    + " to " + checkpoint.size()
                    + ". Ask for an export made after it that names this checkpoint (checkpointSize).");
        } else if (MerkleTree.consistent(size, kept.get().root(), checkpoint.size(), checkpoint.root(), proof)) {
            proved("The log begins as the checkpoint given says: its first " + size
                    + " events were not rewritten since.");
        } else {
            wrong(null, "The log was rewritten: its first " + size + " events are not those of the checkpoint given.");
        }
    }

    private void completeness(Manifest manifest) {
        boolean ranged = manifest.headersTo() > 0;
        if (ranged) {
            OptionalLong missing = firstMissing(manifest);
            if (missing.isPresent()) {
                wrong(
                        missing.getAsLong(),
                        "Position " + missing.getAsLong()
                                + " of the range that manifest.txt names is not in the bundle.");
                return;
            }
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
            Reach reach = reaches.get(stream);
            return reach != null && reach.firstVersion() == 1;
        });
        // An event of theirs may lie between the last one shown and a range that begins later.
        boolean reachesBack = manifest.streams().stream()
                .map(reaches::get)
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

    private OptionalLong firstMissing(Manifest manifest) {
        int at = Arrays.binarySearch(positions, 0, count, manifest.headersFrom() - 1);
        if (at < 0) {
            return OptionalLong.of(manifest.headersFrom());
        }
        for (long position = manifest.headersFrom(); position <= manifest.headersTo(); position++, at++) {
            if (at >= count || positions[at] != position - 1) {
                return OptionalLong.of(position);
            }
        }
        return OptionalLong.empty();
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
        return findings.stream().noneMatch(finding -> finding.kind() == Kind.WRONG);
    }

    private void proved(String text) {
        findings.add(new Finding(Kind.PROVED, null, text));
    }

    private void notProved(String text) {
        findings.add(new Finding(Kind.NOT_PROVED, null, text));
    }

    private void wrong(@Nullable Long position, String text) {
        findings.add(new Finding(Kind.WRONG, position, text));
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
