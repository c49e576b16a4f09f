package dev.hindsight.projections.rebuild;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_TIMELINE;
import static dev.hindsight.projections.rebuild.TestNode.OLGA;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.ticket.TicketEvent.InternalNoteAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import dev.hindsight.projections.live.Database;
import dev.hindsight.projections.live.Histories;
import dev.hindsight.projections.live.MemoryLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.NodeSession;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import dev.hindsight.projections.rebuild.Jobs.Wish;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/** Rebuilds and verifications beside live processing, on a real PostgreSQL. */
class RebuildTest {

    private static final Wish AUTO = new Wish(null, false, SwitchMode.AUTO);
    private static final Wish MANUAL = new Wish(null, false, SwitchMode.MANUAL);
    private static final String TICKETS = "tickets";

    private final OpenSearchConnection nowhere = new OpenSearchConnection(TestNode.NOWHERE);
    private final Database database = new Database();
    private final MemoryLog log = new MemoryLog();
    private final List<String> recorded = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> nodes = new ArrayList<>();
    private final ReadModels readModels = new ReadModels(database.pool);
    private final FreshnessGate freshness = new FreshnessGate(readModels::position);
    private long freeDisk = Long.MAX_VALUE;

    @AfterEach
    void end() throws Exception {
        for (var node : nodes.reversed()) {
            node.close();
        }
        database.close();
        nowhere.close();
    }

    private TestNode node(String name, int threads, int batch) {
        return node(name, threads, batch, 2);
    }

    private TestNode node(String name, int threads, int batch, int atOnce) {
        return node(ReadModel.TICKETS, name, threads, batch, atOnce);
    }

    private TestNode node(ReadModel model, String name, int threads, int batch, int atOnce) {
        var node = new TestNode(
                new TestNode.Stage(
                        database,
                        log,
                        readModels,
                        freshness,
                        nowhere,
                        TestNode.NOWHERE,
                        (job, step, by, event) -> recorded.add(event.getClass().getSimpleName()),
                        () -> OptionalLong.of(freeDisk)),
                model,
                name,
                threads,
                batch,
                atOnce);
        nodes.add(node);
        return node;
    }

    private TestNode node() {
        return node("one", 2, 200);
    }

    private void projected(List<LoggedEvent> history) {
        log.append(history);
        follow();
    }

    private void follow() {
        assertThat(freshness.await(ReadModel.TICKETS, log.head(), Duration.ofSeconds(60)))
                .isTrue();
    }

    private static Report report(Job job) {
        return Objects.requireNonNull(job.report());
    }

    private int answering() {
        return database.generations.answering(ReadModel.TICKETS).orElseThrow();
    }

    private void assertThatBothAreTheSame(int one, int other) {
        assertThat(Database.differences(database.rows(ReadModel.TICKETS, one), database.rows(ReadModel.TICKETS, other)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"31, 1, 1", "32, 7, 2", "33, 200, 1", "34, 8192, 3"})
    void rebuilt_equals_live_row_for_row_whatever_the_batches_and_threads(long seed, int batch, int threads)
            throws Exception {
        var node = node("one", threads, batch);
        projected(Histories.of(seed, 1_500));
        var job = node.over(node.start(Kind.REBUILD, AUTO));

        assertThat(job.state()).as(job.toString()).isEqualTo(State.DONE);
        assertThat(report(job).differing()).isZero();
        assertThat(report(job).rows()).isPositive();
        assertThat(report(job).refolded()).isPositive();
        assertThat(answering()).isEqualTo(2);
        assertThatBothAreTheSame(1, 2);
        assertThat(recorded).containsExactly("ProjectionRebuildStarted", "ProjectionVerified", "ProjectionSwitched");
    }

    @Test
    void the_new_generation_has_the_indexes_the_live_path_needs_and_both_stay_level() throws Exception {
        var history = Histories.of(41, 2_000);
        var node = node();
        projected(history.subList(0, 1_000));
        node.over(node.start(Kind.REBUILD, AUTO));
        assertThat(indexes("_g2")).isEqualTo(indexes("_g1"));

        projected(history.subList(1_000, 2_000));
        node.await(node.jobs.list().getFirst(), job -> position(1) == position(2));
        assertThatBothAreTheSame(1, 2);
    }

    private long position(int generation) {
        return database.jdbc
                .sql("SELECT position FROM readmodel.generation WHERE model = 'tickets' AND generation = ?")
                .param(generation)
                .query(Long.class)
                .single();
    }

    /** What is indexed and how, without names. */
    private List<String> indexes(String suffix) {
        return database
                .jdbc
                .sql("SELECT indexdef FROM pg_indexes WHERE schemaname = 'readmodel' AND tablename LIKE 'ticket%'"
                        + " AND tablename NOT LIKE 'ticket_past%' AND tablename LIKE '%' || ?")
                .param(suffix)
                .query(String.class)
                .list()
                .stream()
                .map(definition ->
                        definition.replaceFirst("INDEX \\S+ ON", "INDEX ON").replace(suffix, ""))
                .sorted()
                .toList();
    }

    @Test
    void readers_never_see_an_empty_or_partial_model_and_writes_meanwhile_are_in_both() throws Exception {
        var history = Histories.of(42, 6_000);
        var node = node();
        projected(history.subList(0, 3_000));
        var stop = new AtomicBoolean();
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        var wrong = new CopyOnWriteArrayList<String>();
        var reader = Thread.ofPlatform().start(() -> {
            long last = 0;
            while (!stop.get()) {
                var at = readModels.<long[]>read(snapshot -> new long[] {
                    snapshot.generation(ReadModel.TICKETS),
                    snapshot.position(ReadModel.TICKETS),
                    snapshot.jooq().fetchCount(TICKET),
                    snapshot.jooq().fetchCount(TICKET_TIMELINE)
                });
                var opened = history.subList(0, (int) at[1]).stream()
                        .filter(event -> event.version() == 1)
                        .count();
                if (at[1] < last || at[2] != opened || at[3] != at[1]) {
                    wrong.add("generation %d, position %d after %d, %d tickets of %d, %d entries"
                            .formatted(at[0], at[1], last, at[2], opened, at[3]));
                }
                last = at[1];
                seen.add((int) at[0]);
            }
        });
        var writer = Thread.ofPlatform().start(() -> {
            for (var from = 3_000; from < 6_000; from += 20) {
                log.append(history.subList(from, from + 20));
                LockSupport.parkNanos(10_000_000);
            }
        });
        var job = node.start(Kind.REBUILD, new Wish(4_000, true, SwitchMode.AUTO));
        job = node.over(job);
        writer.join();
        follow();
        var deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!seen.contains(2) && System.nanoTime() < deadline) {
            Thread.sleep(10); // the reader's last look was before the switch
        }
        stop.set(true);
        reader.join();

        assertThat(job.state()).as(job.toString()).isEqualTo(State.DONE);
        assertThat(wrong).isEmpty();
        assertThat(seen).containsExactlyInAnyOrder(1, 2);
        node.await(job, its -> position(1) == 6_000 && position(2) == 6_000);
        assertThatBothAreTheSame(1, 2);
    }

