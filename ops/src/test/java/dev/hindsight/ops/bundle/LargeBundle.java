package dev.hindsight.ops.bundle;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.SigningKey;
import dev.hindsight.ops.bundle.BundleEntry.Body;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Writes and verifies a bundle of many tickets with one event and one key each: a process for a small heap. */
final class LargeBundle {

    private static final String ORIGIN = "hindsight.example/0198c0de";
    private static final Instant BEGIN = Instant.parse("2026-03-03T14:30:00.000001Z");

    private LargeBundle() {}

    /** @param arguments the file, and how many tickets */
    public static void main(String... arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        int events = Integer.parseInt(arguments[1]);
        SigningKey key = SigningKey.generate("hindsight.example");
        write(file, events, key);
        Verdict verdict = BundleVerifier.verify(file, key.verifier().toString(), null);
        verdict.findings().forEach(finding -> System.out.println(finding.kind() + " " + finding.text()));
        System.out.println(verdict.good() ? "GOOD" : "BAD");
    }

    private static void write(Path file, int events, SigningKey key) throws Exception {
        byte[] leaves = new byte[events * Hash.LENGTH];
        for (int i = 0; i < events; i++) {
            entry(i).leaf().into(leaves, i * Hash.LENGTH);
        }
        MerkleTree.Subtrees tree = new MerkleTree.Subtrees() {
            @Override
            public Hash subtree(int level, long index) {
                return level == 0
                        ? Hash.at(leaves, Math.toIntExact(index * Hash.LENGTH))
                        : Hash.node(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
            }
        };
        try (OutputStream out = Files.newOutputStream(file);
                BundleWriter.ShownSalts salts = new BundleWriter.ShownSalts(file.resolveSibling("."))) {
            BundleWriter writer = new BundleWriter(out);
            writer.head(
                    new Manifest(ORIGIN, events, 1, events, List.of(), "all of it"),
                    new BundleWriter.Seals(
                            new Checkpoint(ORIGIN, events, MerkleTree.root(events, tree)).sign(key),
                            key.verifier(),
                            List.of(),
                            Map.of(),
                            null));
            writer.events(sink -> {
                for (int i = 0; i < events; i++) {
                    salts.add(keyId(i), salt(i));
                    sink.entry(entry(i));
                }
            });
            writer.proof(MerkleTree.subset(0, events, events, tree), salts);
            writer.finish();
        }
    }

    private static UUID keyId(int i) {
        return new UUID(0x0198_c0de_0000_7000L + i, 0x8000_0000_0000_0000L + i * 31L);
    }

    private static byte[] salt(int i) {
        return Hash.sha256(utf8("salt " + i)).bytes();
    }

    private static BundleEntry entry(int i) {
        String stream = "ticket-" + new UUID(3, i);
        EventHeader header = new EventHeader(
                i + 1L,
                stream,
                "ticket",
                1,
                new UUID(1, i).toString(),
                "ticket.note-added",
                "1",
                BEGIN.plusSeconds(i),
                BEGIN.plusSeconds(i));
        byte[] content = utf8("{\"body\":\"said at " + i + "\"}");
        byte[] binding = utf8("hindsight-sealed-1\nticket.note-added\n1\n" + stream + "\n" + keyId(i) + "\n");
        String payload = "{\"sealed\":{\"key\":\"" + keyId(i)
                + "\",\"nonce\":\"AAAAAAAAAAAAAAAA\",\"ciphertext\":\"c2VhbGVk\",\"commitment\":\""
                + Base64.getEncoder().encodeToString(hmac(salt(i), binding, content)) + "\"}}";
        return BundleEntry.of(header, new Body(utf8("{}"), utf8(payload)), true, content);
    }

    private static byte[] hmac(byte[] salt, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(salt, "HmacSHA256"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
