package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.Leaf;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The content of a segment: a line that names the format, then for each event its header's canonical text, its metadata
 * and its payload, each behind its length in four bytes, big-endian; all of it packed with gzip.
 */
final class SegmentFile {

    private static final byte[] BEGIN = (Segment.FORMAT + "\n").getBytes(StandardCharsets.US_ASCII);

    private SegmentFile() {}

    /**
     * An event as it is stored.
     *
     * @param header its canonical text
     * @param leaf hash of its leaf in the tree
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(EventHeader header, byte[] metadata, byte[] payload, Hash leaf) {}

    /** Collects events; for one thread. */
    static final class Writer {

        private final ByteArrayOutputStream packed = new ByteArrayOutputStream(1 << 16);
        private final DataOutputStream out;
        private long unpacked = BEGIN.length;

        Writer() throws IOException {
            out = new DataOutputStream(new Fast(packed));
            out.write(BEGIN);
        }

        /** Ciphertext gains little from more effort. */
        private static final class Fast extends GZIPOutputStream {
            Fast(OutputStream out) throws IOException {
                super(out, 1 << 15);
                def.setLevel(Deflater.BEST_SPEED);
            }
        }

        /** @return the hash of the event's leaf */
        Hash add(EventHeader header, byte[] metadata, byte[] payload) throws IOException {
            byte[] text = header.text().getBytes(StandardCharsets.UTF_8);
            write(text);
            write(metadata);
            write(payload);
            return new Leaf(Hash.sha256(text), Leaf.body(metadata, payload)).hash();
        }

        private void write(byte[] part) throws IOException {
            out.writeInt(part.length);
            out.write(part);
            unpacked += Integer.BYTES + part.length;
        }

        /** Adds the content of another file, events and all. */
        void add(byte[] file) throws IOException {
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(file), 1 << 15)) {
                in.skipNBytes(BEGIN.length);
                unpacked += in.transferTo(out);
            }
        }

        /** Bytes of the content so far, before packing. */
        long unpacked() {
            return unpacked;
        }

        /** The packed file; nothing can be added any more. */
        byte[] finish() throws IOException {
            out.close();
            return packed.toByteArray();
        }
    }

    /** Reads the events of a file one by one; for one thread. */
    static final class Reader implements AutoCloseable {

        private final DataInputStream in;
        private long left;

        /** @param unpacked how long the content is, by the manifest: no more is unpacked */
        Reader(byte[] file, long unpacked) throws IOException {
            in = new DataInputStream(new GZIPInputStream(new ByteArrayInputStream(file), 1 << 15));
            left = unpacked;
            if (!new String(bytes(BEGIN.length), StandardCharsets.US_ASCII)
                    .equals(new String(BEGIN, StandardCharsets.US_ASCII))) {
                throw new IOException("the content is not of the form " + Segment.FORMAT);
            }
        }

        /**
         * @return null after the last
         * @throws IOException where the bytes do not end with an event
         * @throws MalformedLedgerException where the header is not in its one form
         */
        @Nullable
        Entry next() throws IOException {
            if (left == 0) {
                if (in.read() >= 0) {
                    throw new IOException("there is more than the manifest says");
                }
                return null;
            }
            byte[] text = part();
            byte[] metadata = part();
            byte[] payload = part();
            return new Entry(
                    EventHeader.parse(new String(text, StandardCharsets.UTF_8)),
                    metadata,
                    payload,
                    new Leaf(Hash.sha256(text), Leaf.body(metadata, payload)).hash());
        }

        private byte[] part() throws IOException {
            if (left < Integer.BYTES) {
                throw new EOFException("an event is cut off");
            }
            int length = in.readInt();
            left -= Integer.BYTES;
            return bytes(length);
        }

        private byte[] bytes(int length) throws IOException {
            if (length < 0 || length > left) {
                throw new EOFException("an event is cut off");
            }
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("an event is cut off");
            }
            left -= length;
            return bytes;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
