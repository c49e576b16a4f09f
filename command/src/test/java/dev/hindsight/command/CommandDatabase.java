package dev.hindsight.command;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.ops.embedded.SharedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** The command schema on a real PostgreSQL, in a database of its own. */
public final class CommandDatabase implements AutoCloseable {

    private final SharedPostgres.Database database = SharedPostgres.database();
    private final HikariDataSource dataSource = pool(database.dataSource());

    public CommandDatabase() {
        JdbcTemplate jdbc = jdbc();
        jdbc.execute("create schema command");
        jdbc.execute("create role \"writer_" + database.name() + "\"");
        for (String migration : List.of(
                "V1__commands.sql",
                "V2__numbers_after_a_restore.sql",
                "V3__numbers_only_rise.sql",
                "V4__grants.sql",
                "V5__bulk_selections.sql")) {
            jdbc.execute(text(migration).replace("${app_role}", "\"writer_" + database.name() + "\""));
        }
    }

    private static HikariDataSource pool(DataSource connections) {
        var config = new HikariConfig();
        config.setDataSource(connections);
        config.setMaximumPoolSize(12);
        config.setMinimumIdle(0);
        return new HikariDataSource(config);
    }

    public DataSource dataSource() {
        return dataSource;
    }

    public JdbcTemplate jdbc() {
        return new JdbcTemplate(dataSource);
    }

    @Override
    public void close() {
        dataSource.close();
        database.close();
    }

    private static String text(String migration) {
        try (InputStream in = CommandDatabase.class.getResourceAsStream("/db/migration/command/" + migration)) {
            return new String(Objects.requireNonNull(in, "the migration").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }
}
