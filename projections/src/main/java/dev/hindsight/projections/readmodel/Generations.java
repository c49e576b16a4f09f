package dev.hindsight.projections.readmodel;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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

    /** State of a generation that is being filled; the model's processor does not touch it. */
    private static final String BUILDING = "BUILDING";

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
                        var generation = create(model, "INCLUDING ALL", "LIVE");
                        jdbc.sql("INSERT INTO readmodel.active_generation (model, definition_version, generation)"
                                        + " VALUES (?, ?, ?)")
                                .params(model.id(), model.definitionVersion(), generation)
                                .update();
                        return generation;
                    });
        });
    }

    /** The generation that answers queries of this software; empty before {@link #ensure}. */
    public Optional<Integer> answering(ReadModel model) {
        return jdbc.sql("SELECT generation FROM readmodel.active_generation WHERE model = ? AND definition_version = ?")
                .params(model.id(), model.definitionVersion())
                .query(Integer.class)
                .optional();
    }

    /** The generations of this software's version that are kept level with the log, answering or not. */
    public Set<Integer> followed(ReadModel model) {
        return new TreeSet<>(jdbc.sql("SELECT generation FROM readmodel.generation"
                        + " WHERE model = ? AND definition_version = ? AND state <> '" + BUILDING + "'")
                .params(model.id(), model.definitionVersion())
                .query(Integer.class)
                .list());
    }

    /** A new generation without indexes, which nobody follows until {@link #follow}. */
    public int begin(ReadModel model) {
        return transactions.execute(status -> {
            lock(model);
            return create(model, "INCLUDING ALL EXCLUDING INDEXES", BUILDING);
        });
    }

    /**
     * From now on the generation is kept level with the log.
     *
     * @param position the last event that its rows include
     */
    public void follow(ReadModel model, int generation, long position) {
        jdbc.sql("UPDATE readmodel.generation SET state = 'LIVE', position = ?"
                        + " WHERE model = ? AND generation = ? AND state = '" + BUILDING + "'")
                .params(position, model.id(), generation)
                .update();
    }

    /**
     * Drops a generation that does not answer, its tables and what is parked in it; nothing happens where it is gone.
     *
     * @return false where it answers queries, of whatever version of the software, or did until a moment ago
     */
    public boolean drop(ReadModel model, int generation) {
        return transactions.execute(status -> {
            lock(model);
            // Whoever brings a batch into it waits, and then finds nothing to bring it into.
            jdbc.sql("SELECT 1 FROM readmodel.generation WHERE model = ? AND generation = ? FOR UPDATE")
                    .params(model.id(), generation)
                    .query()
                    .listOfRows();
            var used = jdbc.sql("SELECT count(*) FROM readmodel.active_generation WHERE model = ?"
                            + " AND (generation = ? OR previous = ? AND since > clock_timestamp() - interval '5 s')")
                    .params(model.id(), generation, generation)
                    .query(Integer.class)
                    .single();
            if (used > 0) {
                return false;
            }
            jdbc.sql("DELETE FROM readmodel.parked WHERE model = ? AND generation = ?")
                    .params(model.id(), generation)
                    .update();
            jdbc.sql("DELETE FROM readmodel.generation WHERE model = ? AND generation = ?")
                    .params(model.id(), generation)
                    .update();
            for (var table : model.tables()) {
                jdbc.sql("DROP TABLE IF EXISTS readmodel." + ReadModel.physicalName(table, generation))
                        .update();
            }
            return true;
        });
    }

    private int create(ReadModel model, String like, String state) {
        // Numbers are not used again: a node may not have heard yet that the last one of this number is gone.
        var generation = jdbc.sql("SELECT greatest(coalesce((SELECT max(generation) FROM readmodel.generation"
                        + " WHERE model = ?), 0), coalesce((SELECT max(generation) FROM readmodel.job"
                        + " WHERE model = ?), 0)) + 1")
                .params(model.id(), model.id())
                .query(Integer.class)
                .single();
        for (var table : model.tables()) {
            var physical = ReadModel.physicalName(table, generation);
            jdbc.sql("CREATE TABLE readmodel." + physical + " (LIKE readmodel." + table + " " + like + ")")
                    .update();
            if (CHANGING_TABLES.contains(table)) {
                jdbc.sql("ALTER TABLE readmodel." + physical + " SET (" + CHANGING + ")")
                        .update();
            }
        }
        jdbc.sql("INSERT INTO readmodel.generation (model, generation, definition_version, state)"
                        + " VALUES (?, ?, ?, ?)")
                .params(model.id(), generation, model.definitionVersion(), state)
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
