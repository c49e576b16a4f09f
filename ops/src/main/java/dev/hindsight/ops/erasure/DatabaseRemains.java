package dev.hindsight.ops.erasure;

import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * What PostgreSQL leaves of updated and deleted rows: dead tuples, bytes in the gaps of pages, words in indexes, samples
 * in its statistics, and all of it once more in the write-ahead log. A table that is rewritten (VACUUM FULL) has new
 * files of live rows alone; nobody reads it meanwhile, so larger ones than a limit are only vacuumed and their indexes
 * made anew, and the receipt says so. The write-ahead log is switched, and checkpointed, so that its old segments go.
 */
final class DatabaseRemains implements Remains {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseRemains.class);
    private static final String REFUSED = "42501";
    private static final String LOCKED = "55P03";
    private static final int MEGABYTE = 1 << 20;
    private static final Duration OLD_READERS = Duration.ofSeconds(60);
    private static final int TRIES = 5;

    /** Beside the read models: rows that were deleted, or whose keys were. */
    private static final List<String> OTHERS = List.of(
            "keys.data_key",
            "command.idempotency",
            "command.bulk_selection",
            "command.person_email",
            "command.person_identity",
            "command.imported_person");

    private final DataSource application;
    private final DataSource direct;
    private final DataSource owner;
    private final long rewriteUpToBytes;

    /**
     * @param application sees all that the application's own connections do
     * @param direct connects as the application, without a time limit
     * @param owner connects as the role that owns the schemas
     * @param rewriteUpToMegabytes larger tables are not rewritten
     */
    DatabaseRemains(DataSource application, DataSource direct, DataSource owner, long rewriteUpToMegabytes) {
        this.application = application;
        this.direct = direct;
        this.owner = owner;
        this.rewriteUpToBytes = rewriteUpToMegabytes * MEGABYTE;
    }

    @Override
    public void clean(Report report) throws InterruptedException {
        awaitOldReaders(report);
        try (Connection connection = owner.getConnection();
                Connection own = direct.getConnection()) {
            JdbcClient jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
            int rewritten = 0;
            var large = new ArrayList<String>();
            for (String table : tables(jdbc)) {
                long bytes = jdbc.sql("select pg_total_relation_size(?::regclass)")
                        .param(table)
                        .query(Long.class)
                        .single();
                if (bytes > rewriteUpToBytes) {
                    large.add(table);
                    run(connection, report, table, "VACUUM (ANALYZE) " + table);
                    // Generations belong to the application, and only whoever a table belongs to makes its indexes
                    // anew.
                    run(
                            table.startsWith("readmodel.") ? own : connection,
                            report,
                            table,
                            "REINDEX TABLE CONCURRENTLY " + table);
                } else if (run(connection, report, table, "VACUUM (FULL, ANALYZE) " + table)) {
                    rewritten++;
                }
            }
            run(connection, report, "statistics", "VACUUM FULL pg_catalog.pg_statistic");
            report.done("tables", rewritten + " rewritten without what was deleted");
            if (!large.isEmpty()) {
                report.notPossible(
                        "tables",
                        String.join(", ", large) + ": larger than " + rewriteUpToBytes / MEGABYTE
                                + " MB, so vacuumed, not rewritten: gaps of their pages may hold bytes of old rows until"
                                + " the model is rebuilt (hindsight rebuild)");
            }
            writeAheadLog(connection, jdbc, report);
        } catch (SQLException fault) {
            throw new TransientDataAccessResourceException("The remains in the database could not be cleaned", fault);
        }
    }

    /** Names from the catalog, quoted by it. */
    private static List<String> tables(JdbcClient jdbc) {
        String templates = String.join(
                "|",
                Stream.of(ReadModel.values())
                        .flatMap(model -> model.tables().stream())
                        .toList());
        var tables = new ArrayList<>(OTHERS);
        tables.addAll(jdbc.sql("select format('%I.%I', n.nspname, c.relname) from pg_class c"
                        + " join pg_namespace n on n.oid = c.relnamespace"
                        + " where n.nspname = 'readmodel' and c.relkind = 'r' and c.relname ~ ? order by 1")
                .param("^(" + templates + ")(_g[0-9]+)?$")
                .query(String.class)
                .list());
        return tables;
    }

    /** Rows that some transaction still sees are not taken away: whoever began before has to end. */
    private void awaitOldReaders(Report report) throws InterruptedException {
        JdbcClient jdbc = JdbcClient.create(application);
        String now = jdbc.sql("select pg_current_xact_id()::text")
                .query(String.class)
                .single();
        Instant deadline = Instant.now().plus(OLD_READERS);
        while (jdbc.sql("select count(*) from pg_stat_activity where datname = current_database()"
                                + " and pid <> pg_backend_pid() and age(backend_xmin) > age(?::xid8::xid)")
                        .param(now)
                        .query(Long.class)
                        .single()
                > 0) {
            if (Instant.now().isAfter(deadline)) {
                report.notPossible(
                        "tables", "a transaction that began before still sees the old rows: run the erasure again");
                return;
            }
            Thread.sleep(200); // nobody tells when a snapshot ends
        }
    }

    /** @return whether it was done */
    private static boolean run(Connection connection, Report report, String place, String sql)
            throws SQLException, InterruptedException {
        for (int tries = 1; ; tries++) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET lock_timeout = '2s'");
                statement.execute(sql);
                if (statement.getWarnings() != null) {
                    // "permission denied to vacuum …, skipping it" is a warning
                    report.notPossible(
                            place, String.valueOf(statement.getWarnings().getMessage()));
                    return false;
                }
                return true;
            } catch (SQLException refused) {
                if (REFUSED.equals(refused.getSQLState())) {
                    report.notPossible(place, verb(sql) + " is not allowed to the owner of the schemas");
                    return false;
                } else if (!LOCKED.equals(refused.getSQLState()) || tries == TRIES) {
                    throw refused;
                }
                LOG.debug("{} waits for a lock", verb(sql), refused);
                Thread.sleep(500L * tries); // those that queued up behind it go first
            }
        }
    }

    private static String verb(String sql) {
        return sql.split("[ (]", 2)[0].toUpperCase(Locale.ROOT);
    }

    private static void writeAheadLog(Connection connection, JdbcClient jdbc, Report report)
            throws SQLException, InterruptedException {
        String place = "write-ahead log";
        if (!run(connection, report, place, "SELECT pg_switch_wal()")
                || !run(connection, report, place, "CHECKPOINT")) {
            return;
        }
        report.done(place, "switched and checkpointed");
        if (setting(jdbc, "wal_recycle").equals("on")) {
            report.notPossible(
                    place,
                    "wal_recycle is on: segments are used again, and hold old pages until they are written over");
        }
        if (!setting(jdbc, "archive_mode").equals("off")) {
            report.notPossible(place, "archived segments are the archive's to delete");
        }
        String kept = setting(jdbc, "wal_keep_size");
        if (!kept.equals("0")) {
            report.notPossible(place, "wal_keep_size is " + kept + ": so much of the old log stays");
        }
    }

    private static String setting(JdbcClient jdbc, String name) {
        return jdbc.sql("select current_setting(?)")
                .param(name)
                .query(String.class)
                .single();
    }
}
