package dev.hindsight.ops.wiring;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schemas of the database to this build's version, each with its own history, as the role that owns them.
 * The application itself works under a role that may not change them.
 */
public final class Migrations {

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    /** In the order in which they may refer to each other. */
    private static final List<String> SCHEMAS = List.of("keys", "log", "command", "readmodel", "ledger");

    private Migrations() {}

    /**
     * @param owner connects as the role that owns the schemas
     * @param applicationRole the role that is granted what the application needs
     * @throws org.flywaydb.core.api.FlywayException when a migration fails; nothing of that migration stays then
     */
    public static void run(DataSource owner, String applicationRole) {
        for (String schema : SCHEMAS) {
            MigrateResult result = Flyway.configure()
                    .dataSource(owner)
                    .schemas(schema)
                    .defaultSchema(schema)
                    .createSchemas(true)
                    .locations("classpath:db/migration/" + schema)
                    .placeholders(Map.of("app_role", applicationRole))
                    .communityDBSupportEnabled(false)
                    .load()
                    .migrate();
            if (result.migrationsExecuted > 0) {
                LOG.info("Schema {} is now at version {}", schema, result.targetSchemaVersion);
            }
        }
    }
}
