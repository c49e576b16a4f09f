package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chunks stream by stream, in order of version: one query, read as it comes. */
final class StreamChunks implements BulkEventReader.Chunks {

    private final CopyRows rows;
    private final BulkEventReader.ChunkSize size = new BulkEventReader.ChunkSize();

    StreamChunks(Connection connection, @Nullable String afterStream, long to) throws SQLException {
        this.rows = CopyRows.of(
                connection,
                // Whole tables: a join by equality, where log.placed_event would look up each event's place.
                "SELECT p.position + e.append_index, e.stream, e.version, e.stream_type, e.event_id, e.name,"
                        + " e.revision, e.occurred_at, p.recorded_at, e.metadata, e.payload FROM log.event e JOIN ("
                        + " SELECT number AS append_number, first_position + (number - first_append) AS position,"
                        + " recorded_at FROM log.placement, generate_series(first_append, first_append + appends - 1)"
                        + " AS number) p USING (append_number) WHERE p.position + e.append_index <= " + to
                        + (afterStream == null
                                ? ""
                                : " AND e.stream > '" + afterStream.replace("'", "''") + "' COLLATE \"C\"")
                        + " ORDER BY e.stream, e.version");
    }

    @Override
    public @Nullable List<StoredEvent> next() throws SQLException {
        List<StoredEvent> events = new ArrayList<>();
        long bytes = 0;
        while (!size.full(events.size(), bytes) && rows.next()) {
            StoredEvent event = new StoredEvent(
                    rows.longValue(),
                    rows.textLikeLast(),
                    rows.longValue(),
                    rows.repeatedTextOrNull(),
                    rows.text(),
                    rows.repeatedText(),
                    rows.repeatedTextOrNull(),
                    rows.instant(),
                    rows.instant(),
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
