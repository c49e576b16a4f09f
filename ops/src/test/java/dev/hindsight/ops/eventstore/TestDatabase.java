package dev.hindsight.ops.eventstore;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.ops.embedded.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL with durable commits, started once per JVM, and fresh migrated databases in it. */
final class TestDatabase {

    private TestDatabase() {}

    /** A new database with an empty log. Connections are not pooled. */
    static PGSimpleDataSource fresh() throws SQLException {
        PGSimpleDataSource fresh =
                (PGSimpleDataSource) SharedPostgres.database().dataSource();
        migrate(fresh);
        return fresh;
    }

    static void migrate(DataSource dataSource) {
        Flyway.configure()
                .dataSource(dataSource)
                .schemas("log")
                .locations("classpath:db/migration/log")
                .load()
                .migrate();
    }

    static HikariDataSource pool(DataSource database, int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database);
        config.setMaximumPoolSize(size);
        return new HikariDataSource(config);
    }

    static void execute(DataSource dataSource, String... statements) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
