package dev.hindsight.ops.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.ops.wiring.StoredRawLog;
import dev.hindsight.projections.ledger.Sealer;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.SealedTree;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The ledger at its usual pace beside a log, for benchmarks of that. */
public final class Sealing {

    private Sealing() {}

    /**
     * Begins to seal and to sign.
     *
     * @param database with a log, as its owner
     * @return ends it
     */
    public static Runnable start(DataSource database) {
        for (String schema : new String[] {"keys", "ledger"}) {
            Flyway.configure()
                    .dataSource(database)
                    .schemas(schema)
                    .defaultSchema(schema)
                    .locations("classpath:db/migration/" + schema)
                    .placeholders(Map.of("app_role", "postgres"))
                    .load()
                    .migrate();
        }
        HikariConfig config = new HikariConfig();
        config.setDataSource(database);
        config.setMaximumPoolSize(3);
        HikariDataSource pool = new HikariDataSource(config);
        SealedTree tree = new SealedTree(pool);
        var keys = SealedLog.keys(pool);
        Sealer sealer = new Sealer(
                new StoredRawLog(pool, database),
                database::getConnection,
                new Checkpoints(pool, new TransactionTemplate(new DataSourceTransactionManager(pool)), tree, keys),
                keys,
                (job, step, by, event) -> {},
                Duration.ofSeconds(1),
                Duration.ofSeconds(10));
        sealer.start();
        return () -> {
            sealer.stop();
            pool.close();
        };
    }
}
