package dev.hindsight.ops.wiring;

import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.eventstore.SortedSpill;
import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.projections.readmodel.BulkLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Large parts of a log that has one order only, that of positions: what is to be read stream by stream is read whole
 * first and sorted here, in bounded memory and temporary files. Safe for concurrent use.
 */
final class SpillingBulkLog implements BulkLog {

    private static final int CHUNK_EVENTS = 1_024;
    private static final long CHUNK_BYTES = 2L << 20;

    /** Events by which the size of all is guessed. */
    private static final int SAMPLE = 1_000;

    private static final int PART = 1_000;

    private final OrderedEvents log;
    private final EventCodec codec;
    private final EventDecoder decoder;
    private final Path directory;
    private final long memory;

    /**
     * @param directory for temporary files
     * @param memory bytes that a sort may hold
     */
    SpillingBulkLog(OrderedEvents log, EventCodec codec, Path directory, long memory) {
        this.log = log;
        this.codec = codec;
        this.decoder = new EventDecoder(codec);
        this.directory = directory;
        this.memory = memory;
    }

    /** All events of the log: how many of them are of these streams is known only when they have been read. */
    @Override
    public long count(Collection<String> prefixes) {
        return log.head();
    }

    @Override
    public long sortBytes() {
        long head = log.head();
        long[] sampled = new long[2];
        read(Math.max(0, head - SAMPLE), head, event -> {
            sampled[0]++;
            sampled[1] += event.weight();
        });
        return sampled[0] == 0 ? 0 : Math.ceilDiv(sampled[1] * head, sampled[0]);
    }

    @Override
    public OptionalLong sortRoom() {
        try {
            return OptionalLong.of(Files.getFileStore(directory).getUsableSpace());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void prepare(Collection<? extends Stored> events) {
        decoder.prepare(events);
    }

    @Override
    public void prepareErased(List<? extends Stored> ofOneStream) {
        decoder.prepareErased(ofOneStream);
    }

    @Override
    public Reading byStream(Collection<String> prefixes, @Nullable String afterStream, long upTo) {
        return new Sorted(prefixes, afterStream, Math.min(upTo, log.head()));
    }

    /** Reads and sorts everything when it is first asked. */
    private final class Sorted implements Reading {

        private final Collection<String> prefixes;
        private final @Nullable String afterStream;
        private final long upTo;
        private final SortedSpill spill = new SortedSpill(directory, memory);
        private final Map<String, Long> counts = new HashMap<>();
        private boolean read;

        Sorted(Collection<String> prefixes, @Nullable String afterStream, long upTo) {
            this.prefixes = List.copyOf(prefixes);
            this.afterStream = afterStream;
            this.upTo = upTo;
        }

        private void add(StoredEvent event) {
            if (afterStream == null || SortedSpill.compare(event.stream(), afterStream) > 0) {
                for (String prefix : prefixes) {
                    if (event.stream().startsWith(prefix)) {
                        spill.add(event);
                        counts.merge(prefix, 1L, Long::sum);
                        return;
                    }
                }
            }
        }

        @Override
        public OptionalLong total(Collection<String> some) {
            return read
                    ? OptionalLong.of(some.stream()
                            .mapToLong(prefix -> counts.getOrDefault(prefix, 0L))
                            .sum())
                    : OptionalLong.empty();
        }

        @Override
        public @Nullable List<Stored> next() throws InterruptedException {
            if (!read) {
                readOn(0, upTo, this::add);
                read = true;
            }
            List<StoredEvent> events = new ArrayList<>();
            long bytes = 0;
            while (events.size() < CHUNK_EVENTS && bytes < CHUNK_BYTES) {
                StoredEvent event = spill.next();
                if (event == null) {
                    break;
                }
                events.add(event);
                bytes += event.weight();
            }
            return events.isEmpty() ? null : decoder.undecoded(events);
        }

        @Override
        public void close() {
            spill.close();
        }
    }

    private static boolean beginsWith(String stream, Collection<String> prefixes) {
        return prefixes.stream().anyMatch(stream::startsWith);
    }

    @Override
    public void recorded(Collection<String> prefixes, Instant from, Instant to, Consumer<List<String>> parts) {
        tell(parts, event -> {
            Instant at = Objects.requireNonNull(event.recordedAt());
            return !at.isBefore(from) && at.isBefore(to) && beginsWith(event.stream(), prefixes);
        });
    }

    @Override
    public void everIn(String queue, Consumer<List<String>> parts) {
        tell(
                parts,
                event -> QueueNames.KINDS.contains(event.name())
                        && queue.equals(codec.stored(event.payload())
                                .path(QueueNames.MEMBER)
                                .stringValue(null)));
    }

    /** Each stream once; the names of those that were told are held. */
    private void tell(Consumer<List<String>> parts, Predicate<StoredEvent> which) {
        Set<String> told = new HashSet<>();
        List<String> part = new ArrayList<>();
        read(0, log.head(), event -> {
            if (which.test(event) && told.add(event.stream())) {
                part.add(event.stream());
                if (part.size() == PART) {
                    parts.accept(List.copyOf(part));
                    part.clear();
                }
            }
        });
        if (!part.isEmpty()) {
            parts.accept(part);
        }
    }

    private void read(long after, long to, Consumer<StoredEvent> each) {
        try {
            readOn(after, to, each);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while reading the log", e));
        }
    }

    private void readOn(long after, long to, Consumer<StoredEvent> each) throws InterruptedException {
        try (OrderedEvents.Reading events = log.read(after, to)) {
            for (List<StoredEvent> chunk = events.next(); chunk != null; chunk = events.next()) {
                chunk.forEach(each);
            }
        }
    }
}
