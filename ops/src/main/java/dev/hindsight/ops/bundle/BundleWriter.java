package dev.hindsight.ops.bundle;

import static dev.hindsight.ops.bundle.BundleParts.utf8;

import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.VerifierKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a bundle as a ZIP archive, part by part, holding no more than one event and the proof. For one thread. */
public final class BundleWriter {

    private final ZipOutputStream zip;

    /** @param out is left open */
    public BundleWriter(OutputStream out) {
        this.zip = new ZipOutputStream(out);
    }

    /** Events one after the other, however often they are asked for. */
    @FunctionalInterface
    public interface Entries {

        /** By position. */
        void forEach(EntrySink sink) throws IOException;
    }

    /** Takes events one after the other. */
    @FunctionalInterface
    public interface EntrySink {

        void entry(BundleEntry entry) throws IOException;
    }

    /**
     * What signs and dates the tree.
     *
     * @param checkpoint of the manifest's size
     * @param first the first key of the log
     * @param rotations the hand-overs since, in their order
     * @param earlier proofs from earlier sizes to the checkpoint's
     * @param timestamp an RFC 3161 token of the checkpoint's text; null where there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Seals(
            SignedNote checkpoint,
            VerifierKey first,
            List<SignedNote> rotations,
            Map<Long, List<Hash>> earlier,
            byte @Nullable [] timestamp) {}

    public void head(Manifest manifest, Seals seals) throws IOException {
        part(BundleParts.README, utf8(BundleParts.readme(manifest)));
        part(BundleParts.MANIFEST, utf8(manifest.text()));
        part(BundleParts.CHECKPOINT, utf8(seals.checkpoint().toString()));
        part(BundleParts.KEY, utf8(seals.first() + "\n"));
        for (int i = 0; i < seals.rotations().size(); i++) {
            part(
                    String.format(Locale.ROOT, "%s%04d.txt", BundleParts.ROTATIONS, i + 1),
                    utf8(seals.rotations().get(i).toString()));
        }
        part(BundleParts.CONSISTENCY, utf8(BundleParts.proofs(seals.earlier())));
        if (seals.timestamp() != null) {
            part(BundleParts.TIMESTAMP, seals.timestamp());
        }
    }

    /** Reads the entries twice. */
    public void events(Entries entries) throws IOException {
        zip.putNextEntry(new ZipEntry(BundleParts.EVENTS));
        entries.forEach(entry -> zip.write(utf8(entry.line() + "\n")));
        zip.closeEntry();
        zip.putNextEntry(new ZipEntry(BundleParts.READABLE));
        entries.forEach(entry -> {
            if (entry.body() != null) {
                zip.write(utf8(entry.readable() + "\n"));
            }
        });
        zip.closeEntry();
    }

    /** Takes the salts of the keys whose personal content is shown, each once, in whatever order. */
    public static final class ShownSalts implements AutoCloseable {

        private final SpilledTable salts;

        /** @param directory for a temporary file */
        public ShownSalts(Path directory) throws IOException {
            this.salts = new SpilledTable(directory, BundleParts.KEY_ID, BundleParts.SALT);
        }

        /** Those of a key that is there already stay. */
        public void add(UUID key, byte[] salt) throws IOException {
            byte[] id = BundleParts.keyId(key.toString());
            if (salts.get(id) == null) {
                salts.put(id, salt);
            }
        }

        /** Calls with the ids of all keys, some at a time. */
        public void keys(int atOnce, Consumer<List<UUID>> some) throws IOException {
            List<UUID> ids = new ArrayList<>();
            salts.forEach((key, salt) -> {
                ByteBuffer id = ByteBuffer.wrap(key);
                ids.add(new UUID(id.getLong(), id.getLong()));
                if (ids.size() == atOnce) {
                    some.accept(List.copyOf(ids));
                    ids.clear();
                }
            });
            if (!ids.isEmpty()) {
                some.accept(List.copyOf(ids));
            }
        }

        @Override
        public void close() throws IOException {
            salts.close();
        }
    }

    /** @param tree the proof of these events' leaves ({@code MerkleTree.subset}) */
    public void proof(List<Hash> tree, ShownSalts shown) throws IOException {
        part(BundleParts.TREE, utf8(BundleParts.hashes(tree)));
        zip.putNextEntry(new ZipEntry(BundleParts.SALTS));
        shown.salts.forEach((key, salt) -> zip.write(utf8(new BundleParts.Salt(key, salt).line() + "\n")));
        zip.closeEntry();
    }

    private void part(String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Ends the archive: before that it is none. */
    public void finish() throws IOException {
        zip.finish();
    }
}
