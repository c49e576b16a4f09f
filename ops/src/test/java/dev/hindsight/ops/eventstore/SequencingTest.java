package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What the leader remembers of numbers that it has not seen, and when it gives them up. */
class SequencingTest {

    private PGSimpleDataSource database;
    private Connection writer;
    private Connection slow;
    private Connection leading;

    @BeforeEach
    void connect() throws SQLException {
        database = TestDatabase.fresh();
        leading = database.getConnection();
        writer = database.getConnection();
        slow = database.getConnection();
        writer.setAutoCommit(false);
        slow.setAutoCommit(false);
    }

    @AfterEach
    void disconnect() throws SQLException {
        slow.close();
        writer.close();
        leading.close();
    }

    private static long append(Connection connection, String stream) throws SQLException {
        return AppendStatement.execute(
                connection, List.of(PostgresEventLogTest.event(stream, 0)), TestLogs.serializer());
    }

    private void commit(String stream) throws SQLException {
        append(writer, stream);
        writer.commit();
    }

    private void rollBack(String stream) throws SQLException {
        append(writer, stream);
        writer.rollback();
    }

    private static List<Long> numbers(List<Placement> placed) {
        return placed.stream().flatMapToLong(Placement::appendNumbers).boxed().toList();
    }

    @Test
    void theNumberOfARolledBackAppendIsGivenUp() throws Exception {
        Sequencing leader = Sequencing.begin(leading);
        rollBack("a");
        rollBack("b");
        commit("c");
        assertThat(numbers(leader.run())).containsExactly(3L);
        assertThat(leader.missing()).as("one range").isEqualTo(1);
        assertThat(leader.settled()).isZero();

        assertThat(leader.run()).isEmpty();

        assertThat(leader.missing()).isZero();
        assertThat(leader.settled()).isEqualTo(3);
    }

    @Test
    void onlyConsecutiveCallsOfOneEventEachShareAPlace() throws Exception {
        Sequencing leader = Sequencing.begin(leading);
        commit("a"); // 1
        commit("b"); // 2
        AppendStatement.execute(
                writer,
                List.of(PostgresEventLogTest.event("pair", 0), PostgresEventLogTest.event("pair", 1)),
                TestLogs.serializer()); // 3
        writer.commit();
        rollBack("undone"); // 4
        commit("c"); // 5: its number and position are as far apart as those of the first two
        long late = append(slow, "late"); // 6
        commit("d"); // 7
        slow.commit();
        commit("e"); // 8
        List<Placement> placed = leader.run();

        assertThat(placed.stream()
                        .map(p -> List.of(p.firstPosition(), (long) p.events(), p.firstAppend(), p.lastAppend())))
                .containsExactly(List.of(1L, 2L, 1L, 2L), List.of(3L, 2L, 3L, 3L), List.of(5L, 4L, 5L, 8L));
        assertThat(placed.get(2).lastPositionOf(late)).isEqualTo(6);
        assertThat(placed.get(1).lastPositionOf(3)).isEqualTo(4);
    }

    @Test
    void aPlaceIsFoundHoweverFarItsRunBeginsBeforeIt() throws Exception {
        Sequencing leader = Sequencing.begin(leading);
        for (int i = 1; i <= 40; i++) {
            commit("together-" + i);
        }
        for (int i = 41; i <= 70; i++) {
            rollBack("undone-" + i);
        }
        commit("alone"); // 71
        assertThat(leader.run()).hasSize(2);
        commit("not placed"); // 72

        try (var statement = leading.createStatement();
                var rows = statement.executeQuery("SELECT n, first_append, first_position FROM generate_series(1, 72) n"
                        + " LEFT JOIN log.placement_of(n) ON true ORDER BY n")) {
            while (rows.next()) {
                long number = rows.getLong(1);
                assertThat(List.of(rows.getLong(2), rows.getLong(3)))
                        .as("the place of append %d", number)
                        .isEqualTo(number <= 40 ? List.of(1L, 1L) : number == 71 ? List.of(71L, 41L) : List.of(0L, 0L));
            }
        }
        try (var statement = leading.createStatement();
                var rows = statement.executeQuery(
                        "SELECT array_agg(position ORDER BY append_number) FROM log.placed_event")) {
            rows.next();
            assertThat((Long[]) rows.getArray(1).getArray())
                    .containsExactly(LongStream.rangeClosed(1, 41).boxed().toArray(Long[]::new));
        }
    }

    @Test
    void aTransactionYoungerThanAllThatAreCompletedIsWaitedFor() throws Exception {
        Sequencing leader = Sequencing.begin(leading);
        try (var statement = writer.createStatement()) {
            statement.execute("SELECT pg_current_xact_id()");
        }
        long late = append(slow, "late"); // later id, earlier number: the snapshot's upper end lies below its id
        commit("early");
        for (int i = 0; i < 5; i++) {
            assertThat(numbers(leader.run())).isEqualTo(i == 0 ? List.of(late + 1) : List.of());
            assertThat(leader.missing()).isEqualTo(1);
        }
        slow.commit();
        assertThat(numbers(leader.run())).containsExactly(late);
        assertThat(leader.missing()).isZero();
    }

