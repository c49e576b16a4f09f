package dev.hindsight.ops.codec.keys;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.ops.embedded.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.flywaydb.core.Flyway;

/** A database with the keys schema, and a pool of the application's role on it. */
final class KeysDatabase implements AutoCloseable {

    private static final String ROLE = "keys_test_application";

    private final SharedPostgres.Database database = SharedPostgres.database();
    private final HikariDataSource application;

    KeysDatabase() throws SQLException {
        asOwner("DO $$ BEGIN CREATE ROLE %s LOGIN PASSWORD 'test'; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
                .formatted(ROLE));
        Flyway.configure()
                .dataSource(database.dataSource())
                .schemas("keys")
                .defaultSchema("keys")
                .locations("classpath:db/migration/keys")
                .placeholders(Map.of("app_role", ROLE))
                .load()
                .migrate();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(ROLE);
        config.setPassword("test");
        config.setMaximumPoolSize(3);
        this.application = new HikariDataSource(config);
    }

    HikariDataSource application() {
        return application;
    }

    /** As an erasure does it. */
    void destroy(String owner) throws SQLException {
        asApplication("SELECT keys.destroy('%s')".formatted(owner));
    }

    void asOwner(String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    void asApplication(String sql) throws SQLException {
        try (Connection connection = application.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        application.close();
        database.close();
    }
}
