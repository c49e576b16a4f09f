package dev.hindsight.projections.live;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.ops.embedded.EmbeddedPostgres;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.tickets.TicketModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A fresh migrated database with generation 1 of each model, on one server per JVM. Beside it stand the tables of a
 * generation that nobody follows, for what is expected.
 */
public final class Database implements AutoCloseable {

    private static final EmbeddedPostgres SERVER = EmbeddedPostgres.start(EmbeddedPostgres.Options.temporary());
    private static final int EXPECTED = 99;
    private static final AtomicInteger COUNT = new AtomicInteger();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
    }

    private final String name = "readmodels_" + COUNT.incrementAndGet();
    public final HikariDataSource pool;
    public final JdbcTransactionManager transactions;
    public final Generations generations;
    public final JdbcClient jdbc;

    public Database() {
        SERVER.createDatabase(name);
        Flyway.configure()
                .dataSource(SERVER.dataSource(name))
                .schemas("readmodel")
                .locations("classpath:db/migration/readmodel")
                .load()
                .migrate();
        var config = new HikariConfig();
        config.setJdbcUrl(SERVER.superuserUrl(name) + "&options=-c%20TimeZone=UTC");
        config.setMaximumPoolSize(8);
        pool = new HikariDataSource(config);
        transactions = new JdbcTransactionManager(pool);
        generations = new Generations(pool, new TransactionTemplate(transactions));
        generations.ensure(ReadModel.TICKETS);
        generations.ensure(ReadModel.DIRECTORY);
        generations.ensure(ReadModel.TICKET_PAST);
        jdbc = JdbcClient.create(pool);
        for (var table : ReadModel.TICKETS.tables()) {
            jdbc.sql("CREATE TABLE readmodel." + ReadModel.physicalName(table, EXPECTED) + " (LIKE readmodel." + table
                            + " INCLUDING ALL)")
                    .update();
        }
    }

    /** As it was at first. */
    void empty() {
        for (var model : List.of(ReadModel.TICKETS, ReadModel.DIRECTORY, ReadModel.TICKET_PAST)) {
            truncate(model, 1);
        }
        jdbc.sql("UPDATE readmodel.active_generation SET generation = 1").update();
        jdbc.sql("DELETE FROM readmodel.parked").update();
        jdbc.sql("DELETE FROM readmodel.skip").update();
        jdbc.sql("UPDATE readmodel.generation SET position = 0, owner = NULL, state = 'LIVE', detail = NULL")
                .update();
    }

    void truncate(ReadModel model, int generation) {
        model.tables()
                .forEach(table -> jdbc.sql("TRUNCATE readmodel." + ReadModel.physicalName(table, generation))
                        .update());
    }

    /** The rows that a history makes where nothing goes wrong: brought in at once. */
    Map<String, List<String>> expected(List<LoggedEvent> history) {
        truncate(ReadModel.TICKETS, EXPECTED);
        var model = new TicketModel(EXPECTED);
        var log = new MemoryLog().append(history);
        var arrivals = log.arrivals(model);
        transact(connection -> new BatchProjector<>(model, log).project(connection, arrivals));
        return rows(ReadModel.TICKETS, EXPECTED);
    }

    /** Ends the sessions that hold a job's lock, as the death of their node would. */
    public void killJobs() {
        jdbc.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                .query()
                .listOfRows();
    }

    /** Does something in a transaction. */
    interface Work {
        void on(Connection connection) throws SQLException;
    }

    void transact(Work work) {
        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            try {
                work.on(DataSourceUtils.getConnection(pool));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Every row of a model's generation, table by table, in the order of keys. */
    public Map<String, List<String>> rows(ReadModel model, int generation) {
        var rows = new LinkedHashMap<String, List<String>>();
        for (var table : model.tables()) {
            var texts = new ArrayList<>(jdbc.sql("SELECT jsonb_pretty(to_jsonb(t)) FROM readmodel."
                            + ReadModel.physicalName(table, generation) + " t")
                    .query(String.class)
                    .list());
            texts.sort(null);
            rows.put(table, texts);
        }
        return rows;
    }

    /** Rows that only one of them has. */
    public static List<String> differences(Map<String, List<String>> ones, Map<String, List<String>> others) {
        var differences = new ArrayList<String>();
        ones.forEach((table, rows) -> {
            var theirs = others.getOrDefault(table, List.of());
            var both = new HashSet<>(rows);
            both.retainAll(new HashSet<>(theirs));
            rows.stream().filter(row -> !both.contains(row)).forEach(differences::add);
            theirs.stream().filter(row -> !both.contains(row)).forEach(differences::add);
        });
        return differences;
    }

    public Map<String, List<String>> rows(ReadModel model) {
        return rows(model, 1);
    }

    List<String> parked(ReadModel model) {
        return jdbc.sql("SELECT stream FROM readmodel.parked WHERE model = ? ORDER BY stream")
                .param(model.id())
                .query(String.class)
                .list();
    }

    long position(ReadModel model) {
        return jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = 1")
                .param(model.id())
                .query(Long.class)
                .single();
    }

    /** The server's processes that are alive. */
    static Stream<ProcessHandle> server() {
        return ProcessHandle.of(SERVER.pid()).orElseThrow().descendants();
    }

    /** Ends every other session, as an administrator or a crash would. */
    void killSessions() throws SQLException {
        try (var admin = SERVER.dataSource(name).getConnection();
                var kill = admin.prepareStatement("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()")) {
            kill.execute();
        }
    }

    @Override
    public void close() {
        pool.close();
        SERVER.dropDatabase(name);
    }
}
