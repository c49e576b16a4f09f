package dev.hindsight.ops.eventstore;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStoreTest;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.junit.jupiter.api.BeforeAll;

/** Axon's published suite for its event store over an engine. */
class PublishedEmbeddedEventStoreSuiteTest extends EmbeddedEventStoreTest {

    private static DataSource dataSource;

    @BeforeAll
    static void database() throws SQLException {
        dataSource = TestDatabase.fresh();
    }

    @Override
    public EventStorageEngine createStorageEngine() {
        try {
            TestLogs.empty(dataSource);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return TestLogs.Sequenced.of(TestLogs.Sequenced.builder(dataSource), dataSource);
    }
}
