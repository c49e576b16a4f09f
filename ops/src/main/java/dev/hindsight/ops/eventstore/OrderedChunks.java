package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;

/**
 * Chunks in order of position. The places of a chunk are read first; its events then come in the order in which they lie
 * on disk, by ranges of append numbers, and are put into their places here, which spares the server a join and a sort.
 * Append calls whose numbers lie far from the others' (of long transactions) are fetched one by one.
 */
final class OrderedChunks implements BulkEventReader.Chunks {

    /** Numbers further apart are not read in one range. */
    private static final long WIDEST_GAP = 1_024;

    /** A range of fewer calls is not worth a statement of its own. */
    private static final int FEWEST_CALLS = 32;

    private static final String EVENTS = "SELECT append_number, append_index, stream, version, stream_type, event_id,"
            + " name, revision, occurred_at, metadata, payload FROM log.event WHERE ";

    private final Connection connection;
    private final BulkEventReader.ChunkSize size = new BulkEventReader.ChunkSize();
    private final long to;
    private long reached;

    OrderedChunks(Connection connection, long after, long to) {
        this.connection = connection;
        this.reached = Math.max(0, after);
        this.to = to;
    }

    @Override
    public @Nullable List<StoredEvent> next() throws SQLException {
        if (reached >= to) {
            return null;
        }
        long last = to - reached > size.events() ? reached + size.events() : to;
        Places places = places(reached + 1, last);
        if (places.last < reached + 1) {
            return null;
        }
        last = Math.min(last, places.last);
        StoredEvent[] events = new StoredEvent[Math.toIntExact(last - reached)];
        long bytes = 0;
        for (String condition : places.conditions()) {
            bytes += fill(events, places, condition);
        }
        for (int i = 0; i < events.length; i++) {
            if (events[i] == null) {
                throw new EventStoreException("The log has no event at position " + (reached + 1 + i) + ".");
            }
        }
        size.saw(events.length, bytes);
        reached = last;
        return Arrays.asList(events);
    }

    private Places places(long first, long last) throws SQLException {
        Places places = new Places(Math.toIntExact(last - first + 1));
        try (CopyRows rows = CopyRows.of(
                connection,
                "SELECT append_number, first_position, events, recorded_at FROM log.placement WHERE first_position >="
                        + " coalesce((SELECT first_position FROM log.placement WHERE first_position <= " + first
                        + " ORDER BY first_position DESC LIMIT 1), 1) AND first_position <= " + last)) {
            while (rows.next()) {
                places.add(rows.longValue(), rows.longValue(), rows.intValue(), rows.micros());
            }
        }
        places.sort();
        return places;
    }

    private long fill(StoredEvent[] events, Places places, String condition) throws SQLException {
        long bytes = 0;
        try (CopyRows rows = CopyRows.of(connection, EVENTS + condition)) {
            while (rows.next()) {
                int place = places.find(rows.longValue());
                if (place < 0) {
                    continue;
                }
                long position = places.firstPosition(place) + rows.intValue();
                long slot = position - reached - 1;
                if (slot < 0 || slot >= events.length) {
                    continue;
                }
                StoredEvent event = new StoredEvent(
                        position,
                        rows.textLikeLast(),
                        rows.longValue(),
                        rows.repeatedTextOrNull(),
                        rows.text(),
                        rows.repeatedText(),
                        rows.repeatedTextOrNull(),
                        rows.instant(),
                        places.recordedAt(place),
                        rows.bytes(),
                        rows.bytes());
                events[(int) slot] = event;
                bytes += event.weight();
            }
        }
        return bytes;
    }

    /** The places of a chunk's append calls, found by append number. */
    private static final class Places {

        private long[] numbers;
        private long[] firstPositions;
        private Instant[] recordedAts;
        private int count;
        private int hint;
        private long last;
        private boolean sorted = true;
        private long recordedMicros = Long.MIN_VALUE;
        private Instant recordedAt = Instant.EPOCH;

        private Places(int expected) {
            numbers = new long[expected];
            firstPositions = new long[expected];
            recordedAts = new Instant[expected];
        }

        private void add(long number, long firstPosition, int events, long micros) {
            if (count == numbers.length) {
                int more = count + count / 2 + 1;
                numbers = Arrays.copyOf(numbers, more);
                firstPositions = Arrays.copyOf(firstPositions, more);
                recordedAts = Arrays.copyOf(recordedAts, more);
            }
            // What was placed together was recorded at one moment.
            if (micros != recordedMicros) {
                recordedMicros = micros;
                recordedAt = CopyRows.instant(micros);
            }
            sorted &= count == 0 || numbers[count - 1] < number;
            numbers[count] = number;
            firstPositions[count] = firstPosition;
            recordedAts[count++] = recordedAt;
            last = Math.max(last, firstPosition + events - 1);
        }

        private void sort() {
            if (sorted) {
                return;
            }
            int[] places = new int[count];
            long[] unsorted = Arrays.copyOf(numbers, count);
            Arrays.sort(numbers, 0, count);
            for (int i = 0; i < count; i++) {
                places[Arrays.binarySearch(numbers, 0, count, unsorted[i])] = i;
            }
            long[] positions = firstPositions.clone();
            Instant[] moments = recordedAts.clone();
            for (int i = 0; i < count; i++) {
                firstPositions[i] = positions[places[i]];
                recordedAts[i] = moments[places[i]];
            }
        }

        /** Events come nearly in order of their numbers, so the next one is mostly where the last was. */
        private int find(long number) {
            if (hint < count && numbers[hint] == number) {
                return hint;
            }
            if (hint + 1 < count && numbers[hint + 1] == number) {
                return ++hint;
            }
            int low = 0;
            int high = count - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                long there = numbers[middle];
                if (there == number) {
                    hint = middle;
                    return middle;
                }
                if (there < number) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return -1;
        }

        private long firstPosition(int place) {
            return firstPositions[place];
        }

        private Instant recordedAt(int place) {
            return recordedAts[place];
        }

        /** Conditions that together select all these calls, and little else. */
        private List<String> conditions() {
            List<String> conditions = new ArrayList<>();
            StringBuilder alone = new StringBuilder();
            for (int from = 0, next; from < count; from = next) {
                next = from + 1;
                while (next < count && numbers[next] - numbers[next - 1] <= WIDEST_GAP) {
                    next++;
                }
                if (next - from >= FEWEST_CALLS) {
                    conditions.add("append_number BETWEEN " + numbers[from] + " AND " + numbers[next - 1]);
                } else {
                    for (int i = from; i < next; i++) {
                        alone.append(alone.isEmpty() ? "" : ",").append(numbers[i]);
                    }
                }
            }
            if (!alone.isEmpty()) {
                conditions.add("append_number IN (" + alone + ")");
            }
            return conditions;
        }
    }

    @Override
    public void close() {}
}
