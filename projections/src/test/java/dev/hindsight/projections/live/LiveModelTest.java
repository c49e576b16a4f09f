package dev.hindsight.projections.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.NodeSession;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.tickets.TicketModel;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The processor between the log's tail and the tables, on a real PostgreSQL. */
class LiveModelTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    private static Database database;
    private final MemoryLog log = new MemoryLog();
    /** In process only: these tests kill the sessions that it would ask. */
    private final FreshnessGate freshness = new FreshnessGate(model -> 0);

    private NodeSession session;
    private LiveModel live;

    @BeforeAll
    static void open() {
        database = new Database();
    }

    @AfterAll
    static void shut() {
        database.close();
    }

    @BeforeEach
    void start() {
        database.empty();
        session = session();
        live = model(session);
        live.start();
    }

    /** Every node is called the same. */
    private static NodeSession session() {
        return NodeSession.open(() -> DriverManager.getConnection(database.pool.getJdbcUrl()), "node");
    }

    @AfterEach
    void end() {
        live.close();
        session.close();
    }

    @Test
    void follows_the_log_and_its_progress_is_the_stored_number() {
        var history = Histories.of(21, 3_000);
        log.append(history.subList(0, 1_000));
        assertThat(freshness.await(ReadModel.TICKETS, 1_000, SOON)).isTrue();
        log.append(history.subList(1_000, 3_000));
        assertThat(freshness.await(ReadModel.TICKETS, 3_000, SOON)).isTrue();

        assertThat(database.position(ReadModel.TICKETS)).isEqualTo(3_000);
        assertThat(Database.differences(database.rows(ReadModel.TICKETS), database.expected(history)))
                .isEmpty();
    }

    @Test
    void a_commit_that_fails_takes_back_the_rows_and_the_progress_together() {
        database.jdbc.sql("""
                CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'as a crash would' USING ERRCODE = '40001';
                END $$""").update();
        database.jdbc.sql("""
                CREATE CONSTRAINT TRIGGER fail AFTER UPDATE OF position ON readmodel.generation
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.position > 100) EXECUTE FUNCTION fail()""").update();
        var history = Histories.of(22, 400);
        log.append(history.subList(0, 100));
        assertThat(freshness.await(ReadModel.TICKETS, 100, SOON)).isTrue();
        log.append(history.subList(100, 400));
        assertThat(freshness.await(ReadModel.TICKETS, 101, Duration.ofMillis(500)))
                .isFalse();

        assertThat(database.position(ReadModel.TICKETS)).isEqualTo(100);
        assertThat(Database.differences(database.rows(ReadModel.TICKETS), database.expected(history.subList(0, 100))))
                .isEmpty();

        database.jdbc.sql("DROP FUNCTION fail() CASCADE").update();
        assertThat(freshness.await(ReadModel.TICKETS, 400, SOON)).isTrue();
        assertThat(Database.differences(database.rows(ReadModel.TICKETS), database.expected(history)))
                .isEmpty();
    }

    @Test
    void sessions_that_are_killed_park_nothing_and_lose_nothing() throws SQLException {
        var history = Histories.of(23, 12_000);
        log.append(history.subList(0, 4_000));
        for (var part = 1; part < 3; part++) {
            assertThat(freshness.await(ReadModel.TICKETS, part * 4_000L - 3_000, SOON))
                    .isTrue();
            database.killSessions();
            log.append(history.subList(part * 4_000, part * 4_000 + 4_000));
            database.killSessions();
        }
        assertThat(freshness.await(ReadModel.TICKETS, 12_000, SOON)).isTrue();

        assertThat(database.parked(ReadModel.TICKETS)).isEmpty();
        assertThat(Database.differences(database.rows(ReadModel.TICKETS), database.expected(history)))
                .isEmpty();
        assertThat(live.status().state()).isEqualTo(ModelStatus.State.RUNNING);
    }

    @Test
    void rows_and_progress_that_a_crash_of_the_database_took_back_are_made_again() {
        var history = Histories.of(27, 1_000);
        log.append(history.subList(0, 400));
        assertThat(freshness.await(ReadModel.TICKETS, 400, SOON)).isTrue();
        // What losing the newest commits looks like to a processor that was idle meanwhile.
        database.jdbc
                .sql("UPDATE readmodel.generation SET position = 0 WHERE model = 'tickets'")
                .update();
        for (var table : ReadModel.TICKETS.tables()) {
            database.jdbc
                    .sql("DELETE FROM readmodel." + ReadModel.physicalName(table, 1))
                    .update();
        }
        log.append(history.subList(400, 1_000));
        assertThat(freshness.await(ReadModel.TICKETS, 1_000, SOON)).isTrue();
        assertThat(Database.differences(database.rows(ReadModel.TICKETS), database.expected(history)))
                .isEmpty();
    }

    @Test
    void a_restarted_node_goes_on_where_the_rows_are() {
        var history = Histories.of(24, 2_000);
        log.append(history.subList(0, 900));
        assertThat(freshness.await(ReadModel.TICKETS, 900, SOON)).isTrue();
        live.close();
        session.close();
        session = session();
        live = model(session);
        live.start();
        log.append(history.subList(900, 2_000));
        assertThat(freshness.await(ReadModel.TICKETS, 2_000, SOON)).isTrue();
        assertThat(Database.differences(database.rows(ReadModel.TICKETS), database.expected(history)))
                .isEmpty();
    }

    @Test
    void stops_before_an_event_of_newer_software_and_says_so_until_the_node_knows_it() {
        var history = Histories.of(25, 600);
        log.append(history.subList(0, 300)).spoil(451, new UnknownEvent("ticket.teleported", "1"));
        log.append(history.subList(300, 600));
        assertThat(freshness.await(ReadModel.TICKETS, 450, SOON)).isTrue();
        assertThat(freshness.await(ReadModel.TICKETS, 451, Duration.ofMillis(300)))
                .isFalse();

        assertThat(live.status().state()).isEqualTo(ModelStatus.State.UNKNOWN_EVENT);
        assertThat(live.status().detail()).contains("451", "ticket.teleported");
        assertThat(database.jdbc
                        .sql("SELECT state FROM readmodel.generation WHERE model = 'tickets'")
                        .query(String.class)
                        .single())
                .isEqualTo("UNKNOWN_EVENT");
        assertThat(database.parked(ReadModel.TICKETS)).isEmpty();

        live.close();
        log.mend(451);
        live = model(session);
        live.start();
        assertThat(freshness.await(ReadModel.TICKETS, 600, SOON)).isTrue();
        assertThat(Database.differences(database.rows(ReadModel.TICKETS), database.expected(history)))
                .isEmpty();
        assertThat(live.status().state()).isEqualTo(ModelStatus.State.RUNNING);
    }

    @Test
    void a_second_node_of_the_same_name_takes_no_part_while_the_first_lives() throws InterruptedException {
        var history = Histories.of(26, 500);
        log.append(history.subList(0, 100));
        assertThat(freshness.await(ReadModel.TICKETS, 100, SOON)).isTrue();
        try (var other = session();
                var second = model(other)) {
            second.start();
            for (var next = 100; next < 500; next += 50) {
                log.append(history.subList(next, next + 50));
                assertThat(freshness.await(ReadModel.TICKETS, next + 50, SOON)).isTrue();
                Thread.sleep(300); // over several looks of the second one at what is free
            }
            assertThat(second.status().position()).isZero();
            assertThat(live.status().position()).isEqualTo(500);
        }
    }

    @Test
    void a_node_whose_session_is_killed_has_one_again_and_keeps_its_name() {
        var killed = backend(session).orElseThrow();
        database.jdbc
                .sql("SELECT pg_terminate_backend(?)")
                .param(killed)
                .query(Boolean.class)
                .single();
        var deadline = System.nanoTime() + SOON.toNanos();
        while (backend(session).filter(pid -> !pid.equals(killed)).isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** Which process of PostgreSQL holds the lock of its name. */
    private static Optional<Integer> backend(NodeSession node) {
        return database.jdbc
                .sql("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
                        + " AND classid = hashtext('hindsight.node')::oid AND objid = hashtext(?)::oid")
                .param(node.name())
                .query(Integer.class)
                .optional();
    }

    private LiveModel model(NodeSession node) {
        return new LiveModel(
                new TicketModel(1),
                log,
                log,
                database.pool,
                database.transactions,
                freshness,
                TracedBatches.NOBODY,
                node.name());
    }
}