    @Test
    void the_second_rebuild_knows_how_long_its_phases_will_take() throws Exception {
        var node = node();
        projected(Histories.of(48, 2_000));
        assertThat(node.over(node.start(Kind.REBUILD, AUTO)).state()).isEqualTo(State.DONE);
        assertThat(database.jdbc
                        .sql("SELECT jsonb_array_length(took -> 'steps') FROM readmodel.job"
                                + " WHERE took @> '{\"COPYING\": {\"total\": 2000}}'"
                                + " AND took #> '{VERIFYING,ms}' IS NOT NULL AND took -> 'lead' IS NOT NULL")
                        .query(Integer.class)
                        .single())
                .as("indexes and tables")
                .isGreaterThan(20);

        var begun = Instant.now();
        var job = node.start(Kind.REBUILD, new Wish(1_000, false, SwitchMode.AUTO));
        var copying = node.await(job, now -> now.phase() == Phase.COPYING && now.done() >= 400 && now.eta() != null);
        assertThat(copying.eta()).isBetween(begun.plusSeconds(1), begun.plusSeconds(30));
        var percent = copying.percent();
        for (var now = copying; now.endedAt() == null; now = node.jobs.read(job.id())) {
            assertThat(now.percent()).isGreaterThanOrEqualTo(percent);
            percent = now.percent();
            Thread.sleep(5);
        }
        assertThat(node.jobs.read(job.id()).percent()).isEqualTo(100);
    }

    @Test
    void a_cancelled_rebuild_leaves_nothing_behind() throws Exception {
        var node = node();
        projected(Histories.of(43, 2_000));
        var job = node.start(Kind.REBUILD, new Wish(500, false, SwitchMode.AUTO));
        node.await(job, now -> now.phase() == Phase.COPYING && now.done() > 0);
        assertThatThrownBy(() -> node.start(Kind.REBUILD, AUTO))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("REBUILD_RUNNING"));
        node.jobs.cancel(job.id(), OLGA);
        assertThat(node.over(job).state()).isEqualTo(State.CANCELLED);

