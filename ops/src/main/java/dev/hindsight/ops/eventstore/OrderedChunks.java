package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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
                throw new BrokenOrderException(reached + 1 + i, "The log has no event for this position.");
            }
        }
        size.saw(events.length, bytes);
        reached = last;
        return Arrays.asList(events);
    }

    private Places places(long first, long last) throws SQLException {
        Places places = new Places(first, last);
        try (CopyRows rows = CopyRows.of(
                connection,
                "SELECT first_append, appends, first_position, events, recorded_at FROM log.placement WHERE"
                        + " first_position >= coalesce((SELECT first_position FROM log.placement WHERE first_position <= "
                        + first + " ORDER BY first_position DESC LIMIT 1), 1) AND first_position <= " + last)) {
            while (rows.next()) {
                places.add(rows.longValue(), rows.intValue(), rows.longValue(), rows.intValue(), rows.micros());
            }
        }
        places.sort();
        return places;
    }

    private long fill(StoredEvent[] events, Places places, String condition) throws SQLException {
        long bytes = 0;
        try (CopyRows rows = CopyRows.of(connection, EVENTS + condition)) {
            while (rows.next()) {
                long number = rows.longValue();
                int place = places.find(number);
                if (place < 0) {
                    continue;
                }
                long position = places.firstPositionOf(place, number) + rows.intValue();
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
                if (events[(int) slot] != null) {
                    throw new BrokenOrderException(position, "The log has two events for this position.");
                }
                events[(int) slot] = event;
                bytes += event.weight();
            }
        }
        return bytes;
    }

    /** Where a chunk's append calls lie in the order, found by their numbers. */
    private static final class Places {

        /** The chunk's positions. */
        private final long from;

        private final long to;

        private Range[] ranges = new Range[64];
        private int count;
        private int hint;
        private long last;
        private boolean sorted = true;
        private long recordedMicros = Long.MIN_VALUE;
        private Instant recordedAt = Instant.EPOCH;

        private Places(long from, long to) {
            this.from = from;
            this.to = to;
        }

        /**
         * Consecutive append calls at consecutive positions.
         *
         * @param first the lowest number
         * @param end the highest number
         * @param position where the first begins
         */
        private record Range(long first, long end, long position, Instant recordedAt) {}

        private void add(long firstAppend, int appends, long firstPosition, int events, long micros) {
            // What was placed together was recorded at one moment.
            if (micros != recordedMicros) {
                recordedMicros = micros;
                recordedAt = CopyRows.instant(micros);
            }
            long first = firstAppend;
            long end = firstAppend + appends - 1;
            long position = firstPosition;
            if (appends > 1) {
                // Each has one event: those outside the chunk need not be read.
                long before = Math.max(0, from - firstPosition);
                first += before;
                position += before;
                end = Math.min(end, first + (to - position));
            }
            last = Math.max(last, Math.min(to, firstPosition + events - 1));
            if (count == ranges.length) {
                ranges = Arrays.copyOf(ranges, count * 2);
            }
            sorted &= count == 0 || ranges[count - 1].end < first;
            ranges[count++] = new Range(first, end, position, recordedAt);
        }

        private void sort() {
            if (!sorted) {
                Arrays.sort(ranges, 0, count, Comparator.comparingLong(Range::first));
            }
        }

        /** Events come nearly in order of their numbers, so the next one is mostly where the last was. */
        private int find(long number) {
            for (int near = hint; near < Math.min(count, hint + 2); near++) {
                if (holds(near, number)) {
                    hint = near;
                    return near;
                }
            }
            int low = 0;
            int high = count - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                if (ranges[middle].end < number) {
                    low = middle + 1;
                } else if (ranges[middle].first > number) {
                    high = middle - 1;
                } else {
                    hint = middle;
                    return middle;
                }
            }
            return -1;
        }

        private boolean holds(int place, long number) {
            return ranges[place].first <= number && number <= ranges[place].end;
        }

        private long firstPositionOf(int place, long number) {
            return ranges[place].position + (number - ranges[place].first);
        }

        private Instant recordedAt(int place) {
            return ranges[place].recordedAt;
        }

        /** Conditions that together select all these calls, and little else. */
        private List<String> conditions() {
            List<String> conditions = new ArrayList<>();
            StringBuilder alone = new StringBuilder();
            for (int first = 0, next; first < count; first = next) {
                long calls = calls(first);
                next = first + 1;
                while (next < count && ranges[next].first - ranges[next - 1].end <= WIDEST_GAP) {
                    calls += calls(next++);
                }
                if (calls >= FEWEST_CALLS) {
                    conditions.add("append_number BETWEEN " + ranges[first].first + " AND " + ranges[next - 1].end);
                } else {
                    for (int i = first; i < next; i++) {
                        for (long number = ranges[i].first; number <= ranges[i].end; number++) {
                            alone.append(alone.isEmpty() ? "" : ",").append(number);
                        }
                    }
                }
            }
            if (!alone.isEmpty()) {
                conditions.add("append_number IN (" + alone + ")");
            }
            return conditions;
        }

        private long calls(int place) {
            return ranges[place].end - ranges[place].first + 1;
        }
    }

    @Override
    public void close() {}
}
