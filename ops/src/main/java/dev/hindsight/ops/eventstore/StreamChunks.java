package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chunks stream by stream, in order of version: one query, sorted by the server, read as it comes. Each event's place is
 * found here.
 */
final class StreamChunks implements BulkEventReader.Chunks {

    /** Fewer than elsewhere: a chunk costs no statement here, and what is read ahead should not outlive the cache. */
    private static final int MOST_EVENTS = 1_024;

    private static final long MOST_BYTES = 2L << 20;

    private final CopyRows rows;
    private final AllPlaces places;
    private final long to;

    StreamChunks(Connection connection, Collection<String> prefixes, @Nullable String afterStream, long to)
            throws SQLException {
        this.to = to;
        this.places = AllPlaces.upTo(connection, to);
        this.rows = CopyRows.of(
                connection,
                "SELECT e.append_number, e.append_index, e.stream, e.version, e.stream_type, e.event_id, e.name,"
                        + " e.revision, e.occurred_at, e.metadata, e.payload FROM log.event e WHERE true"
                        + beginningWith(prefixes)
                        + (afterStream == null ? "" : " AND e.stream > " + literal(afterStream) + " COLLATE \"C\"")
                        + " ORDER BY e.stream, e.version");
    }

    /** COPY takes no parameters. */
    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** SQL: that the stream's name begins with one of these, whatever it is where there are none. */
    static String beginningWith(Collection<String> prefixes) {
        return prefixes.isEmpty()
                ? ""
                : prefixes.stream()
                        .map(prefix -> "e.stream ^@ " + literal(prefix))
                        .collect(Collectors.joining(" OR ", " AND (", ")"));
    }

    @Override
    public @Nullable List<StoredEvent> next() throws SQLException {
        List<StoredEvent> events = new ArrayList<>();
        long bytes = 0;
        while (events.size() < MOST_EVENTS && bytes < MOST_BYTES && rows.next()) {
            long append = rows.longValue();
            int place = places.find(append);
            if (place < 0) {
                continue; // appended later, or not placed yet
            }
            long position = places.firstPositionOf(place, append) + rows.intValue();
            if (position > to) {
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
            events.add(event);
            bytes += event.weight();
        }
        return events.isEmpty() ? null : events;
    }

    @Override
    public void close() throws SQLException {
        rows.close();
    }
}
