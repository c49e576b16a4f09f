package dev.hindsight.command.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hindsight.command.AppendedPositions;
import dev.hindsight.command.CommandRig;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.PreconditionFailed;
import dev.hindsight.domain.PreconditionRequired;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.UnknownEvent;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Idempotency, retries and unknown outcomes, with commands that do what the test tells them. */
class CommandDispatchTest {

    private static final UUID PRINCIPAL = UUID.randomUUID();
    private static final Expected NOTHING = new Expected.Nothing();

    /** Runs what the test put into it. */
    record Act(Runnable what) {}

    static final class Actor {
        final AtomicInteger runs = new AtomicInteger();
        final AtomicReference<@Nullable Envelope> envelope = new AtomicReference<>();

        @CommandHandler
        Receipt handle(Act act, CommandMessage<Act> message) {
            runs.incrementAndGet();
            envelope.set((Envelope) message.getMetaData().get(Envelope.KEY));
            act.what().run();
            return new Receipt("ticket-" + ID, true, 7L, 3, MESSAGE, null, false);
        }
    }

    private static final UUID ID = UUID.randomUUID();
    private static final UUID MESSAGE = UUID.randomUUID();

    private static final Actor ACTOR = new Actor();
    private static final Positions POSITIONS = new Positions();
    private static final CommandRig RIG = new CommandRig(POSITIONS, ACTOR);

    /** Answers what the test put into it; nothing unless it did. */
    private static final class Positions implements AppendedPositions {
        LongFunction<OptionalLong> awaited = append -> OptionalLong.empty();
        LongFunction<OptionalLong> lookedUp = sequence -> OptionalLong.empty();

        @Override
        public OptionalLong awaitPosition(long appendNumber, Duration atMost) {
            return awaited.apply(appendNumber);
        }

        @Override
        public OptionalLong positionOf(String streamId, long sequence) {
            return lookedUp.apply(sequence);
        }
    }

    @BeforeEach
    void fresh() {
        ACTOR.runs.set(0);
        POSITIONS.awaited = append -> OptionalLong.empty();
        POSITIONS.lookedUp = sequence -> OptionalLong.empty();
        RIG.jdbc.execute("truncate command.idempotency");
    }

    @AfterAll
    static void stop() {
        RIG.close();
    }

    private static IdempotencyKey key(String key, String body) {
        return IdempotencyKey.of(PRINCIPAL, key, "POST", "/tickets", body.getBytes(StandardCharsets.UTF_8));
    }

    private Answer send(@Nullable IdempotencyKey key, Expected expected, Runnable what) {
        return RIG.dispatch.send(CommandRig.call(key, expected), new Act(what));
    }

    private Answer send(@Nullable IdempotencyKey key) {
        return send(key, NOTHING, () -> {});
    }

    private int rememberedKeys() {
        Integer rows = RIG.jdbc.queryForObject("select count(*) from command.idempotency", Integer.class);
        return rows == null ? -1 : rows;
    }

    @Test
    void a_repeated_call_answers_as_the_first_and_does_nothing() {
        Answer first = send(key("k", "{}"));
        Answer second = send(key("k", "{}"));
        assertThat(first.replayed()).isFalse();
        assertThat(second.replayed()).isTrue();
        assertThat(second.receipt()).isEqualTo(first.receipt());
        assertThat(ACTOR.runs).hasValue(1);
    }

    @Test
    void without_a_key_nothing_is_remembered() {
        send(null);
        send(null);
        assertThat(ACTOR.runs).hasValue(2);
        assertThat(rememberedKeys()).isZero();
    }

    @Test
    void a_key_used_for_another_body_is_refused_and_another_principals_key_is_another() {
        send(key("k", "{}"));
        assertThatExceptionOfType(IdempotencyMismatch.class).isThrownBy(() -> send(key("k", "{ }")));
        send(IdempotencyKey.of(UUID.randomUUID(), "k", "POST", "/tickets", new byte[] {'{', '}'}));
        assertThat(ACTOR.runs).hasValue(2);
    }

