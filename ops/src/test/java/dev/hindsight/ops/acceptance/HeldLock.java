package dev.hindsight.ops.acceptance;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** A session that holds what a statement took until it is closed, so that a server stands still where a test wants it. */
final class HeldLock implements AutoCloseable {

    private final Connection connection;

    HeldLock(DataSource database, String statement) throws SQLException {
        connection = database.getConnection();
        connection.setAutoCommit(false);
        try (Statement taking = connection.createStatement()) {
            taking.execute(statement);
        }
    }

    /** Until some session waits for a lock with a statement like this one. */
    static void awaitSomebodyWaiting(JdbcTemplate jdbc, String statement) {
        Journey.eventually(
                Duration.ofSeconds(60),
                () -> Boolean.TRUE.equals(jdbc.queryForObject(
                        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE ?)",
                        Boolean.class,
                        statement)));
    }

    boolean isValid() throws SQLException {
        return connection.isValid(1);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
