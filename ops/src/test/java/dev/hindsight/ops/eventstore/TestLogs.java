package dev.hindsight.ops.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.jackson3.Jackson3Serializer;

/** Engines for tests. */
final class TestLogs {

    private TestLogs() {}

    static Serializer serializer() {
        return Jackson3Serializer.builder().build();
    }

    /** A log that gives positions by itself, with a data source of its own for the sequencer; not started. */
    static PostgresEventLog log(DataSource sequencing, DataSource appending) {
        return PostgresEventLog.builder()
                .sequencerDataSource(sequencing)
                .connectionProvider(appending::getConnection)
                .serializer(serializer())
                .build();
    }

    /**
     * An engine without a sequencer beside it, which gives positions at once after each append: what Axon's published
     * suites expect, since they read by token without waiting.
     */
    static final class Sequenced extends PostgresEventStorageEngine {

        /** One for each database: some of Axon's tests leave 100 ms from an append to its reader. */
        private static final Map<DataSource, Connection> SEQUENCING = new ConcurrentHashMap<>();

        private final Connection sequencing;

        private Sequenced(Builder builder, DataSource dataSource) {
            super(builder);
            this.sequencing = SEQUENCING.computeIfAbsent(dataSource, Sequenced::connect);
        }

        private static Connection connect(DataSource dataSource) {
            try {
                return dataSource.getConnection();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        static Builder builder(DataSource dataSource) {
            return PostgresEventStorageEngine.builder()
                    .connectionProvider(dataSource::getConnection)
                    .eventSerializer(serializer())
                    .snapshotSerializer(serializer())
                    .snapshots(true);
        }

        static Sequenced of(Builder builder, DataSource dataSource) {
            return new Sequenced(builder, dataSource);
        }

        @Override
        protected void appendEvents(List<? extends EventMessage<?>> events, Serializer serializer) {
            super.appendEvents(events, serializer);
            synchronized (sequencing) {
                try {
                    Sequencing.begin(sequencing).run();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** Counts the events that are committed and have no position yet. */
    static final String UNSEQUENCED = "SELECT count(*) FROM log.event e WHERE NOT EXISTS"
            + " (SELECT FROM log.placed_event p WHERE p.stream = e.stream AND p.version = e.version)";

    static void empty(DataSource dataSource) throws SQLException {
        TestDatabase.execute(dataSource, "TRUNCATE log.event, log.placement, log.snapshot");
    }
}
