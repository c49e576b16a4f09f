package dev.hindsight.projections.readmodel;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Makes physical generations of read models and says which one answers. Safe for concurrent use, by many nodes too. */
public final class Generations {

    private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

    /**
     * List rows change with nearly every event of their ticket: room on the page keeps the new version near, and
     * vacuum must not wait for a fifth of the table; what it has not visited can't be counted from an index alone.
     */
    private static final String CHANGING =
            "fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05," + " autovacuum_vacuum_insert_scale_factor = 0.05";

    /** State of a generation that is being filled; the model's processor does not touch it. */
    private static final String BUILDING = "BUILDING";

    private static final String UNKNOWN = "UNKNOWN_EVENT";

    /** The definition of what is not made yet. */
    static final int NEVER = 0;

    /** After this time without a sign of life a node's claim on a generation is void. */
    public static final Duration CLAIM_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration RETIRED_WAIT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(50);

    private static final List<String> CHANGING_TABLES = List.of("ticket", "person", "ticket_past");

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    /** @param transactions over the same data source */
    public Generations(DataSource dataSource, TransactionOperations transactions) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = transactions;
    }

    /**
     * Sees to it that a generation answers for this software's version of the model. Where there is none of any version,
     * an empty one is created, which the live processor fills from the beginning of the log. Where an older version's
     * answers, that goes on answering until a rebuild has made this version's: columns and tables that it lacks are added
     * to it, empty, so that this version's queries can be asked of it. Where there are only those of newer software, one of
     * them answers, which newer software alone keeps level, until a rebuild has made this version's.
     */
    public int ensure(ReadModel model) {
        return transactions.execute(status -> {
            lock(model);
            completeRecoveries(model);
            var answering = active(model);
            if (answering.isEmpty()) {
                var generation = create(model, "INCLUDING ALL", "LIVE");
                jdbc.sql("INSERT INTO readmodel.active_generation (model, definition_version, generation)"
                                + " VALUES (?, ?, ?)")
                        .params(model.id(), model.definitionVersion(), generation)
                        .update();
                return generation;
            }
            if (answering.get().definition() < model.definitionVersion()) {
                complete(model, answering.get().generation());
                index(model, answering.get().generation());
            } else if (answering.get().definition() == model.definitionVersion()) {
                index(model, answering.get().generation());
            } else {
                LOG.warn(
                        "Model {}: this software makes definition {}, and only generations of newer software are left."
                                + " Generation {} of definition {} answers, which stands still where no node of the newer"
                                + " software runs; one of definition {} is made beside it.",
                        model.id(),
                        model.definitionVersion(),
                        answering.get().generation(),
                        answering.get().definition(),
                        model.definitionVersion());
            }
            return answering.get().generation();
        });
    }

    /**
     * Has a model that never had a generation be made in the background: an empty one of a definition before the first
     * stands for it, which nobody follows and which answers nothing, until a rebuild has made this software's. Nothing
     * happens where the model has any.
     */
    public void expect(ReadModel model) {
        transactions.executeWithoutResult(status -> {
            lock(model);
            if (active(model).isEmpty()) {
                var generation = create(model, NEVER, "INCLUDING ALL", "LIVE");
                jdbc.sql("INSERT INTO readmodel.active_generation (model, definition_version, generation)"
                                + " VALUES (?, ?, ?)")
                        .params(model.id(), NEVER, generation)
                        .update();
            }
        });
    }

    /**
     * The generation that answers queries of this software: of its own definition version or, until there is one, of the
     * newest before it, or else of the oldest after it; empty before {@link #ensure}.
     */
    public Optional<Integer> answering(ReadModel model) {
        return active(model).map(Active::generation);
    }

    /** Whether what answers was made by this software's definition version. */
    public boolean upToDate(ReadModel model) {
        return active(model)
                .map(active -> active.definition() == model.definitionVersion())
                .orElse(false);
    }

    /** SQL, to order by: up to the own version the newest first, then those after it, the oldest first. */
    static String nearest(String column, String own) {
        return "(" + column + " > " + own + "), abs(" + column + " - " + own + ")";
    }

    private record Active(int generation, int definition) {}

    private Optional<Active> active(ReadModel model) {
        return jdbc.sql("SELECT generation, definition_version FROM readmodel.active_generation"
                        + " WHERE model = ? ORDER BY " + nearest("definition_version", "?") + " LIMIT 1")
                .params(model.id(), model.definitionVersion(), model.definitionVersion())
                .query((row, number) -> new Active(row.getInt(1), row.getInt(2)))
                .optional();
    }

    /** The definition version that a generation was made by; empty where there is no such generation. */
    public Optional<Integer> definition(ReadModel model, int generation) {
        return jdbc.sql("SELECT definition_version FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(model.id(), generation)
                .query(Integer.class)
                .optional();
    }

    /** Adds the indexes that the templates got after the generation was made: what makes answers quick, not right. */
    private void index(ReadModel model, int generation) {
        for (var table : model.tables()) {
            var physical = ReadModel.physicalName(table, generation);
            var there = indexes(physical).values();
            indexes(table).forEach((name, definition) -> {
                if (!there.contains(definition)) {
                    LOG.info("Model {}: generation {} gets the index {}", model.id(), generation, name);
                    jdbc.sql("SET LOCAL lock_timeout = '5s'").update();
                    jdbc.sql("CREATE INDEX IF NOT EXISTS " + name + "_g" + generation + " ON readmodel." + physical
                                    + " " + definition)
                            .update();
                }
            });
        }
    }

    /** What a table's indexes that guard nothing hold, by their names. */
    private Map<String, String> indexes(String table) {
        var indexes = new TreeMap<String, String>();
        jdbc.sql("SELECT c.relname, regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE INDEX \\S+ ON \\S+ ', '')"
                        + " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisunique"
                        + " AND i.indrelid = to_regclass('readmodel.' || quote_ident(?))")
                .param(table)
                .query(row -> {
                    indexes.put(row.getString(1), row.getString(2));
                });
        return indexes;
    }

    /** This version's queries can be asked of what an older one recovered, too. */
    private void completeRecoveries(ReadModel model) {
        jdbc.sql("SELECT generation FROM readmodel.generation WHERE model = ? AND recovery IS NOT NULL"
                        + " AND definition_version < ?")
                .params(model.id(), model.definitionVersion())
                .query(Integer.class)
                .list()
                .forEach(generation -> complete(model, generation));
    }

    /** Adds what the templates have and an older generation lacks: what its software never names stays empty. */
    private void complete(ReadModel model, int generation) {
        jdbc.sql("SET LOCAL lock_timeout = '5s'").update(); // readers must not queue up behind this
        for (var table : model.tables()) {
            var physical = ReadModel.physicalName(table, generation);
            jdbc.sql("CREATE TABLE IF NOT EXISTS readmodel." + physical + " (LIKE readmodel." + table
                            + " INCLUDING ALL)")
                    .update();
            for (var column :
                    jdbc.sql("""
                            SELECT format('%I %s', t.attname, format_type(t.atttypid, t.atttypmod))
                                || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
                            FROM pg_attribute t LEFT JOIN pg_attrdef d ON d.adrelid = t.attrelid AND d.adnum = t.attnum
                            WHERE t.attrelid = to_regclass('readmodel.' || quote_ident(?))
                                AND t.attnum > 0 AND NOT t.attisdropped
                                AND NOT EXISTS (SELECT FROM pg_attribute o
                                    WHERE o.attrelid = to_regclass('readmodel.' || quote_ident(?))
                                        AND o.attname = t.attname AND NOT o.attisdropped)""").params(table, physical).query(String.class).list()) {
                jdbc.sql("ALTER TABLE readmodel." + physical + " ADD COLUMN " + column)
                        .update();
            }
        }
    }

    /** The generations of this software's version that are kept level with the log, answering or not. */
    public Set<Integer> followed(ReadModel model) {
        return new TreeSet<>(jdbc.sql("SELECT generation FROM readmodel.generation"
                        + " WHERE model = ? AND definition_version = ? AND state <> '" + BUILDING + "'")
                .params(model.id(), model.definitionVersion())
                .query(Integer.class)
                .list());
    }

    /**
     * A generation that does not include all events.
     *
     * @param followed whether a node keeps it level
     */
    public record Behind(int generation, boolean followed) {}

    /**
     * Generations whose rows do not include the position, without those of recoveries. One of a definition below the first
     * stands for a model that was never made, is empty, and is not told.
     */
    public List<Behind> behind(ReadModel model, long position) {
        return jdbc.sql("SELECT generation, state = 'LIVE' AND (definition_version = :own"
                        + " OR claimed_at > clock_timestamp() - :claim * interval '1 s') IS TRUE"
                        + " FROM readmodel.generation WHERE model = :model AND recovery IS NULL"
                        + " AND definition_version > :never AND position < :position ORDER BY generation")
                .param("own", model.definitionVersion())
                .param("claim", CLAIM_TIMEOUT.toSeconds())
                .param("model", model.id())
                .param("never", NEVER)
                .param("position", position)
                .query((row, number) -> new Behind(row.getInt(1), row.getBoolean(2)))
                .list();
    }

    /**
     * Generations of this software's version that are being filled to answer, or were when whoever filled them died.
     */
    public List<Integer> unfinished(ReadModel model) {
        return jdbc.sql("SELECT generation FROM readmodel.generation"
                        + " WHERE model = ? AND definition_version = ? AND state = '" + BUILDING
                        + "' AND recovery IS NULL")
                .params(model.id(), model.definitionVersion())
                .query(Integer.class)
                .list();
    }

    /** Lets a filled generation answer where none of any version does. */
    public void answerFirst(ReadModel model, int generation) {
        transactions.executeWithoutResult(status -> {
            lock(model);
            jdbc.sql("INSERT INTO readmodel.active_generation (model, definition_version, generation)"
                            + " SELECT ?, ?, ? WHERE NOT EXISTS ("
                            + "SELECT FROM readmodel.active_generation WHERE model = ?)")
                    .params(model.id(), model.definitionVersion(), generation, model.id())
                    .update();
        });
    }

    /** A new generation without indexes, which nobody follows until {@link #follow}. */
    public int begin(ReadModel model) {
        return transactions.execute(status -> {
            lock(model);
            return create(model, "INCLUDING ALL EXCLUDING INDEXES", BUILDING);
        });
    }

    /**
     * The same for what is recovered: nobody ever follows it, and it never answers but by its name.
     *
     * @param position the last event that its rows will include
     */
    public int begin(ReadModel model, UUID recovery, long position) {
        return transactions.execute(status -> {
            lock(model);
            var generation = create(model, "INCLUDING ALL EXCLUDING INDEXES", BUILDING);
            jdbc.sql("UPDATE readmodel.generation SET recovery = ?, position = ? WHERE model = ? AND generation = ?")
                    .params(recovery, position, model.id(), generation)
                    .update();
            return generation;
        });
    }

    /** The generations of what is recovered; empty where there are none, not yet or no more. */
    public Map<ReadModel, Integer> recovered(UUID recovery) {
        var generations = new EnumMap<ReadModel, Integer>(ReadModel.class);
        jdbc.sql("SELECT model, generation FROM readmodel.generation WHERE recovery = ?")
                .param(recovery)
                .query(row -> {
                    var model = ReadModel.of(row.getString(1));
                    if (model.isPresent()) {
                        generations.put(model.get(), row.getInt(2));
                    }
                });
        return generations;
    }

    /** Whose generation it is; null where it belongs to nothing that is recovered, or is gone. */
    public @Nullable UUID recoveryOf(ReadModel model, int generation) {
        return jdbc.sql("SELECT recovery FROM readmodel.generation WHERE model = ? AND generation = ?"
                        + " AND recovery IS NOT NULL")
                .params(model.id(), generation)
                .query(UUID.class)
                .optional()
                .orElse(null);
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
     * Drops a generation that does not answer, its tables and what is parked in it; nothing happens where it is gone. One
     * that answers for older versions of the software alone is dropped too, once this version has its own and no node
     * brought anything into it for a minute.
     *
     * @return false where it answers queries, or did until a moment ago
     */
    public boolean drop(ReadModel model, int generation) {
        return transactions.execute(status -> {
            lock(model);
            // Whoever brings a batch into it waits, and then finds nothing to bring it into.
            jdbc.sql("SELECT 1 FROM readmodel.generation WHERE model = ? AND generation = ? FOR UPDATE")
                    .params(model.id(), generation)
                    .query()
                    .listOfRows();
            if (used(model, generation)) {
                return false;
            }
            jdbc.sql("DELETE FROM readmodel.active_generation WHERE model = ? AND generation = ?")
                    .params(model.id(), generation)
                    .update();
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

    /** Whether it answers queries, or did until a moment ago. */
    private boolean used(ReadModel model, int generation) {
        return jdbc.sql("""
                            SELECT count(*) FROM readmodel.active_generation a WHERE a.model = ? AND (
                                a.previous = ? AND a.since > clock_timestamp() - interval '5 s'
                                OR a.generation = ? AND (
                                    a.definition_version >= ?
                                    OR NOT EXISTS (SELECT FROM readmodel.active_generation own
                                        WHERE own.model = a.model AND own.definition_version = ?)
                                    OR EXISTS (SELECT FROM readmodel.generation g
                                        WHERE g.model = a.model AND g.generation = a.generation
                                            AND g.claimed_at > clock_timestamp() - interval '1 min')))""")
                        .params(
                                model.id(),
                                generation,
                                generation,
                                model.definitionVersion(),
                                model.definitionVersion())
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /**
     * Drops a generation that does not answer and is kept level: first its processors end, here and, within a second or
     * two, on every other node, which would find their claim gone.
     *
     * @param look has this node notice which generations are followed
     * @return as {@link #drop}
     */
    public boolean retire(ReadModel model, int generation, Runnable look) {
        if (used(model, generation)) {
            return false;
        }
        var followed = state(model, generation, "LIVE", BUILDING) || state(model, generation, UNKNOWN, BUILDING);
        look.run();
        if (followed) {
            awaitUnclaimed(model, generation);
        }
        var dropped = drop(model, generation);
        if (!dropped && followed) {
            state(model, generation, BUILDING, "LIVE");
        }
        look.run();
        return dropped;
    }

    /** Nodes look once a second. One that died gives nothing back: then its claim is old. */
    private void awaitUnclaimed(ReadModel model, int generation) {
        var deadline = System.nanoTime() + RETIRED_WAIT.toNanos();
        while (System.nanoTime() < deadline && isClaimed(model, generation)) {
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean isClaimed(ReadModel model, int generation) {
        return jdbc.sql("SELECT count(*) FROM readmodel.generation WHERE model = ? AND generation = ?"
                                + " AND owner IS NOT NULL AND claimed_at > clock_timestamp() - interval '5 s'")
                        .params(model.id(), generation)
                        .query(Integer.class)
                        .single()
                > 0;
    }

    private boolean state(ReadModel model, int generation, String from, String to) {
        return jdbc.sql("UPDATE readmodel.generation SET state = ? WHERE model = ? AND generation = ? AND state = ?")
                        .params(to, model.id(), generation, from)
                        .update()
                > 0;
    }

    private int create(ReadModel model, String like, String state) {
        return create(model, model.definitionVersion(), like, state);
    }

    private int create(ReadModel model, int definition, String like, String state) {
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
                .params(model.id(), generation, definition, state)
                .update();
        return generation;
    }

    private void lock(ReadModel model) {
        lock(jdbc, model);
    }

    /** Nodes that start together take turns; until the end of the transaction no generation of the model is made. */
    public static void lock(JdbcClient connection, ReadModel model) {
        connection
                .sql("SELECT pg_advisory_xact_lock(hashtext('readmodel.generation'), hashtext(?))")
                .param(model.id())
                .query()
                .listOfRows();
    }
}
