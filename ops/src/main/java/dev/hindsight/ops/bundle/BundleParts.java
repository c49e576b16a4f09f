package dev.hindsight.ops.bundle;

import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The names of what lies in a bundle, and the forms of its small files. */
final class BundleParts {

    private static final Pattern ROTATION = Pattern.compile("rotations/[0-9]{4}[.]txt");

    static final String README = "README.txt";
    static final String MANIFEST = "manifest.txt";
    static final String CHECKPOINT = "checkpoint.txt";
    static final String KEY = "key.txt";
    static final String ROTATIONS = "rotations/";
    static final String EVENTS = "events.tsv";
    static final String READABLE = "events.ndjson";
    static final String TREE = "tree.txt";
    static final String SALTS = "salts.tsv";
    static final String CONSISTENCY = "consistency.tsv";
    static final String TIMESTAMP = "timestamp.tsr";

    private static final Set<String> ALL =
            Set.of(README, MANIFEST, CHECKPOINT, KEY, EVENTS, READABLE, TREE, SALTS, CONSISTENCY, TIMESTAMP);

    /** Whether a file of this name belongs to a bundle. */
    static boolean isOne(String name) {
        return ALL.contains(name) || ROTATION.matcher(name).matches();
    }

    private BundleParts() {}

    /** One hash a line. */
    static String hashes(List<Hash> hashes) {
        return hashes.stream().map(hash -> hash.base64() + "\n").collect(Collectors.joining());
    }

    /** A line of {@link #TREE}. */
    static Hash hash(String line) {
        try {
            return Hash.ofBase64(line);
        } catch (MalformedLedgerException noHash) {
            throw new MalformedBundleException(TREE + " holds a line that is no hash");
        }
    }

    /** Size of an earlier tree, tab, the hashes of the proof from it to the bundle's checkpoint, with commas between. */
    static String proofs(Map<Long, List<Hash>> proofs) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(proofs)
                .forEach((size, proof) -> text.append(size)
                        .append('\t')
                        .append(proof.stream().map(Hash::base64).collect(Collectors.joining(",")))
                        .append('\n'));
        return text.toString();
    }

    static Map<Long, List<Hash>> proofs(String text) {
        Map<Long, List<Hash>> proofs = new TreeMap<>();
        try {
            text.lines().forEach(line -> {
                String[] columns = line.split("\t", -1);
                List<Hash> proof = new ArrayList<>();
                if (!columns[1].isEmpty()) {
                    Arrays.stream(columns[1].split(",", -1)).map(Hash::ofBase64).forEach(proof::add);
                }
                proofs.put(Long.parseLong(columns[0]), proof);
            });
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException | MalformedLedgerException e) {
            throw new MalformedBundleException(CONSISTENCY + " holds a line that is no proof");
        }
        return proofs;
    }

    /** Bytes of a key's id. */
    static final int KEY_ID = 16;

    static final int SALT = 32;

    /**
     * What a line of {@link #SALTS} says.
     *
     * @param key 16 bytes of the key's id
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Salt(byte[] key, byte[] salt) {

        /** Key id, tab, salt in base64. */
        String line() {
            ByteBuffer id = ByteBuffer.wrap(key);
            return new UUID(id.getLong(), id.getLong()) + "\t"
                    + Base64.getEncoder().encodeToString(salt);
        }

        static Salt parse(String line) {
            try {
                String[] columns = line.split("\t", -1);
                Salt salt = new Salt(keyId(columns[0]), bytes(columns[1]));
                if (salt.salt().length == SALT && salt.line().equals(line)) {
                    return salt;
                }
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new MalformedBundleException(SALTS + " holds a line that is no salt");
            }
            throw new MalformedBundleException(SALTS + " holds a line that is no salt");
        }
    }

    /** @throws IllegalArgumentException when it is no UUID */
    static byte[] keyId(String uuid) {
        UUID id = UUID.fromString(uuid);
        return ByteBuffer.allocate(KEY_ID)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    /** @throws IllegalArgumentException when it is not base64 in its one canonical form */
    static byte[] bytes(String base64) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
            throw new IllegalArgumentException("not canonical base64");
        }
        return bytes;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** For whoever receives a bundle and knows nothing of it. The same for all of them but for the manifest's words. */
    static String readme(Manifest manifest) {
        return """
                What this is
                ============
                An extract of the record that a Hindsight helpdesk keeps of everything that happens to its tickets, made so
                that you need trust neither the people who run the helpdesk nor its software.

                Asked for: %s
                From the log "%s", as it stood with %d events.

                To read
                =======
                events.ndjson   one event a line, in the order in which they were recorded: what happened, when it happened
                                (occurredAt), when it was recorded (recordedAt), who did it (envelope), what it says
                                (payload), and the personal content, which is kept encrypted (personal; null where there
                                is none, or where it was erased).

                To check
                ========
                With Hindsight and a Java 25, offline, with no server:

                    ./hindsight verify BUNDLE --key KEY [--checkpoint FILE]

                KEY is the public key that the helpdesk publishes; get it from somewhere else than from this bundle.
                FILE is a checkpoint that somebody outside kept, if there is one: it proves that the past was not
                rewritten before this extract was made.

                Or with a program of your own: ops/docs/bundle.md of Hindsight says how in two pages.

                What is proved
                ==============
                checkpoint.txt  a signed statement: "our log has so many events, and this is the hash over all of them".
                key.txt         the public key that signed it, and rotations/ the hand-overs to later keys.
                events.tsv      each event as it is stored, byte for byte, with its place in the log.
                tree.txt        the hashes that join these events to the checkpoint's (RFC 9162). Had a single bit of an
                                event, its place or its times been changed since, they would not fit.
                salts.tsv       what shows that the personal content in clear is what was encrypted at the time.
                manifest.txt    what this bundle claims to hold. Where it names a range of positions, headers of all events
                                of that range are in it, so that one sees that nothing was left out.
                consistency.tsv joins earlier checkpoints to this one.
                timestamp.tsr   if there is one: an RFC 3161 time stamp of checkpoint.txt by a third party
                                (openssl ts -verify -data checkpoint.txt -in timestamp.tsr -CAfile ...).
                """.formatted(manifest.words(), manifest.origin(), manifest.size());
    }
}
