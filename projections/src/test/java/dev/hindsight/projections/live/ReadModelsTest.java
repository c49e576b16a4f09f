package dev.hindsight.projections.live;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.tickets.TicketModel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What queries rely on. */
class ReadModelsTest {

    private static Database database;
    private static ReadModels readModels;

    @BeforeAll
    static void open() {
        database = new Database();
        readModels = new ReadModels(database.pool);
    }

    @AfterAll
    static void shut() {
        database.close();
    }

    @BeforeEach
    void empty() {
        database.empty();
    }

    @Test
    void queries_on_the_generated_tables_read_the_generation_that_answers() {
        project();
        long tickets = readModels.read(snapshot -> (long) snapshot.jooq().fetchCount(TICKET));
        assertThat(tickets).isPositive().isEqualTo(count("ticket_g1"));

        var sql = readModels.read(snapshot -> snapshot.jooq()
                .select(TICKET.SUBJECT)
                .from(TICKET)
                .join(TICKET_MESSAGE)
                .on(TICKET_MESSAGE.TICKET_ID.eq(TICKET.ID))
                .getSQL());
        assertThat(sql).contains("ticket_g1", "ticket_message_g1");
    }

    @Test
    void a_switch_is_seen_by_the_next_snapshot() {
        project();
        database.jdbc
                .sql("DELETE FROM readmodel.active_generation WHERE model = 'tickets'")
                .update();
        assertThat(database.generations.ensure(ReadModel.TICKETS)).isEqualTo(2);
        assertThat(readModels.<Integer>read(snapshot -> snapshot.jooq().fetchCount(TICKET)))
                .isZero();
        database.jdbc
                .sql("UPDATE readmodel.active_generation SET generation = 1 WHERE model = 'tickets'")
                .update();
        assertThat(readModels.<Integer>read(snapshot -> snapshot.generation(ReadModel.TICKETS)))
                .isEqualTo(1);
        assertThat(readModels.<Integer>read(snapshot -> snapshot.jooq().fetchCount(TICKET)))
                .isPositive();
    }

    @Test
    void a_snapshot_does_not_move_and_writes_nothing() {
        long before = readModels.<Long>read(snapshot -> {
            var empty = (long) snapshot.jooq().fetchCount(TICKET);
            project();
            assertThat((long) snapshot.jooq().fetchCount(TICKET)).isEqualTo(empty);
            assertThat(snapshot.position(ReadModel.TICKETS)).isZero();
            return empty;
        });
        assertThat(before).isZero();
        assertThatThrownBy(() -> readModels.<Integer>read(
                        snapshot -> snapshot.jooq().deleteFrom(TICKET).execute()))
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("read-only");
    }

    @Test
    void ensuring_a_generation_again_makes_no_other() {
        var before = count("generation");
        assertThat(database.generations.ensure(ReadModel.TICKETS)).isEqualTo(1);
        assertThat(count("generation")).isEqualTo(before);
    }

    @Test
    void a_generation_gets_the_indexes_that_templates_got_after_it() {
        var linked =
                "SELECT count(*) FROM pg_indexes WHERE schemaname = 'readmodel' AND tablename = 'ticket_timeline_g1'"
                        + " AND indexdef LIKE '%jsonb_path_query_first%'";
        var all = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'readmodel' AND tablename LIKE '%\\_g1'";
        var before = database.jdbc.sql(all).query(Long.class).single();
        assertThat(database.jdbc.sql(linked).query(Long.class).single()).isEqualTo(1);
        database.jdbc
                .sql(
                        "DO $$ BEGIN EXECUTE (SELECT 'DROP INDEX readmodel.' || indexname FROM pg_indexes"
                                + " WHERE tablename = 'ticket_timeline_g1' AND indexdef LIKE '%jsonb_path_query_first%'); END $$")
                .update();
        assertThat(database.jdbc.sql(linked).query(Long.class).single()).isZero();
        for (var again = 0; again < 2; again++) {
            assertThat(database.generations.ensure(ReadModel.TICKETS)).isEqualTo(1);
            assertThat(database.jdbc.sql(linked).query(Long.class).single()).isEqualTo(1);
            assertThat(database.jdbc.sql(all).query(Long.class).single()).isEqualTo(before);
        }
    }

    @Test
    void who_waits_for_a_position_is_woken_when_it_is_reached_and_let_go_when_the_time_is_over() throws Exception {
        var gate = new FreshnessGate(model -> 0);
        assertThat(gate.await(ReadModel.TICKETS, 5, Duration.ofMillis(50))).isFalse();
        var waiting = CompletableFuture.supplyAsync(() -> gate.await(ReadModel.TICKETS, 5, Duration.ofSeconds(30)));
        gate.advanced(ReadModel.TICKETS, 4);
        gate.advanced(ReadModel.DIRECTORY, 9);
        assertThat(waiting.isDone()).isFalse();
        gate.advanced(ReadModel.TICKETS, 5);
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_node_that_does_not_project_finds_the_stored_position() {
        var gate = new FreshnessGate(readModels::position);
        assertThat(gate.await(ReadModel.DIRECTORY, 1, Duration.ofMillis(50))).isFalse();
        database.jdbc.sql("UPDATE readmodel.generation SET position = 7").update();
        assertThat(gate.await(ReadModel.DIRECTORY, 7, Duration.ofSeconds(5))).isTrue();
    }

    private void project() {
        var model = new TicketModel(1);
        var arrivals = new MemoryLog().append(Histories.of(5, 200)).arrivals(model);
        database.transact(connection -> new BatchProjector<>(model, new MemoryLog()).project(connection, arrivals));
    }

    private long count(String table) {
        return database.jdbc
                .sql("SELECT count(*) FROM readmodel." + table)
                .query(Long.class)
                .single();
    }
}
