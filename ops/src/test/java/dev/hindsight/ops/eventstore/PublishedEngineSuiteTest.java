package dev.hindsight.ops.eventstore;

import java.sql.SQLException;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.axonframework.eventsourcing.eventstore.BatchingEventStorageEngineTest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Axon's published suite for storage engines. */
class PublishedEngineSuiteTest
        extends BatchingEventStorageEngineTest<PostgresEventStorageEngine, PostgresEventStorageEngine.Builder> {

    private static DataSource dataSource;

    @BeforeAll
    static void database() throws SQLException {
        dataSource = TestDatabase.fresh();
    }

    @BeforeEach
    void engine() throws SQLException {
        TestLogs.empty(dataSource);
        setTestSubject(createEngine(UnaryOperator.identity()));
    }

    @Override
    protected PostgresEventStorageEngine createEngine(UnaryOperator<PostgresEventStorageEngine.Builder> customization) {
        return TestLogs.Sequenced.of(customization.apply(TestLogs.Sequenced.builder(dataSource)), dataSource);
    }
}
