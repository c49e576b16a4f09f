package dev.hindsight.ops.bundle;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Values of one length by keys of one length in a temporary file, so that the heap holds nothing of them however many they
 * are. The file is readable for its owner alone and has no name from the moment it is opened. For one thread.
 */
public final class SpilledTable implements AutoCloseable {

    private static final long SMALLEST = 1 << 10;
    private static final byte TAKEN = 1;

    private final Path directory;
    private final int keyBytes;
    private final int valueBytes;
    private final long[] multipliers = new SecureRandom().longs(4).toArray();
    private Slots slots;
    private long size;

    /**
     * @param directory for the file
     * @param keyBytes 8 or more; the first and last eight should tell keys apart
     * @throws IOException where there is no room
     */
    public SpilledTable(Path directory, int keyBytes, int valueBytes) throws IOException {
        this.directory = directory;
        this.keyBytes = keyBytes;
        this.valueBytes = valueBytes;
        this.slots = new Slots(SMALLEST);
    }

    /** How many keys have a value. */
    public long size() {
        return size;
    }

    /**
     * Sets the value of a key.
     *
     * @return whether it is the key's first
     * @throws IOException where there is no room
     */
    public boolean put(byte[] key, byte[] value) throws IOException {
        if (2 * size >= slots.count) {
            grow();
        }
        boolean first = slots.put(key, value);
        size += first ? 1 : 0;
        return first;
    }

    /** Null where the key has none. */
    public byte @Nullable [] get(byte[] key) {
        long at = slots.at(key);
        return slots.isTaken(at) ? slots.value(at) : null;
    }

    /** Takes keys and values one after the other. */
    @FunctionalInterface
    public interface Sink {
        void entry(byte[] key, byte[] value) throws IOException;
    }

    /** In an order of its own, the same as long as nothing is put. */
    public void forEach(Sink sink) throws IOException {
        for (long slot = 0; slot < slots.count; slot++) {
            long at = slot * slots.length;
            if (slots.isTaken(at)) {
                sink.entry(slots.key(at), slots.value(at));
            }
        }
    }

    private void grow() throws IOException {
        Slots smaller = slots;
        Slots larger = new Slots(2 * smaller.count);
        forEach(larger::put);
        slots = larger;
        smaller.close();
    }

    @Override
    public void close() throws IOException {
        slots.close();
    }

    /** The file: a mark, the key and the value in each slot; a key lies in the first free one from its own on. */
    private final class Slots implements AutoCloseable {

        private final long count;
        private final long length = 1L + keyBytes + valueBytes;
        private final FileChannel file;
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment bytes;

        /** @param count a power of two */
        Slots(long count) throws IOException {
            this.count = count;
            this.file = FileChannel.open(
                    directory.resolve("hindsight-bundle-" + UUID.randomUUID()),
                    Set.of(
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                fill();
                this.bytes = file.map(FileChannel.MapMode.READ_WRITE, 0, count * length, arena);
            } catch (IOException | RuntimeException noRoom) {
                close();
                throw noRoom;
            }
        }

        /** A disk that is full says so here, and not by a fault of memory later. */
        private void fill() throws IOException {
            ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
            for (long left = count * length; left > 0; left -= zeros.limit()) {
                zeros.clear().limit((int) Math.min(left, zeros.capacity()));
                while (zeros.hasRemaining()) {
                    file.write(zeros);
                }
            }
        }

        boolean put(byte[] key, byte[] value) {
            if (key.length != keyBytes || value.length != valueBytes) {
                throw new IllegalArgumentException("another length than the table was made for");
            }
            long at = at(key);
            boolean first = !isTaken(at);
            bytes.set(ValueLayout.JAVA_BYTE, at, TAKEN);
            MemorySegment.copy(key, 0, bytes, ValueLayout.JAVA_BYTE, at + 1, keyBytes);
            MemorySegment.copy(value, 0, bytes, ValueLayout.JAVA_BYTE, at + 1 + keyBytes, valueBytes);
            return first;
        }

        /** Where the key lies, or would. */
        long at(byte[] key) {
            ByteBuffer buffer = ByteBuffer.wrap(key);
            MemorySegment wanted = MemorySegment.ofArray(key);
            long slot = hash(buffer.getLong(0), buffer.getLong(keyBytes - 8));
            while (isTaken(slot * length)
                    && bytes.asSlice(slot * length + 1, keyBytes).mismatch(wanted) >= 0) {
                slot = (slot + 1) & (count - 1);
            }
            return slot * length;
        }

        /**
         * By multiply-shift with numbers that nobody knows (Dietzfelbinger 1996; Thorup, "High Speed Hashing for Integers
         * and Strings", 3.5): a bundle can't be made so that its keys meet in one slot.
         */
        private long hash(long first, long last) {
            long sum = multipliers[0] * (first >>> 32)
                    + multipliers[1] * (first & 0xFFFF_FFFFL)
                    + multipliers[2] * (last >>> 32)
                    + multipliers[3] * (last & 0xFFFF_FFFFL);
            return sum >>> (1 + Long.numberOfLeadingZeros(count));
        }

        boolean isTaken(long at) {
            return bytes.get(ValueLayout.JAVA_BYTE, at) == TAKEN;
        }

        byte[] key(long at) {
            return bytes.asSlice(at + 1, keyBytes).toArray(ValueLayout.JAVA_BYTE);
        }

        byte[] value(long at) {
            return bytes.asSlice(at + 1 + keyBytes, valueBytes).toArray(ValueLayout.JAVA_BYTE);
        }

        @Override
        public void close() throws IOException {
            arena.close();
            file.close();
        }
    }
}
