package dev.hindsight.ops.backup;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Rows of the log's order, made while events go by: one for each run of events of one moment. For one thread. */
final class Places {

    private record Row(long first, int events, Instant recordedAt, Instant latest) {}

    private static final int LONGEST = 1_000_000;

    private final List<Row> rows = new ArrayList<>();
    private long first;
    private int events;
    private Instant recordedAt = Instant.MIN;
    private Instant latest = Instant.MIN;
    private long head;

    void add(SegmentFile.Entry event) {
        if (events > 0 && (!event.header().recordedAt().equals(recordedAt) || events == LONGEST)) {
            rows.add(new Row(first, events, recordedAt, latest));
            events = 0;
        }
        if (events == 0) {
            first = event.header().position();
            recordedAt = event.header().recordedAt();
        }
        events++;
        head = event.header().position();
        if (event.header().occurredAt().isAfter(latest)) {
            latest = event.header().occurredAt();
        }
    }

    long head() {
        return head;
    }

    Instant recordedAt() {
        return recordedAt;
    }

    void write(Connection connection) throws SQLException {
        if (events > 0) {
            rows.add(new Row(first, events, recordedAt, latest));
            events = 0;
        }
        CopyInto copy = new CopyInto(
                connection,
                "log.placement (first_position, first_append, recorded_at, latest_occurred_at, appends, events)",
                6);
        for (Row row : rows) {
            copy.row();
            copy.add(row.first);
            copy.add(row.first);
            copy.add(row.recordedAt);
            copy.add(row.latest);
            copy.add(row.events);
            copy.add(row.events);
        }
        copy.finish();
    }
}
