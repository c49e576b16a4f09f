package dev.hindsight.projections.rebuild;

import static dev.hindsight.projections.rebuild.TestNode.OLGA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.people.PersonEvent.PersonRenamed;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import dev.hindsight.projections.live.Database;
import dev.hindsight.projections.live.Histories;
import dev.hindsight.projections.live.MemoryLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import dev.hindsight.projections.rebuild.Jobs.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.support.TransactionTemplate;

/** Recoveries to a point beside live processing, on a real PostgreSQL. */
class RecoveryTest {

    private static final Wish AUTO = new Wish(null, false, SwitchMode.AUTO);
    private static final List<ReadModel> MODELS = List.of(ReadModel.TICKETS, ReadModel.DIRECTORY);

    private final OpenSearchConnection nowhere = new OpenSearchConnection(TestNode.NOWHERE);
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> recorded = new CopyOnWriteArrayList<>();
    private final Set<String> steps = ConcurrentHashMap.newKeySet();
    private final Side side = new Side();
    private final Database database = side.database;
    private final MemoryLog log = side.log;
    private long freeDisk = Long.MAX_VALUE;

    @AfterEach
    void end() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
        nowhere.close();
    }

    /** A log and what follows it. */
    private final class Side {
        final Database database = opened(new Database());
        final MemoryLog log = new MemoryLog();
        final ReadModels readModels = new ReadModels(database.pool);
        final FreshnessGate freshness = new FreshnessGate(readModels::position);

        TestNode node(String name, int threads, int batch) {
            return opened(new TestNode(
                    new TestNode.Stage(
                            database,
                            log,
                            readModels,
                            freshness,
                            nowhere,
                            TestNode.NOWHERE,
                            RecoveryTest.this::record,
                            () -> OptionalLong.of(freeDisk)),
                    ReadModel.TICKETS,
                    name,
                    threads,
                    batch));
        }

        void projected(List<LoggedEvent> history) {
            log.append(history);
            for (var model : MODELS) {
                assertThat(freshness.await(model, log.head(), Duration.ofSeconds(60)))
                        .isTrue();
            }
        }
    }

    /** Once for each step of a job, as the real one. */
    private void record(UUID job, String step, Envelope.Actor by, OperationsEvent event) {
        assertThat(by.kind()).isIn(ActorKind.OPERATOR, ActorKind.SYSTEM);
        if (steps.add(job + " " + step)) {
            recorded.add(event.getClass().getSimpleName());
        }
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    /** Tickets, and people who are registered and renamed between their events. */
    private static List<LoggedEvent> history(long seed, int events) {
        var random = new SplittableRandom(seed);
        var history = new ArrayList<LoggedEvent>();
        var renamed = new HashMap<Integer, Long>();
        for (var event : Histories.of(seed, events)) {
            if (random.nextInt(4) == 0) {
                var number = random.nextInt(60);
                var version = renamed.merge(number, 1L, Long::sum);
                var id = new UUID(seed, number);
                var at = Instant.parse("2026-01-05T08:00:00Z").plusSeconds(version);
                var name = "Person " + number + " the " + version + ".";
                history.add(LoggedEvent.of(
                        history.size() + 1,
                        "person-" + id,
                        version,
                        event.recordedAt(),
                        event.envelope(),
                        version == 1
                                ? new PersonRegistered(id, at, name, null, null, null, null, null)
                                : new PersonRenamed(id, at, name)));
            }
            history.add(LoggedEvent.of(
                    history.size() + 1,
                    event.stream(),
                    event.version(),
                    event.recordedAt(),
                    event.envelope(),
                    event.event()));
        }
        return history;
    }

    private static Recoveries.Order order(
            @Nullable Instant to, @Nullable Long position, @Nullable String name, @Nullable Integer maxRate) {
        return new Recoveries.Order(UUID.randomUUID(), to, position, name, "as a drill", maxRate, false, OLGA);
    }

    private static Recovery begin(TestNode node, long position, @Nullable Integer maxRate) {
        return node.recoveries.begin(order(null, position, "before", maxRate));
    }

    private static Recovery done(TestNode node, Recovery recovery) throws InterruptedException {
        var job = node.over(recovery.job());
        assertThat(job.state()).as(job.toString()).isEqualTo(State.DONE);
        var ready = node.recoveries.read(recovery.name());
        assertThat(ready.state()).isEqualTo(Recovery.State.READY);
        assertThat(ready.bytes()).isPositive();
        return ready;
    }

    private int generation(ReadModel model, Recovery recovery) {
        return Objects.requireNonNull(
                database.generations.recovered(recovery.id()).get(model));
    }

    /** What live processing makes of the log as it was then, as the keys are now. */
    private void assertThatItIsWhatWasThere(Recovery recovery) throws Exception {
        var cut = new Side();
        try (var follower = cut.node("cut", 1, 100)) {
            cut.projected(log.stored()
                    .limit(recovery.position())
                    .map(event -> LoggedEvent.of(
                            event.position(),
                            event.stream(),
                            event.version(),
                            event.recordedAt(),
                            event.envelope(),
                            event.event()))
                    .toList());
            assertThat(follower.jobs.list()).isEmpty();
        }
        var rows = 0L;
        for (var model : MODELS) {
            var there = database.rows(model, generation(model, recovery));
            assertThat(Database.differences(there, cut.database.rows(model, 1))).isEmpty();
            rows += there.values().stream().mapToLong(List::size).sum();
        }
        assertThat(recovery.rows()).isEqualTo(rows).isPositive();
    }

    private void assertThatNothingIsLeft() {
        assertThat(database.jdbc
                        .sql("SELECT tablename FROM pg_tables WHERE schemaname = 'readmodel'"
                                + " AND tablename ~ '_g[0-9]+$' AND tablename !~ '_g(1|99)$'")
                        .query(String.class)
                        .list())
                .isEmpty();
        assertThat(database.jdbc
                        .sql("SELECT count(*) FROM readmodel.generation WHERE generation > 1 OR recovery IS NOT NULL")
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(database.jdbc
                        .sql("SELECT count(*) FROM readmodel.parked WHERE generation > 1")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"81, 700, 1, 2", "82, 1333, 200, 1", "83, 1800, 5000, 3", "84, 1, 10, 1"})
    void it_equals_what_live_processing_had_made_row_for_row(long seed, long position, int batch, int threads)
            throws Exception {
        var node = side.node("one", threads, batch);
        var history = history(seed, 1_500);
        side.projected(history);
        var recovery = done(node, begin(node, position, null));
        assertThat(node.log.readings).as("both models from one reading").hasValue(1);
        assertThatItIsWhatWasThere(recovery);

        // Nothing of what answers has changed, and nothing is brought into it.
        var before = database.rows(ReadModel.TICKETS, generation(ReadModel.TICKETS, recovery));
        var last = history.getLast();
        side.projected(List.of(LoggedEvent.of(
                log.head() + 1,
                "person-" + new UUID(seed, 1_000),
                1,
                last.recordedAt(),
                last.envelope(),
                new PersonRegistered(new UUID(seed, 1_000), last.event().at(), "Late", null, null, null, null, null))));
        assertThat(database.rows(ReadModel.TICKETS, generation(ReadModel.TICKETS, recovery)))
                .isEqualTo(before);
        for (var model : MODELS) {
            assertThat(database.generations.answering(model)).hasValue(1);
            assertThat(database.generations.followed(model)).containsExactly(1);
            assertThat(database.generations.unfinished(model)).isEmpty();
        }
        assertThat(recorded).containsExactly("RecoveryCreated");
        assertThat(node.recoveries.drop("before", OLGA).state()).isEqualTo(Recovery.State.DROPPED);
        assertThatNothingIsLeft();
        assertThat(recorded).containsExactly("RecoveryCreated", "RecoveryDropped");
        assertThatThrownBy(() -> node.recoveries.read("before")).isInstanceOf(NotFound.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {91, 92})
    void it_is_the_same_wherever_its_making_is_killed(long seed) throws Exception {
        var random = new SplittableRandom(seed);
        var node = side.node("one", random.nextInt(1, 4), random.nextInt(1, 300));
        side.projected(history(seed, 1_600));
        var recovery = begin(node, 1_500, 2_500);
        var kills = 0;
        Phase seen = null;
        for (var now = recovery.job(); now.endedAt() == null && kills < 5; now = node.jobs.read(now.id())) {
            if (now.phase() != seen || random.nextInt(40) == 0) {
                seen = now.phase();
                Thread.sleep(random.nextInt(40));
                database.killJobs();
                kills++;
            }
            Thread.sleep(random.nextInt(20));
        }
        assertThat(kills).isGreaterThan(1);
        assertThatItIsWhatWasThere(done(node, recovery));
        assertThat(recorded).containsOnlyOnce("RecoveryCreated");
    }

    @Test
    void paused_it_goes_on_where_it_was_on_another_node_and_cancelled_it_leaves_nothing() throws Exception {
        var node = side.node("one", 2, 50);
        side.projected(history(93, 1_600));
        var recovery = begin(node, 1_700, 1_000);
        node.await(recovery.job(), now -> now.phase() == Phase.COPYING && now.done() > 0);
        assertThatThrownBy(() -> side.readModels.readRecovered("before", null, snapshot -> 1))
                .isInstanceOfSatisfying(
                        Unavailable.class, told -> assertThat(told.code()).isEqualTo("GENERATION_NOT_READY"));
        assertThatThrownBy(() -> node.start(Kind.REBUILD, AUTO)).isInstanceOf(Refusal.class);
        node.jobs.pause(recovery.id());
        Thread.sleep(500); // a batch that was under way
        var paused = node.jobs.read(recovery.id());
        assertThat(node.recoveries.read("before").state()).isEqualTo(Recovery.State.PAUSED);
        assertThat(paused.done()).isPositive().isLessThan(1_700);
        assertThat(paused.total()).isEqualTo(1_700);
        node.close();

        var other = side.node("two", 1, 100);
        other.jobs.pace(recovery.id(), null, true, null);
        other.jobs.resume(recovery.id());
        assertThatItIsWhatWasThere(done(other, recovery));

        var second = other.recoveries.begin(order(null, 1_700L, "second", 500));
        other.await(second.job(), now -> now.phase() == Phase.COPYING && now.done() > 0);
        assertThat(other.recoveries.drop("second", OLGA).state()).isEqualTo(Recovery.State.DROPPING);
        assertThat(other.over(second.job()).state()).isEqualTo(State.CANCELLED);
        assertThat(other.recoveries.list()).extracting(Recovery::name).containsExactly("before");
        assertThat(other.recoveries.find(second.id()).orElseThrow().state()).isEqualTo(Recovery.State.DROPPED);
        other.recoveries.drop("before", OLGA);
        assertThatNothingIsLeft();
        assertThat(recorded)
                .containsExactly("RecoveryCreated", "RecoveryCreated", "RecoveryDropped", "RecoveryDropped");
    }

    private void erased(Set<String> streams) {
        for (var stream : streams) {
            var last = log.stored()
                    .filter(event -> event.stream().equals(stream))
                    .reduce((one, other) -> other)
                    .orElseThrow();
            side.projected(List.of(LoggedEvent.of(
                    log.head() + 1,
                    stream,
                    last.version() + 1,
                    last.recordedAt(),
                    last.envelope(),
                    new TicketContentErased(
                            UUID.fromString(stream.substring("ticket-".length())),
                            last.event().at(),
                            "PERSON_ERASED",
                            null))));
        }
    }

    /** Those that begin before a position and are not erased, in the order in which they are read. */
    private List<String> tickets(long position) {
        var tickets = new LinkedHashSet<String>();
        log.stored()
                .filter(event -> event.position() <= position && event.stream().startsWith("ticket-"))
                .forEach(event -> tickets.add(event.stream()));
        log.stored()
                .filter(event -> event.event() instanceof TicketContentErased)
                .forEach(event -> tickets.remove(event.stream()));
        return tickets.stream().sorted().toList();
    }

    @Test
    void what_is_erased_is_forgotten_while_it_is_made_and_after_that() throws Exception {
        var node = side.node("one", 2, 40);
        side.projected(history(94, 1_600));
        var recovery = begin(node, 1_500, 700);
        node.await(recovery.job(), now -> now.phase() == Phase.COPYING && now.done() > 700);
        var tickets = tickets(1_500);

        // The first are written, the last are read later; what is between them may be under way.
        erased(new LinkedHashSet<>(List.of(tickets.get(0), tickets.get(1), tickets.getLast())));
        node.recoveries.forget();
        node.jobs.pause(recovery.id());
        Thread.sleep(300);
        var made = generation(ReadModel.TICKETS, recovery);
        assertThat(subjects(made, tickets.get(0))).as("while it is made").doesNotContainPattern("[a-z]{3}");
        node.jobs.pace(recovery.id(), null, true, null);
        node.jobs.resume(recovery.id());
        // Nobody tells it of this one.
        erased(Set.of(tickets.get(2)));
        var ready = done(node, recovery);
        assertThatItIsWhatWasThere(ready);

        erased(new LinkedHashSet<>(tickets.subList(4, 8)));
        assertThat(subjects(made, tickets.get(4))).containsPattern("[a-z]{3}");
        node.recoveries.forget();
        assertThatItIsWhatWasThere(ready);
        node.recoveries.forget(); // again changes nothing
        assertThatItIsWhatWasThere(ready);
    }

    private String subjects(int generation, String stream) {
        return database.jdbc
                .sql("SELECT coalesce(string_agg(replace(coalesce(body, ''), '[erased]', ''), ' '), '')"
                        + " FROM readmodel.ticket_message_g" + generation + " WHERE ticket_id = ?::uuid")
                .param(stream.substring("ticket-".length()))
                .query(String.class)
                .single();
    }

    @Test
    void what_can_not_be_made_is_refused_by_name() throws Exception {
        var node = side.node("one", 1, 500);
        side.projected(history(95, 800));
        var first = log.stored().findFirst().orElseThrow().recordedAt();
        var last = log.stored().reduce((one, other) -> other).orElseThrow();
        for (var wrong : List.of(
                order(Instant.now().plusSeconds(3_600), null, null, null),
                order(first.minusSeconds(1), null, null, null),
                order(null, 0L, null, null),
                order(null, log.head() + 1, null, null),
                order(null, null, null, null),
                order(first, 1L, null, null),
                order(null, 1L, "Upper", null),
                order(null, 1L, "", null),
                order(null, 1L, "a".repeat(41), null))) {
            assertThatThrownBy(() -> node.recoveries.begin(wrong)).isInstanceOf(InvalidRequest.class);
        }
        freeDisk = 1_000;
        assertRefused(node, order(null, 5L, "short", null), "DISK_SHORT", "tickets and directory");
        freeDisk = Long.MAX_VALUE;
        assertThat(node.recoveries.list()).isEmpty();

        var all = done(node, node.recoveries.begin(order(last.recordedAt(), null, null, null)));
        assertThat(all.position()).isEqualTo(log.recordedBy(last.recordedAt()));
        assertThat(all.name()).isEqualTo("at-" + all.position());
        assertRefused(node, order(null, all.position(), null, null), "RECOVERY_NAME_TAKEN", all.name());
        var slow = node.recoveries.begin(order(null, 700L, "slow", 50));
        assertRefused(node, order(null, 5L, "third", null), "TOO_MANY_RECOVERIES", "2");
        node.recoveries.drop(all.name(), OLGA);
        assertRefused(node, order(null, 5L, "third", null), "REBUILD_RUNNING", "tickets");
        node.recoveries.drop(slow.name(), OLGA);
        node.over(slow.job());
        assertThatNothingIsLeft();
        assertThatThrownBy(() -> side.readModels.readRecovered("slow", null, snapshot -> 1))
                .isInstanceOfSatisfying(
                        NotFound.class, told -> assertThat(told.code()).isEqualTo("UNKNOWN_GENERATION"));
        done(node, node.recoveries.begin(order(null, 5L, "slow", null)));
    }

    private static void assertRefused(TestNode node, Recoveries.Order order, String code, String says) {
        assertThatThrownBy(() -> node.recoveries.begin(order)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal.getMessage()).contains(says);
        });
    }

    @Test
    void neither_rebuilds_nor_verifications_nor_upkeep_take_it_for_one_that_answers() throws Exception {
        var node = side.node("one", 1, 500);
        side.projected(history(96, 1_200));
        var recovery = done(node, begin(node, 600, null));
        var verified = node.over(node.start(Kind.VERIFICATION, AUTO));
        assertThat(Objects.requireNonNull(verified.report()).clean()).isTrue();
        var rebuilt = node.over(node.start(Kind.REBUILD, AUTO));
        assertThat(rebuilt.state()).as(rebuilt.toString()).isEqualTo(State.DONE);
        assertThat(rebuilt.previousGeneration()).isEqualTo(1);
        node.jobs.switchBack(rebuilt.id(), false, null, OLGA);
        node.await(rebuilt, now -> now.endedAt() != null);
        assertThat(database.generations.answering(ReadModel.TICKETS)).hasValue(1);
        assertThatThrownBy(() -> node.jobs.drop("tickets", generation(ReadModel.TICKETS, recovery)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("GENERATION_IN_USE"));
        var upkeep = new Upkeep(
                node.jobs,
                node.recoveries,
                database.generations,
                database.pool,
                new TransactionTemplate(database.transactions),
                new Upkeep.Kept(Duration.ofSeconds(1), Duration.ofSeconds(1)),
                Duration.ZERO);
        upkeep.look(true);
        assertThatItIsWhatWasThere(recovery);

        database.jdbc
                .sql("UPDATE readmodel.recovery SET kept_until = clock_timestamp() - interval '1 s'")
                .update();
        recorded.clear();
        upkeep.look(true);
        assertThat(node.recoveries.list()).isEmpty();
        assertThat(database.generations.recovered(recovery.id())).isEmpty();
        assertThat(recorded).containsExactly("RecoveryDropped");
    }
}
