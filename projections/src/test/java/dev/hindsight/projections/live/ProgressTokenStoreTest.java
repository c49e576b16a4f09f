package dev.hindsight.projections.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.projections.readmodel.NodeSession;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The one number that is a model's progress, and who may write it. */
class ProgressTokenStoreTest {

    private static final String NAME = ReadModel.TICKETS.id();
    private static Database database;

    @BeforeAll
    static void open() {
        database = new Database();
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
    void a_new_generation_begins_before_the_first_position_with_one_segment() {
        var one = store("one", Duration.ofMinutes(1));
        assertThat(one.fetchSegments(NAME)).containsExactly(0);
        assertThat(one.fetchToken(NAME, 0)).isEqualTo(new GlobalSequenceTrackingToken(0));
    }

    @Test
    void what_is_stored_is_the_models_position() {
        var one = store("one", Duration.ofMinutes(1));
        one.fetchToken(NAME, 0);
        one.storeToken(new GlobalSequenceTrackingToken(42), NAME, 0);
        assertThat(database.position(ReadModel.TICKETS)).isEqualTo(42);
        assertThat(one.fetchToken(NAME, 0)).isEqualTo(new GlobalSequenceTrackingToken(42));
        assertThat(one.position()).isEqualTo(42);
    }

    @Test
    void another_node_neither_claims_nor_stores_nor_extends_while_the_first_lives() {
        var two = store("two", Duration.ofMinutes(1));
        try (var one = session()) {
            store(one.name(), Duration.ofMinutes(1)).fetchToken(NAME, 0);
            assertThatThrownBy(() -> two.fetchToken(NAME, 0)).isInstanceOf(UnableToClaimTokenException.class);
            assertThatThrownBy(() -> two.storeToken(new GlobalSequenceTrackingToken(1), NAME, 0))
                    .isInstanceOf(UnableToClaimTokenException.class);
            assertThatThrownBy(() -> two.extendClaim(NAME, 0)).isInstanceOf(UnableToClaimTokenException.class);
        }
    }

    @Test
    void another_node_takes_over_what_is_given_back_and_what_shows_no_sign_of_life() {
        try (var first = session();
                var second = session()) {
            var one = store(first.name(), Duration.ofMinutes(1));
            one.fetchToken(NAME, 0);
            one.releaseClaim(NAME, 0);
            var two = store(second.name(), Duration.ofMinutes(1));
            two.fetchToken(NAME, 0);
            assertThatThrownBy(() -> one.extendClaim(NAME, 0)).isInstanceOf(UnableToClaimTokenException.class);

            store("three", Duration.ZERO).fetchToken(NAME, 0);
            assertThatThrownBy(() -> two.extendClaim(NAME, 0)).isInstanceOf(UnableToClaimTokenException.class);
        }
    }

    @Test
    void what_a_node_without_a_session_has_is_free_when_two_signs_of_life_did_not_come() {
        var two = store("two", Duration.ofMinutes(1));
        try (var first = session()) {
            var one = store(first.name(), Duration.ofMinutes(1));
            one.fetchToken(NAME, 0);
            lastSign("5 s");
            assertThatThrownBy(() -> two.fetchToken(NAME, 0)).isInstanceOf(UnableToClaimTokenException.class);
            one.extendClaim(NAME, 0);
        }
        var deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (database.jdbc
                .sql("SELECT " + NodeSession.OWNER_LIVES + " FROM readmodel.generation WHERE model = ?")
                .param(NAME)
                .query(Boolean.class)
                .single()) { // PostgreSQL hears of the end a moment later
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
        lastSign("1 s");
        assertThatThrownBy(() -> two.fetchToken(NAME, 0)).isInstanceOf(UnableToClaimTokenException.class);
        lastSign("5 s");
        two.fetchToken(NAME, 0);
        two.extendClaim(NAME, 0);
    }

    private static void lastSign(String ago) {
        database.jdbc
                .sql("UPDATE readmodel.generation SET claimed_at = clock_timestamp() - ?::interval WHERE model = ?")
                .params(ago, NAME)
                .update();
    }

    private static NodeSession session() {
        return NodeSession.open(() -> DriverManager.getConnection(database.pool.getJdbcUrl()), "node");
    }

    @Test
    void progress_never_goes_back() {
        var one = store("one", Duration.ofMinutes(1));
        one.fetchToken(NAME, 0);
        one.storeToken(new GlobalSequenceTrackingToken(42), NAME, 0);
        assertThatThrownBy(() -> one.storeToken(new GlobalSequenceTrackingToken(41), NAME, 0))
                .isInstanceOf(UnableToClaimTokenException.class);
        assertThat(database.position(ReadModel.TICKETS)).isEqualTo(42);
    }

    @Test
    void a_batch_is_stored_only_on_top_of_the_progress_that_it_follows() {
        var one = store("one", Duration.ofMinutes(1));
        one.fetchToken(NAME, 0);
        one.storeToken(new GlobalSequenceTrackingToken(42), NAME, 0);
        one.committed(42);
        database.jdbc
                .sql("UPDATE readmodel.generation SET position = 40 WHERE model = ?")
                .param(NAME)
                .update();
        assertThatThrownBy(() -> one.storeToken(new GlobalSequenceTrackingToken(43), NAME, 0))
                .isInstanceOf(UnableToClaimTokenException.class);
        assertThat(database.position(ReadModel.TICKETS)).isEqualTo(40);
        assertThat(one.fetchToken(NAME, 0)).isEqualTo(new GlobalSequenceTrackingToken(40));
        one.storeToken(new GlobalSequenceTrackingToken(43), NAME, 0);
        assertThat(database.position(ReadModel.TICKETS)).isEqualTo(43);
    }

    private ProgressTokenStore store(String node, Duration timeout) {
        return new ProgressTokenStore(database.jdbc, ReadModel.TICKETS, 1, node, timeout);
    }
}
