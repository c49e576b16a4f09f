package dev.hindsight.ops.eventstore;

import dev.hindsight.domain.Refusal;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sorts events by stream and version in bounded memory: what does not fit is written to a temporary file as sorted runs,
 * which are merged while they are read back. Events are written as they lie in the store, so what is sealed stays sealed.
 * The file has no name from the moment it is opened: when it is closed, or this process ends however it ends, its room is
 * free again. Add everything, then read; for one thread. Needs a file system that lets go of names of open files, which
 * those of Linux and macOS do.
 */
public final class SortedSpill implements AutoCloseable {

    /** In the order of bytes of stream names, as the store has it, then of versions. */
    public static final Comparator<StoredEvent> ORDER =
            Comparator.comparing(StoredEvent::stream, SortedSpill::compare).thenComparingLong(StoredEvent::version);

    /** Left to others on the disk, bytes. */
    private static final long RESERVE = 64L << 20;

    private static final int SMALLEST_BUFFER = 4 << 10;
    private static final int LARGEST_BUFFER = 1 << 20;
    private static final int NONE = -1;

    private final Path directory;
    private final long memory;
    private final List<StoredEvent> held = new ArrayList<>();
    private long heldBytes;
    private long count;
    private Spilled spilled;
    private @Nullable PriorityQueue<Run> merging;
    private int next;

    /**
     * @param directory for the temporary file, which is made only where one is needed
     * @param memory bytes to be held at most, roughly; a single event may be larger
     */
    public SortedSpill(Path directory, long memory) {
        this.directory = directory;
        this.memory = memory;
        this.spilled = new Spilled();
    }

    /** As UTF-8 sorts: other than in UTF-16, what needs surrogates comes last. */
    public static int compare(String one, String other) {
        int length = Math.min(one.length(), other.length());
        for (int i = 0; i < length; i++) {
            char mine = one.charAt(i);
            char its = other.charAt(i);
            if (mine != its) {
                return Character.isSurrogate(mine) == Character.isSurrogate(its)
                        ? Character.compare(mine, its)
                        : Boolean.compare(Character.isSurrogate(mine), Character.isSurrogate(its));
            }
        }
        return Integer.compare(one.length(), other.length());
    }

    /** How many were added. */
    public long count() {
        return count;
    }

    /** Bytes that lie on disk at this moment. */
    public long spilledBytes() {
        return spilled.size;
    }

    /**
     * Adds an event.
     *
     * @throws Refusal {@code DISK_SHORT} where the disk has no room, with the figures
     * @throws UncheckedIOException when the disk fails
     */
    public void add(StoredEvent event) {
        held.add(event);
        heldBytes += event.weight();
        count++;
        if (heldBytes > memory) {
            held.sort(ORDER);
            spillHeld();
        }
    }

    private void spillHeld() {
        Iterator<StoredEvent> each = held.iterator();
        spilled.write(each::hasNext, each::next);
        held.clear();
        heldBytes = 0;
    }

