package dev.hindsight.ops.wiring;

import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.eventstore.BulkEventReader;
import dev.hindsight.ops.eventstore.BulkReading;
import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.ops.eventstore.StreamSearch;
import dev.hindsight.projections.readmodel.BulkLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Large parts of the log on PostgreSQL, decoded by whoever reads them. */
final class DecodedBulkLog implements BulkLog {

    /** The server sorts in this much memory, and on disk what does not fit. */
    private static final long SORT_MEMORY = 64L << 20;

    private final BulkEventReader reader;
    private final StreamSearch streams;
    private final DataSource dataSource;
    private final EventDecoder decoder;

    /** @param dataSource connections without a time limit */
    DecodedBulkLog(DataSource dataSource, EventCodec codec) {
        this.reader = new BulkEventReader(dataSource);
        this.streams = new StreamSearch(dataSource);
        this.dataSource = dataSource;
        this.decoder = new EventDecoder(codec);
    }

    @Override
    public long count(Collection<String> prefixes) {
        try (Connection connection = dataSource.getConnection();
                Statement setting = connection.createStatement();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT count(*) FROM log.event WHERE stream ^@ ?")) {
            setting.execute("SET max_parallel_workers_per_gather = 0"); // the other cores are for live traffic
            // Most of the log is counted in its table, which is read next anyway, and not by an index that may be cold.
            setting.execute("SET random_page_cost = 4");
            long events = 0;
            for (String prefix : prefixes) {
                statement.setString(1, prefix);
                events += number(statement);
            }
            return events;
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be counted", e);
        }
    }

    @Override
    public long sortBytes() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT pg_table_size('log.event') + pg_table_size('log.placement')")) {
            return number(statement);
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be measured", e);
        }
    }

    private static long number(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void recorded(Collection<String> prefixes, Instant from, Instant to, Consumer<List<String>> parts) {
        try {
            streams.recorded(prefixes, from, to, parts);
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be searched", e);
        }
    }

    @Override
    public void everIn(String queue, Consumer<List<String>> parts) {
        try {
            streams.with(QueueNames.KINDS, QueueNames.MEMBER, queue, parts);
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be searched", e);
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
        try {
            BulkReading reading = reader.byStream(prefixes, afterStream, upTo, SORT_MEMORY);
            return new Reading() {
                @Override
                public @Nullable List<Stored> next() throws InterruptedException {
                    List<StoredEvent> events = reading.next();
                    return events == null ? null : decoder.undecoded(events);
                }

                @Override
                public void close() {
                    try {
                        reading.close();
                    } catch (SQLException e) {
                        throw new IllegalStateException("The reading could not be ended", e);
                    }
                }
            };
        } catch (SQLException e) {
            throw new IllegalStateException("The log could not be read", e);
        }
    }
}