    @Test
    void a_refusal_is_not_remembered() {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> send(key("k", "{}"), NOTHING, () -> {
                    throw new Refusal("NOT_NOW", "Later.");
                }));
        assertThat(send(key("k", "{}")).replayed()).isFalse();
    }

    @Test
    void a_key_is_forgotten_after_a_day_by_look_up_and_by_the_cleaner() {
        send(key("k", "{}"));
        RIG.jdbc.update("update command.idempotency set created_at = now() - interval '24 hours 1 second'");
        assertThat(send(key("k", "{other}")).replayed()).isFalse();
        assertThat(send(key("k", "{other}")).replayed()).isTrue();
        RIG.jdbc.update("update command.idempotency set created_at = now() - interval '24 hours 1 second'");
        new IdempotencyCleaner(RIG.remembered).clean();
        assertThat(rememberedKeys()).isZero();
    }

    @Test
    void a_call_under_way_keeps_its_key_from_others() throws Exception {
        var inside = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (var pool = Executors.newSingleThreadExecutor()) {
            var first = pool.submit(() -> send(key("k", "{}"), NOTHING, () -> {
                inside.countDown();
                await(goOn);
            }));
            await(inside);
            assertThatExceptionOfType(Refusal.class)
                    .isThrownBy(() -> send(key("k", "{}")))
                    .satisfies(refusal -> assertThat(refusal.code()).isEqualTo("IDEMPOTENCY_IN_PROGRESS"));
            goOn.countDown();
            assertThat(first.get(10, TimeUnit.SECONDS).replayed()).isFalse();
        }
        assertThat(send(key("k", "{}")).replayed()).isTrue();
        assertThat(ACTOR.runs).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void a_missing_if_match_is_said_unless_the_call_was_done_before() {
        assertThatExceptionOfType(PreconditionRequired.class)
                .isThrownBy(() -> send(key("k", "{}"), new Expected.Missing(), () -> {}));
        assertThat(ACTOR.runs).hasValue(0);
        send(key("k", "{}"), new Expected.Version(3), () -> {});
        assertThat(send(key("k", "{}"), new Expected.Missing(), () -> {}).replayed())
                .isTrue();
    }

    @Test
    void an_append_conflict_is_tried_three_times_again() {
        var conflicts = new AtomicInteger(3);
        Answer answer = send(key("k", "{}"), NOTHING, () -> {
            if (conflicts.getAndDecrement() > 0) {
                throw new ConcurrencyException("somebody was first");
            }
        });
        assertThat(answer.replayed()).isFalse();
        assertThat(ACTOR.runs).hasValue(4);
    }

    @Test
    void endless_conflicts_end_in_a_refusal() {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> send(null, NOTHING, () -> {
                    throw new ConcurrencyException("somebody was first");
                }))
                .satisfies(refusal -> assertThat(refusal.code()).isEqualTo("CONCURRENT_CHANGE"));
        assertThat(ACTOR.runs).hasValue(4);
    }

    @Test
    void a_conflict_is_not_tried_again_for_one_version() {
        assertThatExceptionOfType(PreconditionFailed.class)
                .isThrownBy(() -> send(null, new Expected.Version(3), () -> {
                    throw new ConcurrencyException("somebody was first");
                }));
        assertThat(ACTOR.runs).hasValue(1);
    }

    @Test
    void what_newer_software_wrote_is_decided_on_by_newer_software_only() {
        assertThatExceptionOfType(Unavailable.class)
                .isThrownBy(() -> send(null, NOTHING, () -> {
                    throw new IllegalStateException(new UnknownEvent("ticket.sung", "1"));
                }))
                .satisfies(unavailable -> assertThat(unavailable.code()).isEqualTo("WRITTEN_BY_NEWER_VERSION"));
        assertThat(ACTOR.runs).hasValue(1);
    }

    @Test
    void other_faults_are_not_tried_again() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> send(null, NOTHING, () -> {
                    throw new IllegalStateException("broken");
                }));
        assertThat(ACTOR.runs).hasValue(1);
    }

    @Test
    void a_connection_lost_at_commit_leaves_the_outcome_unknown() {
        assertThatExceptionOfType(Unavailable.class)
                .isThrownBy(() -> send(
                        key("k", "{}"),
                        NOTHING,
                        () -> CurrentUnitOfWork.get().onPrepareCommit(work -> loseConnection())))
                .satisfies(unavailable -> assertThat(unavailable.code()).isEqualTo("OUTCOME_UNKNOWN"));
        assertThat(ACTOR.runs).hasValue(1);
        assertThat(send(key("k", "{}")).replayed()).isFalse();
    }

    @Test
    void a_connection_lost_before_the_commit_is_a_fault_of_the_database() {
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> send(key("k", "{}"), NOTHING, this::loseConnection));
        assertThat(ACTOR.runs).hasValue(1);
    }

    /** Ends the server's end of the connection that the current transaction uses. */
    private void loseConnection() {
        Integer pid = RIG.jdbc.queryForObject("select pg_backend_pid()", Integer.class);
        try (Connection other = RIG.database.dataSource().getConnection();
                var kill = other.prepareStatement("select pg_terminate_backend(?, 5000)")) {
            kill.setObject(1, pid);
            kill.execute();
        } catch (SQLException cannot) {
            throw new IllegalStateException(cannot);
        }
    }

    @Test
    void the_position_of_what_was_appended_is_awaited() {
        POSITIONS.awaited = append -> OptionalLong.of(append + 100);
        Answer answer =
                send(null, NOTHING, () -> CurrentUnitOfWork.get().resources().put(AppendedPositions.LAST_APPEND, 9L));
        assertThat(answer.position()).isEqualTo(109);
    }

    @Test
    void the_position_of_an_unchanged_version_is_looked_up() {
        POSITIONS.lookedUp = sequence -> sequence == 2 ? OptionalLong.of(41) : OptionalLong.empty();
        assertThat(send(null).position()).isEqualTo(41);
    }

    @Test
    void a_success_stays_one_when_its_position_cannot_be_told() {
        POSITIONS.lookedUp = sequence -> {
            throw new IllegalStateException("no database");
        };
        assertThat(send(null).position()).isNull();
    }

    @Test
    void the_envelope_goes_with_the_command() {
        send(null);
        Envelope envelope = ACTOR.envelope.get();
        assertThat(envelope).isNotNull();
        assertThat(envelope.writer()).isEqualTo("test");
        assertThat(envelope.correlation()).isEqualTo("correlation");
        assertThat(envelope.command()).isEqualTo(envelope.causation());
    }

    @Test
    void numbers_drawn_at_once_are_all_different() throws Exception {
        var numbers = new TicketNumbers(JdbcClient.create(RIG.jdbc));
        var seen = ConcurrentHashMap.<Long>newKeySet();
        try (var pool = Executors.newFixedThreadPool(8)) {
            var all = new ArrayDeque<Future<?>>();
            for (int i = 0; i < 400; i++) {
                all.add(pool.submit(() -> seen.add(numbers.next())));
            }
            for (var one : all) {
                one.get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(seen).hasSize(400).contains(1L);
    }
}
