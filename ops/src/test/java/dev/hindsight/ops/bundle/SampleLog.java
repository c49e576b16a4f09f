package dev.hindsight.ops.bundle;

import dev.hindsight.domain.ledger.Checkpoint;
import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.MerkleTree;
import dev.hindsight.domain.ledger.MerkleTree.Subtrees;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.SigningKey;
import dev.hindsight.ops.bundle.BundleEntry.Body;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A log in memory whose events are stored as Hindsight stores them, with its tree and key. */
final class SampleLog {

    static final String ORIGIN = "hindsight.example/0198c0de";
    private static final Instant BEGIN = Instant.parse("2026-03-03T14:30:00.000001Z");
    private static final byte[] SALT = new byte[32];
    private static final UUID KEY = new UUID(7, 7);

    private final SigningKey key;
    private final List<EventHeader> headers = new ArrayList<>();
    private final List<Body> bodies = new ArrayList<>();
    private final List<byte[]> personal = new ArrayList<>();
    private final Map<String, Long> versions = new HashMap<>();
    private final List<Hash> leaves = new ArrayList<>();

    SampleLog(SigningKey key) {
        this.key = key;
    }

    /** Events of so many streams in turn. */
    static SampleLog of(SigningKey key, int events, int streams) {
        SampleLog log = new SampleLog(key);
        for (int i = 0; i < events; i++) {
            log.append("ticket-" + new UUID(0, i % streams), "What was said at " + i);
        }
        return log;
    }

    void append(String stream, String text) {
        int n = headers.size();
        EventHeader header = new EventHeader(
                n + 1L,
                stream,
                "ticket",
                versions.merge(stream, 1L, Long::sum),
                new UUID(1, n).toString(),
                "ticket.note-added",
                "1",
                BEGIN.plus(n, ChronoUnit.SECONDS),
                BEGIN.plus(n, ChronoUnit.SECONDS));
        byte[] content = utf8("{\"body\":\"" + text + "\"}");
        String binding = "hindsight-sealed-1\nticket.note-added\n1\n" + stream + "\n" + KEY + "\n";
        String payload = "{\"ticketId\":\"" + stream.substring(7) + "\",\"sealed\":{\"key\":\"" + KEY
                + "\",\"nonce\":\"AAAAAAAAAAAAAAAA\",\"ciphertext\":\"c2VhbGVk\",\"commitment\":\""
                + Base64.getEncoder().encodeToString(hmac(utf8(binding), content)) + "\"}}";
        Body body = new Body(utf8("{\"actor\":{\"kind\":\"AGENT\"}}"), utf8(payload));
        headers.add(header);
        bodies.add(body);
        personal.add(content);
        leaves.add(BundleEntry.of(header, body, true, null).leaf());
    }

    private static byte[] hmac(byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SALT, "HmacSHA256"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    int size() {
        return headers.size();
    }

    SignedNote checkpoint(int size) {
        return new Checkpoint(ORIGIN, size, MerkleTree.root(size, subtrees())).sign(key);
    }

    /** What was asked for of the whole log: these streams, with all headers from their first event on. */
    Path complete(Path folder, String... streams) throws IOException {
        long from = headers.stream()
                .filter(header -> List.of(streams).contains(header.stream()))
                .findFirst()
                .orElseThrow()
                .position();
        return bundle(
                folder,
                new Manifest(ORIGIN, size(), from, size(), List.of(streams), "tickets"),
                header -> header.position() >= from);
    }

    /** The events of these streams alone. */
    Path alone(Path folder, String... streams) throws IOException {
        return bundle(
                folder,
                new Manifest(ORIGIN, size(), 0, 0, List.of(streams), "tickets"),
                header -> List.of(streams).contains(header.stream()));
    }

    long lastOf(String stream) {
        return headers.stream()
                .filter(header -> header.stream().equals(stream))
                .reduce((first, second) -> second)
                .orElseThrow()
                .position();
    }

    /** A range of positions. */
    Path range(Path folder, long from, long to) throws IOException {
        return bundle(
                folder,
                new Manifest(ORIGIN, size(), from, to, List.of(), "a range"),
                header -> from <= header.position() && header.position() <= to);
    }

    Path bundle(Path folder, Manifest manifest, Predicate<EventHeader> isIn) throws IOException {
        Path file = Files.createTempFile(folder, "bundle", ".zip");
        List<BundleEntry> entries = new ArrayList<>();
        for (int i = 0; i < headers.size(); i++) {
            EventHeader header = headers.get(i);
            if (isIn.test(header)) {
                entries.add(BundleEntry.of(header, bodies.get(i), manifest.asksFor(header), personal.get(i)));
            }
        }
        long[] indexes = entries.stream()
                .mapToLong(entry -> entry.parsedHeader().position() - 1)
                .toArray();
        try (OutputStream out = Files.newOutputStream(file);
                BundleWriter.ShownSalts salts = new BundleWriter.ShownSalts(folder)) {
            salts.add(KEY, SALT);
            BundleWriter writer = new BundleWriter(out);
            writer.head(
                    manifest,
                    new BundleWriter.Seals(
                            checkpoint(size()),
                            key.verifier(),
                            List.of(),
                            Map.of((long) size() / 2, MerkleTree.consistency(size() / 2, size(), subtrees())),
                            null));
            writer.events(sink -> {
                for (BundleEntry entry : entries) {
                    sink.entry(entry);
                }
            });
            writer.proof(MerkleTree.subset(indexes, size(), subtrees()), salts);
            writer.finish();
        }
        return file;
    }

    private Subtrees subtrees() {
        return new Subtrees() {
            @Override
            public Hash subtree(int level, long index) {
                return level == 0
                        ? leaves.get(Math.toIntExact(index))
                        : Hash.node(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
            }
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The stream of this number. */
    static String stream(int number) {
        return "ticket-" + new UUID(0, number);
    }
}