        assertThatOnlyGenerationOneIsThere();
        assertThat(recorded).containsExactly("ProjectionRebuildStarted", "ProjectionRebuildCancelled");
        assertThat(node.over(node.start(Kind.REBUILD, AUTO)).state()).isEqualTo(State.DONE);
        assertThatBothAreTheSame(1, answering());
    }

    private void assertThatOnlyGenerationOneIsThere() {
        assertThat(database.jdbc
                        .sql("SELECT tablename FROM pg_tables WHERE schemaname = 'readmodel'"
                                + " AND tablename ~ '^ticket.*_g[0-9]+$' AND tablename !~ '_g(1|99)$'")
                        .query(String.class)
                        .list())
                .isEmpty();
        assertThat(database.jdbc
                        .sql("SELECT generation FROM readmodel.generation WHERE model = 'tickets'")
                        .query(Integer.class)
                        .list())
                .containsExactly(1);
    }

    @Test
    void a_paused_rebuild_goes_on_where_it_was_and_its_pace_can_be_changed() throws Exception {
        var node = node();
        projected(Histories.of(44, 2_000));
        var job = node.start(Kind.REBUILD, new Wish(1_000, false, SwitchMode.MANUAL));
        node.await(job, now -> now.phase() == Phase.COPYING && now.done() > 0);
        node.jobs.pause(job.id());
        Thread.sleep(500); // a batch that was under way
        var paused = node.jobs.read(job.id());
        Thread.sleep(500);
        assertThat(node.jobs.read(job.id()).done()).isEqualTo(paused.done()).isLessThan(2_000);
        assertThatThrownBy(() -> node.jobs.pause(job.id())).isInstanceOf(Refusal.class);

        node.jobs.pace(job.id(), null, true, null);
        node.jobs.resume(job.id());
        var ready = node.over(job);
        assertThat(ready.state()).as(ready.toString()).isEqualTo(State.READY);
        assertThat(answering()).isEqualTo(1);
        node.jobs.switchOver(job.id(), false, null, OLGA);
        var done = node.await(job, now -> now.endedAt() != null);
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.switchMillis()).isNotNull();
        assertThat(answering()).isEqualTo(2);

        node.jobs.switchBack(job.id(), false, "as a drill", OLGA);
        node.await(job, now -> now.endedAt() != null);
        assertThat(answering()).isEqualTo(1);
        assertThat(recorded).endsWith("ProjectionSwitched", "ProjectionSwitchReverted");
        Thread.sleep(5_100); // readers that began before
        node.jobs.drop(TICKETS, 2);
        assertThatOnlyGenerationOneIsThere();
        assertThatThrownBy(() -> node.jobs.drop(TICKETS, 2)).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> node.jobs.drop(TICKETS, 1)).isInstanceOf(Refusal.class);
    }

    @Test
    void poisoned_rows_are_found_and_mended_and_nothing_switches_to_differences_unasked() throws Exception {
        var node = node();
        projected(Histories.of(45, 2_000));
        assertThat(node.over(node.start(Kind.VERIFICATION, AUTO)).report())
                .satisfies(report -> assertThat(report.clean()).isTrue());
        var sound = database.rows(ReadModel.TICKETS, 1);
        database.jdbc
                .sql("UPDATE readmodel.ticket_g1 SET subject = 'nonsense', status = 'CLOSED'"
                        + " WHERE id = (SELECT id FROM readmodel.ticket_g1 ORDER BY number LIMIT 1)")
                .update();
        database.jdbc
                .sql("DELETE FROM readmodel.ticket_timeline_g1 WHERE (ticket_id, version) IN"
                        + " (SELECT ticket_id, version FROM readmodel.ticket_timeline_g1 ORDER BY position LIMIT 3)")
                .update();
        database.jdbc
                .sql("INSERT INTO readmodel.ticket_link_g1 VALUES (gen_random_uuid(), 'RELATES_TO',"
                        + " gen_random_uuid(), 1, 1)")
                .update();

        var verification = node.over(node.start(Kind.VERIFICATION, AUTO));
        assertThat(verification.state()).isEqualTo(State.DONE);
        assertThat(report(verification).differing()).isEqualTo(5);
        assertThat(report(verification).samples())
                .extracting(Report.Difference::kind)
                .containsExactlyInAnyOrder("DIFFERENT", "MISSING", "MISSING", "MISSING", "SURPLUS");
        var told = report(verification).tables().stream()
                .collect(toMap(Report.Table::table, table -> List.of(table.digest(), table.differing())));
        assertThat(report(verification).samples())
                .filteredOn(sample -> sample.kind().equals("DIFFERENT"))
                .singleElement()
                .satisfies(sample -> assertThat(sample.columns()).containsExactly("status", "subject"));
        assertThat(report(verification).refoldedOtherwise()).isZero();
        assertThatOnlyGenerationOneIsThere();

        var rebuild = node.over(node.start(Kind.REBUILD, AUTO));
        assertThat(rebuild.state()).isEqualTo(State.VERIFICATION_FAILED);
        assertThat(report(rebuild).tables().stream()
                        .collect(toMap(Report.Table::table, table -> List.of(table.digest(), table.differing()))))
                .as("as the verification told it")
                .isEqualTo(told);
        assertThat(answering()).isEqualTo(1);
        assertThatThrownBy(() -> node.jobs.switchOver(rebuild.id(), false, null, OLGA))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("VERIFICATION_FAILED"));
        assertThatThrownBy(() -> node.jobs.switchOver(rebuild.id(), true, " ", OLGA))
                .isInstanceOf(InvalidRequest.class);
        node.jobs.switchOver(rebuild.id(), true, "rows were changed by hand", OLGA);
        node.await(rebuild, now -> now.endedAt() != null);
        assertThat(Database.differences(database.rows(ReadModel.TICKETS, answering()), sound))
                .isEmpty();
        assertThat(node.over(node.start(Kind.VERIFICATION, AUTO)).report())
                .satisfies(report -> assertThat(report.clean()).isTrue());
    }

    @Test
    void whatDiffersIsForcedAnewAfterASwitchThatGaveUp() throws Exception {
        var node = node();
        var history = Histories.of(16, 800);
        projected(history.subList(0, 600));
        database.jdbc
                .sql("UPDATE readmodel.ticket_g1 SET subject = 'nonsense'"
                        + " WHERE id = (SELECT id FROM readmodel.ticket_g1 ORDER BY number LIMIT 1)")
                .update();
        var job = node.over(node.start(Kind.REBUILD, AUTO));
        assertThat(job.state()).as(job.toString()).isEqualTo(State.VERIFICATION_FAILED);
        own(2, elsewhere());
        projected(history.subList(600, history.size()));
        node.jobs.switchOver(job.id(), true, "changed by hand", OLGA);
        var gaveUp = node.await(job, now -> now.error() != null);
        assertThat(gaveUp.state()).isEqualTo(State.VERIFICATION_FAILED);
        assertThat(answering()).isEqualTo(1);
        assertThatThrownBy(() -> node.jobs.switchOver(job.id(), false, null, OLGA))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("VERIFICATION_FAILED"));

        own(2, null);
        node.await(job, now -> position(2) == log.head());
        node.jobs.switchOver(job.id(), true, "changed by hand", OLGA);
        var done = node.await(job, now -> now.endedAt() != null);
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.error()).isNull();
        assertThat(answering()).isEqualTo(2);
    }

    /** The name of a node that lives and does nothing. */
    private String elsewhere() {
        var session = NodeSession.open(() -> DriverManager.getConnection(database.pool.getJdbcUrl()), "elsewhere");
        nodes.add(session);
        return session.name();
    }

    /** @param owner who follows a generation for an hour; null: whoever comes */
    private void own(int generation, @Nullable String owner) {
        database.jdbc
                .sql("UPDATE readmodel.generation SET owner = ?, claimed_at = clock_timestamp() + interval '1 h'"
                        + " WHERE model = 'tickets' AND generation = ?")
                .params(Arrays.<@Nullable Object>asList(owner, generation))
                .update();
    }

    @Test
    void streams_that_can_not_be_folded_or_written_are_parked_and_skips_are_kept() throws Exception {
        var history = new ArrayList<>(Histories.of(46, 1_000));
        var victim = history.stream()
                .filter(event -> event.position() > 300 && event.version() == 3)
                .findFirst()
                .orElseThrow();
        var skipped = history.stream()
                .filter(event -> event.position() > 400
                        && event.version() == 3
                        && !event.stream().equals(victim.stream()))
                .findFirst()
                .orElseThrow();
        var unwritable = history.getFirst();
        var last = history.stream()
                .filter(event -> event.stream().equals(unwritable.stream()))
                .toList()
                .getLast();
        history.add(LoggedEvent.of(
                1_001,
                last.stream(),
                last.version() + 1,
                last.recordedAt(),
                last.envelope(),
                new InternalNoteAdded(
                        UUID.fromString(last.stream().substring("ticket-".length())),
                        last.event().at(),
                        UUID.randomUUID(),
                        null,
                        "a text that \u0000 no database takes")));
        log.spoil(victim.position(), new IllegalStateException("rotten"));
        database.jdbc
                .sql("INSERT INTO readmodel.skip (model, position, reason) VALUES ('tickets', ?, 'wrong on purpose')")
                .param(skipped.position())
                .update();
        var node = node();
        projected(history);
        var job = node.over(node.start(Kind.REBUILD, MANUAL));

        assertThat(database.jdbc
                        .sql("SELECT stream FROM readmodel.parked WHERE model = 'tickets' AND generation = 2")
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder(victim.stream(), unwritable.stream());
        assertThat(database.jdbc
                        .sql("SELECT first_position FROM readmodel.parked WHERE generation = 2 AND stream = ?")
                        .param(unwritable.stream())
                        .query(Long.class)
                        .single())
                .isEqualTo(1_001);
        assertThat(database.jdbc
                        .sql("SELECT count(*) FROM readmodel.ticket_timeline_g2 WHERE 'ticket-' || ticket_id = ?")
                        .param(unwritable.stream())
                        .query(Long.class)
                        .single())
                .isEqualTo(last.version());
        assertThat(report(job).refoldedOtherwise()).isZero();
        assertThat(database.jdbc
                        .sql("SELECT count(*) FROM readmodel.ticket_timeline_g2 WHERE position = ?")
                        .param(skipped.position())
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_rebuild_whose_connection_dies_goes_on_and_another_node_takes_over() throws Exception {
        var node = node();
        projected(Histories.of(47, 3_000));
        var job = node.start(Kind.REBUILD, new Wish(2_000, false, SwitchMode.AUTO));
        node.await(job, now -> now.phase() == Phase.COPYING && now.done() > 0);
        database.killJobs();
        node.await(job, now -> now.done() > 1_500);
        node.close();
        nodes.remove(node);
        var left = node.jobs.read(job.id());
        assertThat(left.endedAt()).isNull();

        var other = node("two", 1, 100);
        other.jobs.pace(job.id(), null, true, null);
        var done = other.over(job);
        assertThat(done.state()).as(done.toString()).isEqualTo(State.DONE);
        assertThatBothAreTheSame(1, 2);
        assertThat(recorded).containsOnlyOnce("ProjectionRebuildStarted");
    }

    @Test
    void two_nodes_never_work_on_the_same_job() throws Exception {
        var one = node();
        var two = node("two", 1, 50);
        projected(Histories.of(48, 1_500));
        var job = one.over(one.start(Kind.REBUILD, AUTO));
        assertThat(job.state()).as(job.toString()).isEqualTo(State.DONE);
        assertThat(two.jobs.read(job.id()).state()).isEqualTo(State.DONE);
        assertThatBothAreTheSame(1, 2);
        assertThat(recorded).hasSize(3);
    }

    @Test
    void aJobThatCanNotGoOnTellsWhyAndKeepsNoOtherWaiting() throws Exception {
        var node = node("one", 1, 50, 1);
        projectedWithPeople(77);
        database.generations.ensure(ReadModel.TICKET_SEARCH);
        var away = node.jobs.start(UUID.randomUUID(), Kind.REBUILD, "ticket-search", AUTO, OLGA);
        node.await(away, now -> now.state() == State.RUNNING && now.error() != null);
        var other = node.jobs.start(UUID.randomUUID(), Kind.REBUILD, "directory", AUTO, OLGA);
        assertThat(node.over(other)).satisfies(done -> {
            assertThat(done.state()).as(done.toString()).isEqualTo(State.DONE);
            assertThat(done.error()).isNull();
        });
        node.await(away, now -> now.endedAt() == null && now.error() != null);
    }

    @Test
    void aJobThatAnotherNodeHoldsKeepsNoOtherWaiting() throws Exception {
        var node = node("one", 1, 50, 1);
        projectedWithPeople(78);
        var id = UUID.randomUUID();
        try (var elsewhere = database.pool.getConnection()) {
            try (var lock =
                    elsewhere.prepareStatement("SELECT pg_advisory_lock(hashtext('readmodel.job'), hashtext(?))")) {
                lock.setString(1, id.toString());
                lock.execute();
            }
            var held = node.jobs.start(id, Kind.REBUILD, TICKETS, AUTO, OLGA);
            var other = node.jobs.start(UUID.randomUUID(), Kind.REBUILD, "directory", AUTO, OLGA);
            assertThat(node.over(other).state()).isEqualTo(State.DONE);
            assertThat(node.jobs.read(held.id()).state()).isEqualTo(State.WAITING);
            try (var unlock = elsewhere.createStatement()) {
                unlock.execute("SELECT pg_advisory_unlock_all()");
            }
            assertThat(node.over(held).state()).isEqualTo(State.DONE);
        }
    }

    /** Killed in each phase that is seen, and now and then. */
    @ParameterizedTest
    @ValueSource(longs = {61, 62, 63})
    void rebuilt_equals_live_wherever_it_is_killed(long seed) throws Exception {
        var random = new SplittableRandom(seed);
        var node = node("one", random.nextInt(1, 4), random.nextInt(1, 400));
        var history = Histories.of(seed, 1_600);
        projected(history.subList(0, 1_200));
        var job = node.start(Kind.REBUILD, new Wish(random.nextInt(1_500, 6_000), false, SwitchMode.AUTO));
        var seen = EnumSet.noneOf(Phase.class);
        var kills = 0;
        for (var now = job; now.endedAt() == null && kills < 7; now = node.jobs.read(job.id())) {
            if (seen.add(now.phase()) || random.nextInt(60) == 0) {
                Thread.sleep(random.nextInt(30));
                database.killJobs();
                kills++;
                log.append(history.subList(1_200 + 50 * kills - 50, 1_200 + 50 * kills));
            }
            Thread.sleep(random.nextInt(20));
        }
        assertThat(kills).isGreaterThan(1);
        var done = node.over(job);
        assertThat(done.state()).as(done.toString()).isEqualTo(State.DONE);
        follow();
        node.await(job, now -> position(1) == position(2) && position(1) == log.head());
        assertThatBothAreTheSame(1, 2);
    }

    /** Of others than tickets, whose streams come first in the order of bytes. */
    private List<LoggedEvent> people(int count) {
        var envelope = Histories.of(1, 1).getFirst().envelope();
        var at = Instant.parse("2026-01-05T08:00:00Z");
        var people = new ArrayList<LoggedEvent>();
        for (var i = 1; i <= count; i++) {
            var id = new UUID(count, i);
            people.add(LoggedEvent.of(
                    log.head() + i,
                    "person-" + id,
                    1,
                    at,
                    envelope,
                    new PersonRegistered(id, at, "Person " + i, null, null, null, null, null)));
        }
        return people;
    }

    /** In a transaction, so that no runner sees one without the other. */
    private List<Job> startInOnePass(TestNode node, Wish wish) {
        return startInOnePass(node, List.of(TICKETS, "directory"), wish);
    }

    private List<Job> startInOnePass(TestNode node, List<String> models, Wish wish) {
        return Objects.requireNonNull(new TransactionTemplate(database.transactions)
                .execute(status -> node.jobs.startTogether(UUID::randomUUID, models, true, wish, OLGA)));
    }

    private void projectedWithPeople(long seed) {
        projected(Histories.of(seed, 1_500));
        projected(people(400));
        assertThat(freshness.await(ReadModel.DIRECTORY, log.head(), Duration.ofSeconds(60)))
                .isTrue();
    }

    private void assertThatPeopleAreTheSame(int one, int other) {
        assertThat(Database.differences(
                        database.rows(ReadModel.DIRECTORY, one), database.rows(ReadModel.DIRECTORY, other)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"71, 1, 2", "72, 64, 1", "73, 5000, 3"})
    void in_one_pass_the_log_is_read_once_for_both_models(long seed, int batch, int threads) throws Exception {
        var node = node("one", threads, batch);
        projectedWithPeople(seed);
        var begun = startInOnePass(node, AUTO);
        assertThat(begun).extracting(Job::pass).doesNotContainNull();
        assertThat(Set.copyOf(begun.stream().map(Job::pass).toList())).hasSize(1);
        for (var job : begun) {
            var done = node.over(job);
            assertThat(done.state()).as(done.toString()).isEqualTo(State.DONE);
            assertThat(report(done).differing()).isZero();
        }
        assertThat(node.log.readings).hasValue(1);
        assertThatBothAreTheSame(1, 2);
        assertThatPeopleAreTheSame(1, 2);
        assertThat(database.generations.answering(ReadModel.DIRECTORY)).hasValue(2);
        assertThat(node.over(node.start(Kind.VERIFICATION, AUTO)).report())
                .satisfies(report -> assertThat(report.clean()).isTrue());
    }

    @Test
    void in_a_gentle_pass_nobody_rests_for_the_rests_of_others() throws Exception {
        var node = node(ReadModel.TICKET_PAST, "one", 1, 25, 2);
        log.append(Histories.of(75, 1_000));
        for (var model : List.of(ReadModel.TICKETS, ReadModel.TICKET_PAST)) {
            assertThat(freshness.await(model, log.head(), Duration.ofSeconds(60)))
                    .isTrue();
        }
        // Forty batches of both models: a rest that grew by what it rested would outlast every limit of time.
        var begun = startInOnePass(
                node, List.of(TICKETS, ReadModel.TICKET_PAST.id()), new Wish(null, true, SwitchMode.AUTO));
        for (var job : begun) {
            assertThat(node.over(job).state()).isEqualTo(State.DONE);
        }
        assertThat(node.log.readings).hasValue(1);
    }

    @Test
    void one_pass_goes_on_after_its_connection_died_and_those_that_leave_it_do_not_stop_the_others() throws Exception {
        var node = node("one", 1, 50);
        projectedWithPeople(74);
        var begun = startInOnePass(node, new Wish(400, false, SwitchMode.AUTO));
        var tickets = begun.getFirst();
        var directory = begun.getLast();
        node.await(tickets, now -> now.phase() == Phase.COPYING && now.done() > 0);
        var copied = node.jobs.read(directory.id());
        assertThat(copied.phase()).isEqualTo(Phase.COPYING);
        assertThat(copied.done()).isEqualTo(400);
        database.killJobs();
        node.await(tickets, now -> now.done() > 500);
        assertThat(node.log.readings).hasValue(2);
        assertThat(node.jobs.read(directory.id()).done()).as("nothing twice").isEqualTo(400);
        node.jobs.pause(directory.id());
        Thread.sleep(1_500); // orders are looked for once a second
        node.jobs.pace(tickets.id(), null, true, null);
        assertThat(node.over(tickets).state()).isEqualTo(State.DONE);
        assertThat(node.jobs.read(directory.id()).state()).isEqualTo(State.PAUSED);
        node.jobs.resume(directory.id());
        assertThat(node.over(directory).state()).isEqualTo(State.DONE);
        assertThat(node.log.readings).hasValue(3);
        assertThatBothAreTheSame(1, 2);
        assertThatPeopleAreTheSame(1, 2);
    }

    @Test
    void one_of_a_pass_is_cancelled_at_once_while_the_other_is_read() throws Exception {
        var node = node("one", 1, 50);
        projectedWithPeople(75);
        var begun = startInOnePass(node, new Wish(500, false, SwitchMode.AUTO));
        node.await(begun.getFirst(), now -> now.phase() == Phase.COPYING && now.done() > 0);
        node.jobs.cancel(begun.getLast().id(), OLGA);
        node.await(begun.getLast(), now -> now.state() == State.CANCELLED);
        assertThat(node.jobs.read(begun.getFirst().id()).phase()).isEqualTo(Phase.COPYING);
        assertThat(database.jdbc
                        .sql("SELECT generation FROM readmodel.generation WHERE model = 'directory'")
                        .query(Integer.class)
                        .list())
                .containsExactly(1);
        node.jobs.pace(begun.getFirst().id(), null, true, null);
        assertThat(node.over(begun.getFirst()).state()).isEqualTo(State.DONE);
        assertThatBothAreTheSame(1, 2);
    }

    /** Nothing is written for it, and rows that live processing changes meanwhile are compared as they are then. */
    @Test
    void a_verification_beside_live_traffic_finds_what_is_wrong_and_nothing_else() throws Exception {
        var history = Histories.of(76, 4_000);
        var node = node("one", 2, 100);
        projected(history.subList(0, 2_000));
        var stop = new AtomicBoolean();
        var writer = Thread.ofPlatform().start(() -> {
            for (var from = 2_000; from < 4_000 && !stop.get(); from += 10) {
                log.append(history.subList(from, from + 10));
                LockSupport.parkNanos(5_000_000);
            }
        });
        var clean = node.over(node.start(Kind.VERIFICATION, new Wish(2_500, false, SwitchMode.AUTO)));
        assertThat(report(clean).differing()).as(clean.toString()).isZero();
        assertThat(report(clean).refoldedOtherwise()).isZero();
        assertThat(report(clean).refolded()).isPositive();
        assertThat(report(clean).rows()).isGreaterThan(2_000);
        assertThat(report(clean).tables()).allSatisfy(table -> {
            assertThat(table.digest()).isEqualTo(table.liveDigest());
            assertThat(table.rows()).isEqualTo(table.liveRows());
        });
        stop.set(true);
        writer.join();
        follow();
        assertThatOnlyGenerationOneIsThere();
        var quiet = report(node.over(node.start(Kind.VERIFICATION, AUTO)));
        var digests = quiet.tables().stream().map(Report.Table::liveDigest).toList();
        var rebuilt = node.over(node.start(Kind.REBUILD, AUTO));
        assertThat(report(rebuilt).tables())
                .as("told by a rebuild as by a verification")
                .extracting(Report.Table::digest)
                .isEqualTo(digests);
    }

    /** A person's key ends in one moment, and the events of their tickets follow. */
    @Test
    void tickets_whose_keys_ended_a_moment_ago_do_not_differ() throws Exception {
        var history = new ArrayList<>(Histories.of(79, 1_500));
        var node = node();
        projected(history);
        var lasts = new LinkedHashMap<String, LoggedEvent>();
        history.forEach(event -> lasts.put(event.stream(), event));
        history.stream()
                .filter(event -> event.event() instanceof TicketContentErased)
                .forEach(event -> lasts.remove(event.stream()));
        var some = lasts.values().stream().limit(4).toList();
        var other = some.getLast().stream().substring("ticket-".length());
        some.subList(0, 3).forEach(last -> log.end(last.stream()));

        var verified = report(node.over(node.start(Kind.VERIFICATION, AUTO)));
        assertThat(verified.differing()).as(verified.toString()).isZero();
        assertThat(verified.refoldedOtherwise()).isZero();
        var rebuilt = node.over(node.start(Kind.REBUILD, AUTO));
        assertThat(rebuilt.state()).as(rebuilt.toString()).isEqualTo(State.DONE);
        assertThat(report(rebuilt).refoldedOtherwise()).isZero();
        database.jdbc
                .sql("UPDATE readmodel.ticket_g" + answering() + " SET subject = 'nonsense' WHERE id = ?::uuid")
                .param(other)
                .update();
        for (var kind : List.of(Kind.VERIFICATION, Kind.REBUILD)) {
            var job = node.over(node.start(kind, AUTO));
            assertThat(report(job).samples())
                    .as("nothing else: " + job)
                    .extracting(Report.Difference::stream)
                    .containsExactly("ticket-" + other);
            assertThat(report(job).differing()).isEqualTo(1);
            if (kind == Kind.REBUILD) {
                node.jobs.switchOver(job.id(), true, "it was changed by hand", OLGA);
                node.await(job, now -> now.endedAt() != null);
            }
        }

        projected(some.subList(0, 3).stream()
                .map(last -> LoggedEvent.of(
                        history.size() + some.indexOf(last) + 1L,
                        last.stream(),
                        last.version() + 1,
                        last.recordedAt(),
                        last.envelope(),
                        new TicketContentErased(
                                UUID.fromString(last.stream().substring("ticket-".length())),
                                last.event().at(),
                                "PERSON_ERASED",
                                null)))
                .toList());
        assertThat(report(node.over(node.start(Kind.VERIFICATION, AUTO))).clean())
                .isTrue();
        database.jdbc
                .sql("UPDATE readmodel.ticket_g" + answering() + " SET subject = 'brought back' WHERE id = ?::uuid")
                .param(some.getFirst().stream().substring("ticket-".length()))
                .update();
        assertThat(report(node.over(node.start(Kind.VERIFICATION, AUTO))).differing())
                .as("what the log says is erased has to be")
                .isEqualTo(1);
    }

    @Test
    void what_can_not_be_done_is_refused_with_the_figure() {
        var node = node();
        freeDisk = 1_000;
        assertThatThrownBy(() -> node.start(Kind.REBUILD, AUTO)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.code()).isEqualTo("DISK_SHORT");
            assertThat(refusal.getMessage()).contains("0 MB are free");
        });
        assertThatThrownBy(() -> node.jobs.start(UUID.randomUUID(), Kind.REBUILD, "nothing", AUTO, OLGA))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void theRoomForAllThatIsOrderedTogetherMustBeThere() {
        var node = node();
        projectedWithPeople(79);
        freeDisk =
                node.log.sortBytes() + Math.round(1.3 * (bytes(ReadModel.TICKETS) + bytes(ReadModel.DIRECTORY) / 2.0));
        for (var onePass : List.of(true, false)) {
            assertThatThrownBy(() -> node.jobs.startTogether(
                            UUID::randomUUID, List.of(TICKETS, "directory"), onePass, AUTO, OLGA))
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("DISK_SHORT"));
        }
        assertThat(node.jobs.list()).isEmpty();
        for (var name : List.of(TICKETS, "directory")) {
            assertThat(node.jobs.startTogether(UUID::randomUUID, List.of(name), true, AUTO, OLGA))
                    .hasSize(1);
        }
    }

    /** Of the first generation's tables. */
    private long bytes(ReadModel model) {
        return model.tables().stream()
                .mapToLong(table -> database.jdbc
                        .sql("SELECT pg_total_relation_size(to_regclass('readmodel.' || ?))")
                        .param(ReadModel.physicalName(table, 1))
                        .query(Long.class)
                        .single())
                .sum();
    }

    private Upkeep upkeep(TestNode node, Duration kept, Duration verified) {
        return new Upkeep(
                node.jobs,
                node.recoveries,
                database.generations,
                database.pool,
                new TransactionTemplate(database.transactions),
                new Upkeep.Kept(kept, kept),
                verified);
    }

    /** As if an older version of the software had made what answers. */
    private void makeOlder() {
        for (var table : List.of("generation", "active_generation")) {
            database.jdbc
                    .sql("UPDATE readmodel." + table + " SET definition_version = 1 WHERE model = 'tickets'")
                    .update();
        }
    }

    @Test
    void aNewDefinitionIsMadeBesideTheOldOneAndOldJobsAreEnded() throws Exception {
        var node = node();
        projected(Histories.of(11, 1_000));
        makeOlder();
        node.live.look();
        database.jdbc
                .sql("INSERT INTO readmodel.job (id, kind, model, definition_version, state, phase, switch_mode,"
                        + " gentle, actor) VALUES (gen_random_uuid(), 'REBUILD', 'tickets', 1, 'RUNNING', 'COPYING',"
                        + " 'AUTO', false, '{\"kind\": \"SYSTEM\", \"person\": null, \"roles\": []}')")
                .update();
        var upkeep = upkeep(node, Duration.ZERO, Duration.ZERO);
        upkeep.look(false); // finds the old job in the way, which no node works on
        upkeep.look(false);
        assertThat(answering()).isEqualTo(1);

        var job = node.jobs.list().getFirst();
        assertThat(node.over(job).state()).isEqualTo(State.DONE);
        assertThat(answering()).isEqualTo(2);
        assertThat(report(node.jobs.read(job.id())).changed()).contains("ticket_attachment", "ticket.watchers");
        assertThatBothAreTheSame(1, 2);
        assertThat(node.jobs.list()).extracting(Job::state).containsExactly(State.DONE, State.CANCELLED);
        assertThatThrownBy(() -> node.jobs.switchBack(job.id(), false, null, OLGA))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("older version");
        assertThatThrownBy(() -> node.jobs.drop(TICKETS, 1)) // somebody brought events into it a moment ago
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("older version");
        database.jdbc
                .sql("UPDATE readmodel.generation SET claimed_at = claimed_at - interval '2 min'")
                .update();
        database.jdbc
                .sql("UPDATE readmodel.active_generation SET since = since - interval '2 min'")
                .update();
        node.jobs.drop(TICKETS, 1);
        assertThat(database.generations.definition(ReadModel.TICKETS, 1)).isEmpty();
        assertThat(database.jdbc
                        .sql("SELECT definition_version FROM readmodel.active_generation WHERE model = 'tickets'")
                        .query(Integer.class)
                        .list())
                .containsExactly(ReadModel.TICKETS.definitionVersion());
    }

    /** As after the start of an older version, when the newer one has made its own and the old ones were dropped. */
    @Test
    void whereOnlyNewerDefinitionsAreLeftOneOfThemAnswersUntilTheOwnIsMade() throws Exception {
        var node = node();
        projected(Histories.of(16, 1_000));
        for (var table : List.of("generation", "active_generation")) {
            database.jdbc
                    .sql("UPDATE readmodel." + table + " SET definition_version = ? WHERE model = 'tickets'")
                    .param(ReadModel.TICKETS.definitionVersion() + 1)
                    .update();
        }
        node.live.look();
        assertThat(database.generations.ensure(ReadModel.TICKETS)).isEqualTo(1);
        assertThat(answering()).isEqualTo(1);
        assertThat(readModels.position(ReadModel.TICKETS)).isEqualTo(1_000);
        assertThat(readModels.<Integer>read(snapshot -> snapshot.generation(ReadModel.TICKETS)))
                .isEqualTo(1);
        assertThat(database.generations.followed(ReadModel.TICKETS))
                .as("newer software fills it")
                .isEmpty();

        upkeep(node, Duration.ZERO, Duration.ZERO).look(false);
        var job = node.over(node.jobs.list().getFirst());
        assertThat(job.state()).as(job.toString()).isEqualTo(State.DONE);
        assertThat(report(job).refolded()).isPositive();
        assertThat(report(job).refoldedOtherwise()).isZero();
        assertThat(answering()).isEqualTo(2);
        assertThatBothAreTheSame(1, 2);
    }

    @Test
    void processorsOfAGenerationEndOnEveryNodeBeforeItIsDropped() throws Exception {
        var nodes = Map.of("one", node(), "two", node("two", 1, 100));
        projected(Histories.of(17, 1_000));
        var any = nodes.values().iterator().next();
        assertThat(any.over(any.start(Kind.REBUILD, AUTO)).state()).isEqualTo(State.DONE);
        any.await(any.jobs.list().getFirst(), now -> position(1) == position(2));
        database.jdbc
                .sql("UPDATE readmodel.active_generation SET since = since - interval '2 min'")
                .update();
        var owner = database.jdbc
                .sql("SELECT owner FROM readmodel.generation WHERE model = 'tickets' AND generation = 1")
                .query(String.class)
                .single();
        var said = new ListAppender<ILoggingEvent>();
        said.start();
        var axon = (Logger) LoggerFactory.getLogger("org.axonframework");
        axon.addAppender(said);
        try {
            Objects.requireNonNull(nodes.get(owner.startsWith("one-") ? "two" : "one"))
                    .jobs
                    .drop(TICKETS, 1);
            Thread.sleep(3_000); // claims are extended every two
        } finally {
            axon.detachAppender(said);
        }
        assertThat(database.generations.followed(ReadModel.TICKETS)).containsExactly(2);
        assertThat(said.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
    }

    @Test
    void whatTheNewDefinitionDidNotSayItChangesMustComeOutTheSame() throws Exception {
        var node = node();
        projected(Histories.of(12, 1_000));
        makeOlder();
        node.live.look();
        database.jdbc.sql("UPDATE readmodel.ticket_g1 SET watchers = '{}'").update(); // said to be changed
        var upkeep = upkeep(node, Duration.ZERO, Duration.ZERO);
        upkeep.look(false);
        var clean = node.jobs.list().getFirst();
        assertThat(node.over(clean).state()).isEqualTo(State.DONE);

        database.jdbc
                .sql("UPDATE readmodel.ticket_g2 SET watchers = '{}', subject = 'other'")
                .update();
        database.jdbc
                .sql("DELETE FROM readmodel.active_generation WHERE generation = 1")
                .update();
        database.jdbc
                .sql("UPDATE readmodel.active_generation SET definition_version = 1 WHERE model = 'tickets'")
                .update();
        database.jdbc
                .sql("UPDATE readmodel.generation SET definition_version = 1 WHERE model = 'tickets'")
                .update();
        node.live.look();
        upkeep(node, Duration.ZERO, Duration.ZERO).look(false);
        var refused = node.over(node.jobs.list().getFirst());
        assertThat(refused.state()).isEqualTo(State.VERIFICATION_FAILED);
        assertThat(report(refused).samples())
                .isNotEmpty()
                .allSatisfy(sample ->
                        assertThat(sample.columns()).contains("subject").doesNotContain("watchers"));
        assertThat(answering()).isEqualTo(2);
    }

    @Test
    void modelsAreVerifiedNowAndThenAndOldGenerationsDroppedAfterTheirTime() throws Exception {
        var node = node();
        projected(Histories.of(14, 1_000));
        assertThat(node.over(node.start(Kind.REBUILD, AUTO)).state()).isEqualTo(State.DONE);
        var upkeep = upkeep(node, Duration.ofHours(2), Duration.ofHours(3));
        upkeep.look(true);
        assertThat(node.jobs.list()).hasSize(1);
        assertThat(database.generations.followed(ReadModel.TICKETS)).containsExactly(1, 2);

        database.jdbc
                .sql("UPDATE readmodel.active_generation SET since = since - interval '121 min'")
                .update();
        upkeep.look(true);
        assertThat(database.generations.followed(ReadModel.TICKETS)).containsExactly(2);
        assertThat(node.jobs.list()).hasSize(1);

        database.jdbc
                .sql("UPDATE readmodel.job SET created_at = created_at - interval '181 min'")
                .update();
        database.jdbc
                .sql("UPDATE readmodel.generation SET created_at = created_at - interval '181 min'")
                .update();
        upkeep.look(true);
        upkeep.look(true);
        var verification = node.jobs.list().stream()
                .filter(job -> job.kind() == Kind.VERIFICATION && job.model().equals(TICKETS))
                .toList();
        assertThat(verification).hasSize(1);
        assertThat(node.over(verification.getFirst()).state()).isEqualTo(State.DONE);
        assertThat(node.jobs.read(verification.getFirst().id()).gentle()).isTrue();
    }

    @Test
    void whatStandsStillAnswersAgainWhereThatIsOrdered() throws Exception {
        var node = node();
        var history = Histories.of(15, 1_000);
        projected(history.subList(0, 600));
        var job = node.start(Kind.REBUILD, AUTO);
        assertThat(node.over(job).state()).isEqualTo(State.DONE);
        own(1, elsewhere());
        projected(history.subList(600, history.size()));
        assertThat(answering()).isEqualTo(2);
        node.jobs.switchBack(job.id(), true, "shows what was", OLGA);
        assertThat(node.over(node.jobs.read(job.id())).error()).isNull();
        assertThat(answering()).isEqualTo(1);
        assertThat(recorded).contains("ProjectionSwitchReverted");
        assertThat(readModels.position(ReadModel.TICKETS)).isLessThan(log.head());
    }
}