    /**
     * The next event in order; null after the last. After the first call nothing can be added.
     *
     * @throws Refusal {@code DISK_SHORT} where there are so many runs that they must be merged on disk first
     * @throws UncheckedIOException when the disk fails
     */
    public @Nullable StoredEvent next() {
        try {
            PriorityQueue<Run> runs = merging;
            if (runs == null) {
                runs = begin();
                merging = runs;
            }
            if (spilled.regions.isEmpty()) {
                return next < held.size() ? held.get(next++) : null;
            }
            return smallest(runs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PriorityQueue<Run> begin() throws IOException {
        held.sort(ORDER);
        if (spilled.regions.isEmpty()) {
            return new PriorityQueue<>(1, Run.BY_EVENT);
        }
        if (!held.isEmpty()) {
            spillHeld();
        }
        int most = Math.clamp(memory / (2 * SMALLEST_BUFFER), 2, 4_096);
        while (spilled.regions.size() > most) {
            mergeOnce(most);
        }
        return opened(spilled, spilled.regions);
    }

    /** So many runs become one each; the file of before is let go. */
    private void mergeOnce(int most) throws IOException {
        Spilled fewer = new Spilled();
        try (Spilled before = spilled) {
            spilled = fewer;
            for (int from = 0; from < before.regions.size(); from += most) {
                List<Region> some = before.regions.subList(from, Math.min(before.regions.size(), from + most));
                PriorityQueue<Run> runs = opened(before, some);
                fewer.write(() -> !runs.isEmpty(), () -> {
                    StoredEvent event = smallest(runs);
                    if (event == null) {
                        throw new EOFException();
                    }
                    return event;
                });
            }
        }
    }

    private PriorityQueue<Run> opened(Spilled file, List<Region> regions) throws IOException {
        int buffer = Math.clamp(memory / (2L * regions.size()), SMALLEST_BUFFER, LARGEST_BUFFER);
        PriorityQueue<Run> runs = new PriorityQueue<>(regions.size(), Run.BY_EVENT);
        for (Region region : regions) {
            Run run = new Run(new DataInputStream(new BufferedInputStream(file.read(region), buffer)));
            if (run.advance()) {
                runs.add(run);
            }
        }
        return runs;
    }

    private static @Nullable StoredEvent smallest(PriorityQueue<Run> runs) throws IOException {
        Run run = runs.poll();
        if (run == null) {
            return null;
        }
        StoredEvent event = run.head();
        if (run.advance()) {
            runs.add(run);
        }
        return event;
    }

    @Override
    public void close() {
        held.clear();
        try {
            spilled.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Source {
        StoredEvent next() throws IOException;
    }

    private interface More {
        boolean there();
    }

    /** A run's place in the file. */
    private record Region(long from, long to) {}

    /** A run on its way back. */
    private static final class Run {

        static final Comparator<Run> BY_EVENT = Comparator.comparing(Run::head, ORDER);

        private final DataInputStream in;
        private @Nullable StoredEvent head;

        Run(DataInputStream in) {
            this.in = in;
        }

        StoredEvent head() {
            if (head == null) {
                throw new IllegalStateException("read to its end");
            }
            return head;
        }

        boolean advance() throws IOException {
            head = read(in);
            return head != null;
        }
    }

    /** The temporary file; none until there is something to write. */
    private final class Spilled implements AutoCloseable {

        private final List<Region> regions = new ArrayList<>();
        private @Nullable FileChannel file;
        private long size;

        private FileChannel file() throws IOException {
            FileChannel open = file;
            if (open == null) {
                // Unlinked as soon as it is open, by the JDK.
                open = FileChannel.open(
                        directory.resolve("hindsight-sort-" + UUID.randomUUID()),
                        Set.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.DELETE_ON_CLOSE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                file = open;
            }
            return open;
        }

        /** One run, in order already. */
        void write(More more, Source events) {
            try {
                long room = Files.getFileStore(directory).getUsableSpace();
                if (room < memory + RESERVE) {
                    throw new Refusal(
                            "DISK_SHORT",
                            String.format(
                                    Locale.ROOT,
                                    "Sorting the log has written %,d MB of temporary files, and %,d MB are free.",
                                    size >> 20,
                                    room >> 20));
                }
                FileChannel open = file();
                open.position(size);
                DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(open), 1 << 16));
                while (more.there()) {
                    SortedSpill.write(events.next(), out);
                }
                out.flush();
                long end = open.position();
                regions.add(new Region(size, end));
                size = end;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        InputStream read(Region region) throws IOException {
            return new RegionStream(file(), region);
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }
    }

    /** Part of a file, read without moving the file's own position. */
    private static final class RegionStream extends InputStream {

        private final FileChannel file;
        private final long to;
        private long at;

        RegionStream(FileChannel file, Region region) {
            this.file = file;
            this.at = region.from();
            this.to = region.to();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (at >= to) {
                return -1;
            }
            int read = file.read(ByteBuffer.wrap(into, offset, (int) Math.min(length, to - at)), at);
            if (read > 0) {
                at += read;
            }
            return read;
        }
    }

    private static void write(StoredEvent event, DataOutputStream out) throws IOException {
        out.writeLong(event.position());
        text(out, event.stream());
        out.writeLong(event.version());
        text(out, event.streamType());
        text(out, event.eventId());
        text(out, event.name());
        text(out, event.revision());
        instant(out, event.occurredAt());
        Instant recordedAt = event.recordedAt();
        out.writeBoolean(recordedAt != null);
        if (recordedAt != null) {
            instant(out, recordedAt);
        }
        bytes(out, event.metadata());
        bytes(out, event.payload());
    }

    private static @Nullable StoredEvent read(DataInputStream in) throws IOException {
        long position;
        try {
            position = in.readLong();
        } catch (EOFException end) {
            return null;
        }
        return new StoredEvent(
                position,
                required(in),
                in.readLong(),
                text(in),
                required(in),
                required(in),
                text(in),
                instant(in),
                in.readBoolean() ? instant(in) : null,
                bytes(in),
                bytes(in));
    }

    private static void text(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(NONE);
        } else {
            bytes(out, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static @Nullable String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length == NONE ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static String required(DataInputStream in) throws IOException {
        String text = text(in);
        if (text == null) {
            throw new IOException("a temporary file holds what was not written to it");
        }
        return text;
    }

    private static void instant(DataOutputStream out, Instant at) throws IOException {
        out.writeLong(at.getEpochSecond());
        out.writeInt(at.getNano());
    }

    private static Instant instant(DataInputStream in) throws IOException {
        return Instant.ofEpochSecond(in.readLong(), in.readInt());
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
