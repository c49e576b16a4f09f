package dev.hindsight.projections.readmodel;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Makes physical generations of read models and says which one answers. Safe for concurrent use, by many nodes too. */
public final class Generations {

    /**
     * List rows change with nearly every event of their ticket: room on the page keeps the new version near, and
     * vacuum must not wait for a fifth of the table; what it has not visited can't be counted from an index alone.
     */
    private static final String CHANGING =
            "fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05," + " autovacuum_vacuum_insert_scale_factor = 0.05";

    private static final List<String> CHANGING_TABLES = List.of("ticket", "person");

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    /** @param transactions over the same data source */
    public Generations(DataSource dataSource, TransactionOperations transactions) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = transactions;
    }

    /**
     * The generation that answers for this software's version of the model. Where the version has none, an empty one is
     * created, which the live processor fills from the beginning of the log.
     */
    public int ensure(ReadModel model) {
        return transactions.execute(status -> {
            lock(model);
            return jdbc.sql(
                            "SELECT generation FROM readmodel.active_generation WHERE model = ? AND definition_version = ?")
                    .params(model.id(), model.definitionVersion())
                    .query(Integer.class)
                    .optional()
                    .orElseGet(() -> {
                        var generation = create(model);
                        jdbc.sql("INSERT INTO readmodel.active_generation (model, definition_version, generation)"
                                        + " VALUES (?, ?, ?)")
                                .params(model.id(), model.definitionVersion(), generation)
                                .update();
                        return generation;
                    });
        });
    }

    private int create(ReadModel model) {
        var generation = jdbc.sql("SELECT coalesce(max(generation), 0) + 1 FROM readmodel.generation WHERE model = ?")
                .param(model.id())
                .query(Integer.class)
                .single();
        for (var table : model.tables()) {
            var physical = ReadModel.physicalName(table, generation);
            jdbc.sql("CREATE TABLE readmodel." + physical + " (LIKE readmodel." + table + " INCLUDING ALL)")
                    .update();
            if (CHANGING_TABLES.contains(table)) {
                jdbc.sql("ALTER TABLE readmodel." + physical + " SET (" + CHANGING + ")")
                        .update();
            }
        }
        jdbc.sql("INSERT INTO readmodel.generation (model, generation, definition_version) VALUES (?, ?, ?)")
                .params(model.id(), generation, model.definitionVersion())
                .update();
        return generation;
    }

    /** Nodes that start together take turns. */
    private void lock(ReadModel model) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('readmodel.generation'), hashtext(?))")
                .param(model.id())
                .query()
                .listOfRows();
    }
}
