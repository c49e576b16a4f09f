package dev.hindsight.ops.wiring;

import dev.hindsight.ops.eventstore.BulkEventReader;
import dev.hindsight.ops.eventstore.BulkReading;
import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.ops.eventstore.StoredStreams;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The log on PostgreSQL as if it had no other order than that of positions. */
final class PostgresOrder implements OrderedEvents {

    private final BulkEventReader reader;
    private final StoredStreams streams;

    /** @param dataSource connections without a time limit */
    PostgresOrder(DataSource dataSource) {
        this.reader = new BulkEventReader(dataSource);
        this.streams = new StoredStreams(dataSource);
    }

    @Override
    public long head() {
        return streams.head();
    }

    @Override
    public Reading read(long after, long to) {
        try {
            return new Held(reader.inOrder(after, to));
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be read", e);
        }
    }

    private record Held(BulkReading reading) implements Reading {

        @Override
        public @Nullable List<StoredEvent> next() throws InterruptedException {
            return reading.next();
        }

        @Override
        public void close() {
            try {
                reading.close();
            } catch (SQLException e) {
                throw new IllegalStateException("The reading could not be ended", e);
            }
        }
    }
}
