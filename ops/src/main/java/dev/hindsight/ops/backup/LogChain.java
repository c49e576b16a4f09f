package dev.hindsight.ops.backup;

import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.MalformedLedgerException;
import dev.hindsight.ops.backup.Segment.Damaged;
import dev.hindsight.ops.backup.Segment.Range;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The segments of a backup in order, as they are read. */
final class LogChain {

    private final BackupStore store;
    private final List<Range> ranges;
    private final List<Range> beside;

    private LogChain(BackupStore store, List<Range> ranges, List<Range> beside) {
        this.store = store;
        this.ranges = ranges;
        this.beside = beside;
    }

    /** Hears of each event. */
    @FunctionalInterface
    interface Heard<X extends Exception> {
        void event(SegmentFile.Entry event) throws X;
    }

    /**
     * Finds out which segments follow on one another from position 1. Of those that begin at one position the longest
     * counts: it was made of the others.
     */
    static LogChain of(BackupStore store) throws IOException {
        Map<Long, Range> longest = new HashMap<>();
        List<Range> all = new ArrayList<>();
        for (String name : store.names(Segment.FOLDER)) {
            Range range = Range.of(name);
            if (range != null) {
                all.add(range);
                longest.merge(range.first(), range, (one, other) -> one.last() > other.last() ? one : other);
            }
        }
        List<Range> ranges = new ArrayList<>();
        for (Range next = longest.get(1L); next != null; next = longest.get(next.last() + 1)) {
            ranges.add(next);
        }
        all.removeAll(ranges);
        return new LogChain(store, ranges, all);
    }

    /** In order, without a hole. */
    List<Range> ranges() {
        return ranges;
    }

    /** Segments that are not needed: their events stand in longer ones. */
    List<Range> superseded() {
        return beside.stream().filter(range -> range.last() <= last()).toList();
    }

    /** What lies behind a hole; null where there is none. */
    @Nullable
    Range behindHole() {
        return beside.stream()
                .filter(range -> range.last() > last())
                .findFirst()
                .orElse(null);
    }

    /** The last position; 0 where there is nothing. */
    long last() {
        return ranges.isEmpty() ? 0 : ranges.getLast().last();
    }

    Segment manifest(Range range) throws IOException, Damaged {
        try (InputStream in = store.open(range.manifest())) {
            return Segment.parse(in.readAllBytes(), range);
        }
    }

    /** The packed file, held against its manifest. */
    byte[] file(Segment segment) throws IOException, Damaged {
        byte[] file;
        try (InputStream in = store.open(segment.range().file())) {
            file = in.readAllBytes();
        } catch (NoSuchFileException missing) {
            throw new Damaged(segment.first(), segment.range().file() + " is missing");
        }
        if (file.length != segment.bytes()
                || !HexFormat.of().formatHex(Hash.sha256(file).bytes()).equals(segment.sha256())) {
            throw new Damaged(segment.first(), segment.range().file() + " is not the file that was written");
        }
        return file;
    }

    /**
     * Reads a segment's events in order and checks that they are of its positions.
     *
     * @return how many were heard
     */
    <X extends Exception> long read(Segment segment, Heard<X> heard) throws IOException, Damaged, X {
        byte[] file = file(segment);
        long position = segment.first() - 1;
        try (SegmentFile.Reader reader = new SegmentFile.Reader(file, segment.unpacked())) {
            SegmentFile.Entry event;
            while ((event = next(reader, segment, position + 1)) != null) {
                if (event.header().position() != position + 1) {
                    throw new Damaged(
                            position + 1,
                            segment.range().file() + " has position "
                                    + event.header().position() + " where " + (position + 1) + " belongs");
                }
                heard.event(event);
                position++;
            }
        }
        if (position != segment.last()) {
            throw new Damaged(position + 1, segment.range().file() + " ends at position " + position);
        }
        return segment.range().events();
    }

    private static SegmentFile.@Nullable Entry next(SegmentFile.Reader reader, Segment segment, long position)
            throws Damaged {
        try {
            return reader.next();
        } catch (IOException | MalformedLedgerException e) {
            throw new Damaged(position, segment.range().file() + ": " + e.getMessage());
        }
    }
}
