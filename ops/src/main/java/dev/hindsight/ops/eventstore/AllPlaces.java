package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;

/**
 * The places of all events up to a position, found by their append numbers: the join of events and order that the server
 * can only guess the size of. Holds 28 bytes for each row of the order, which is an append call or a run of small ones:
 * 30 MB for a million events at most. For one thread.
 */
final class AllPlaces {

    private long[] firstAppend = new long[1_024];
    private long[] firstPosition = new long[1_024];
    private long[] recordedMicros = new long[1_024];
    private int[] appends = new int[1_024];
    private int count;
    private int hint;
    private long lastMicros = Long.MIN_VALUE;
    private Instant lastRecorded = Instant.EPOCH;

    private AllPlaces() {}

    /** @param to the last position that will be asked for */
    static AllPlaces upTo(Connection connection, long to) throws SQLException {
        AllPlaces places = new AllPlaces();
        try (CopyRows rows = CopyRows.of(
                connection,
                "SELECT first_append, appends, first_position, recorded_at FROM log.placement WHERE first_position <= "
                        + to + " ORDER BY first_append")) {
            while (rows.next()) {
                places.add(rows.longValue(), rows.intValue(), rows.longValue(), rows.micros());
            }
        }
        return places;
    }

    private void add(long append, int calls, long position, long micros) {
        if (count == firstAppend.length) {
            int more = count + count / 2;
            firstAppend = Arrays.copyOf(firstAppend, more);
            firstPosition = Arrays.copyOf(firstPosition, more);
            recordedMicros = Arrays.copyOf(recordedMicros, more);
            appends = Arrays.copyOf(appends, more);
        }
        firstAppend[count] = append;
        appends[count] = calls;
        firstPosition[count] = position;
        recordedMicros[count++] = micros;
    }

    /** Where the append call stands; negative when it has no place among these. */
    int find(long append) {
        if (hint < count && holds(hint, append)) {
            return hint; // events of a stream often came together
        }
        int at = Arrays.binarySearch(firstAppend, 0, count, append);
        int place = at >= 0 ? at : -at - 2;
        if (place < 0 || !holds(place, append)) {
            return -1;
        }
        hint = place;
        return place;
    }

    private boolean holds(int place, long append) {
        return firstAppend[place] <= append && append - firstAppend[place] < appends[place];
    }

    /** The position of the first event of an append call that was found there. */
    long firstPositionOf(int place, long append) {
        return firstPosition[place] + (append - firstAppend[place]);
    }

    Instant recordedAt(int place) {
        if (recordedMicros[place] != lastMicros) {
            lastMicros = recordedMicros[place];
            lastRecorded = CopyRows.instant(lastMicros);
        }
        return lastRecorded;
    }
}