    @Test
    void aLongTransactionCostsNothingPerRunHoweverManyAppendsAreRolledBackBesideIt() throws Exception {
        Sequencing leader = Sequencing.begin(leading);
        long first = append(slow, "slow-0");
        int placed = 0;
        for (int i = 0; i < 300; i++) {
            rollBack("undone-" + i);
            commit("done-" + i);
            placed += leader.run().size();
            assertThat(leader.lookedUp()).isLessThanOrEqualTo(3);
        }
        assertThat(placed).isEqualTo(300);
        assertThat(leader.missing()).isGreaterThanOrEqualTo(300);
        assertThat(leader.settled()).isEqualTo(first - 1);
        long second = append(slow, "slow-1");
        commit("last");
        leader.run();
        leader.run();
        leader.run();
        assertThat(leader.lookedUp()).isZero();

        slow.commit();

        assertThat(numbers(leader.run())).as("its calls, together").containsExactly(first, second);
        assertThat(leader.missing()).isZero();
        assertThat(leader.settled()).isEqualTo(second + 1);
    }

    @Test
    void anEffectThatIsVisibleAtOnceWithTheLateCauseComesAfterIt() throws Exception {
        Sequencing leader = Sequencing.begin(leading);
        long cause = append(slow, "cause");
        commit("other");
        for (int i = 0; i < 4; i++) {
            leader.run();
        }
        assertThat(leader.lookedUp()).as("it sleeps").isZero();
        slow.commit();
        long effect = append(writer, "effect");
        writer.commit();
        assertThat(numbers(leader.run())).containsExactly(cause, effect);
    }

    @Test
    void severalLongTransactionsEndInAnyOrder() throws Exception {
        Sequencing leader = Sequencing.begin(leading);
        List<Connection> open = new ArrayList<>();
        List<Long> drawn = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Connection connection = database.getConnection();
            connection.setAutoCommit(false);
            open.add(connection);
            drawn.add(append(connection, "long-" + i));
            commit("between-" + i);
            rollBack("undone-" + i);
            leader.run();
            leader.run();
            leader.run();
        }
        commit("last");
        leader.run();
        for (int which : List.of(2, 5, 0, 3, 4, 1)) {
            if (which == 4) {
                open.get(which).rollback();
            } else {
                open.get(which).commit();
            }
            assertThat(numbers(leader.run())).isEqualTo(which == 4 ? List.of() : List.of(drawn.get(which)));
            leader.run();
            leader.run();
            open.get(which).close();
        }
        leader.run();
        assertThat(leader.missing()).isZero();
    }

    @Test
    void aNewLeaderTakesOverOpenNumbersFromTheStoredFloor() throws Exception {
        Sequencing old = Sequencing.begin(leading);
        commit("a");
        commit("b");
        old.run();
        long late = append(slow, "late");
        rollBack("undone");
        commit("c");
        old.run();
        old.save();
        assertThat(old.settled()).isEqualTo(late - 1);
        commit("not placed by the old one");

        try (Connection another = database.getConnection()) {
            Sequencing leader = Sequencing.begin(another);
            assertThat(leader.settled()).isEqualTo(late - 1);
            assertThat(leader.run()).hasSize(1);
            assertThat(leader.run()).isEmpty();
            slow.commit();
            assertThat(numbers(leader.run())).containsExactly(late);
            assertThat(leader.missing()).isZero();
            leader.save();
        }
        try (Connection third = database.getConnection()) {
            Sequencing leader = Sequencing.begin(third);
            assertThat(leader.missing()).isZero();
            assertThat(leader.run()).isEmpty();
            assertThat(leader.settled()).isEqualTo(late + 3);
        }
    }

    @Test
    void aLeaderWithoutTheFloorFindsTheSame() throws Exception {
        Sequencing old = Sequencing.begin(leading);
        commit("a");
        long late = append(slow, "late");
        commit("b");
        old.run();
        old.save();
        TestDatabase.execute(database, "TRUNCATE log.sequencer");
        Sequencing leader = Sequencing.begin(leading);
        assertThat(leader.run()).isEmpty();
        slow.commit();
        assertThat(numbers(leader.run())).containsExactly(late);
    }

    @Test
    void anAppendRolledBackToASavepointIsMissingUntilItsTransactionEnds() throws Exception {
        Sequencing leader = Sequencing.begin(leading);
        long kept = append(slow, "kept");
        Savepoint savepoint = slow.setSavepoint();
        append(slow, "undone");
        slow.rollback(savepoint);
        long after = append(slow, "after");
        commit("other");
        leader.run();
        leader.run();
        assertThat(leader.missing()).isEqualTo(1);
        slow.commit();
        assertThat(numbers(leader.run())).containsExactly(kept, after);
        assertThat(leader.missing()).isZero();
    }

    @Test
    void numbersThatACrashSkippedAreOneRangeAndGivenUp() throws Exception {
        Sequencing leader = Sequencing.begin(leading);
        TestDatabase.execute(database, "SELECT setval('log.append_number', 10000000000)");
        commit("a");
        assertThat(leader.run()).hasSize(1);
        assertThat(leader.missing()).isEqualTo(1);
        leader.run();
        assertThat(leader.missing()).isZero();
    }

    @Test
    void aSequenceBehindTheLogIsRefused() throws Exception {
        commit("a");
        commit("b");
        TestDatabase.execute(database, "SELECT setval('log.append_number', 1)");
        assertThatThrownBy(() -> Sequencing.begin(leading))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("setval('log.append_number', 2)");
    }

    @Test
    void theTransactionHasItsIdBeforeTheNumberIsDrawn() throws Exception {
        try (Connection connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef"
                        + " WHERE adrelid = 'log.event'::regclass AND pg_get_expr(adbin, adrelid) LIKE '%nextval%'")) {
            row.next();
            assertThat(row.getString(1).replaceAll("\\s+", " ").strip())
                    .matches("CASE WHEN \\(pg_current_xact_id\\(\\) IS NOT NULL\\) THEN nextval\\(.*");
        }
    }
}
