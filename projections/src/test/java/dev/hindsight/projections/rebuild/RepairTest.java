package dev.hindsight.projections.rebuild;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_TIMELINE;
import static dev.hindsight.projections.rebuild.TestNode.OLGA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.domain.operations.OperationsEvent.DeadLetterRetried;
import dev.hindsight.domain.operations.OperationsEvent.DeadLetterSkipped;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRepaired;
import dev.hindsight.domain.ticket.TicketEvent.InternalNoteAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import dev.hindsight.projections.FoldFailure;
import dev.hindsight.projections.live.Database;
import dev.hindsight.projections.live.Histories;
import dev.hindsight.projections.live.MemoryLog;
import dev.hindsight.projections.live.RecordedSkips;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.rebuild.DeadLetters.DeadLetter;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import dev.hindsight.projections.rebuild.Jobs.Wish;
import dev.hindsight.projections.rebuild.Repairs.Order;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Repairs, retries and skips beside live processing, on a real PostgreSQL. */
class RepairTest {

    private static final String TICKETS = "tickets";
    private static final Instant EVER = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant NEVER = Instant.parse("2100-01-01T00:00:00Z");

    private final Database database = new Database();
    private final MemoryLog log = new MemoryLog();
    private final List<OperationsEvent> recorded = new CopyOnWriteArrayList<>();
    private final List<TestNode> nodes = new ArrayList<>();
    private final ReadModels readModels = new ReadModels(database.pool);
    private final FreshnessGate freshness = new FreshnessGate(readModels::position);
    private final OpenSearchConnection nowhere = new OpenSearchConnection(TestNode.NOWHERE);
    private boolean recordFails;
    private volatile Runnable whileRecording = () -> {};

    @AfterEach
    void end() throws IOException {
        nodes.reversed().forEach(TestNode::close);
        nowhere.close();
        database.close();
    }

    private TestNode node(String name) {
        var node = new TestNode(
                new TestNode.Stage(
                        database,
                        log,
                        readModels,
                        freshness,
                        nowhere,
                        TestNode.NOWHERE,
                        (job, step, by, event) -> {
                            if (recordFails) {
                                throw new IllegalStateException("the log does not answer", new IOException());
                            }
                            assertThat(by).isEqualTo(OLGA);
                            recorded.add(event);
                            whileRecording.run();
                        },
                        () -> OptionalLong.of(Long.MAX_VALUE)),
                ReadModel.TICKETS,
                name,
                1,
                200);
        nodes.add(node);
        return node;
    }

    private static RepairReport repaired(TestNode node, Job job) throws InterruptedException {
        var done = node.over(job);
        assertThat(done.state()).as(done.toString()).isEqualTo(State.DONE);
        assertThat(done.percent()).isEqualTo(100);
        return Objects.requireNonNull(done.repair());
    }

    private static Job done(TestNode node, Kind kind) throws InterruptedException {
        return node.over(node.start(kind, new Wish(null, false, SwitchMode.AUTO)));
    }

    private static Order order() {
        return new Order(UUID.randomUUID(), false, "as a drill", OLGA);
    }

    private static Order dry() {
        return new Order(UUID.randomUUID(), true, null, OLGA);
    }

    private void projected(List<LoggedEvent> history) {
        log.append(history);
        follow();
    }

    private void follow() {
        assertThat(freshness.await(ReadModel.TICKETS, log.head(), Duration.ofSeconds(60)))
                .isTrue();
    }

    private Map<String, List<String>> rows() {
        return database.rows(
                ReadModel.TICKETS,
                database.generations.answering(ReadModel.TICKETS).orElseThrow());
    }

    private static UUID id(String stream) {
        return UUID.fromString(stream.substring("ticket-".length()));
    }

    private static LoggedEvent of(List<LoggedEvent> history, int from, long version) {
        return history.stream()
                .filter(event -> event.position() > from && event.version() == version)
                .findFirst()
                .orElseThrow();
    }

    /** Damage of every kind, by chance; the streams that were damaged, those that never were included. */
    private List<String> poison(Random random, List<LoggedEvent> history) {
        var tickets = history.stream().map(LoggedEvent::stream).distinct().toList();
        var poisoned = new ArrayList<String>();
        for (var statement : List.of(
                "UPDATE readmodel.ticket_g1 SET subject = 'nonsense', queue = 'nowhere' WHERE id = ?",
                "DELETE FROM readmodel.ticket_g1 WHERE id = ?",
                "DELETE FROM readmodel.ticket_timeline_g1 WHERE ticket_id = ? AND version > 1",
                "UPDATE readmodel.ticket_message_g1 SET body = 'nonsense' WHERE ticket_id = ?",
                "UPDATE readmodel.ticket_g1 SET version = version + 3, last_position = last_position + 1 WHERE id = ?",
                "INSERT INTO readmodel.ticket_link_g1 SELECT id, 'RELATES_TO', gen_random_uuid(), 1, 1"
                        + " FROM readmodel.ticket_g1 WHERE id = ?",
                "UPDATE readmodel.ticket_words_g1 SET words = to_tsvector('simple', 'nonsense') WHERE ticket_id = ?")) {
            for (var i = 0; i < 3; i++) {
                var stream = tickets.get(random.nextInt(tickets.size()));
                poisoned.add(stream);
                database.jdbc.sql(statement).param(id(stream)).update();
            }
        }
        return poisoned;
    }

    @ParameterizedTest
    @ValueSource(longs = {61, 62, 63})
    void what_is_repaired_is_what_a_rebuild_would_give(long seed) throws Exception {
        var history = Histories.of(seed, 1_500);
        var victim = of(history, 400, 3);
        log.spoil(victim.position(), new FoldFailure("not readable on purpose"));
        var node = node("one");
        projected(history);
        var sound = rows();
        poison(new Random(seed), history);
        var surplus = "ticket-" + UUID.randomUUID();
        database.jdbc
                .sql("INSERT INTO readmodel.ticket_link_g1 VALUES (?, 'RELATES_TO', gen_random_uuid(), 1, 1)")
                .param(id(surplus))
                .update();

        var tried = repaired(node, node.repairs.recorded(dry(), TICKETS, EVER, NEVER));
        assertThat(tried.dryRun()).isTrue();
        assertThat(tried.differing()).isPositive();
        assertThat(recorded).isEmpty();
        var report = repaired(node, node.repairs.recorded(order(), TICKETS, EVER, NEVER));
        assertThat(report.differing()).isEqualTo(tried.differing());
        assertThat(report.differingStreams()).isEqualTo(tried.differingStreams());
        assertThat(report.streams())
                .isEqualTo(history.stream().map(LoggedEvent::stream).distinct().count());
        assertThat(report.samples()).extracting(Report.Difference::kind).contains("MISSING", "SURPLUS", "DIFFERENT");
        assertThat(report.parked()).isEqualTo(1);
        var alone = node.repairs.stream(order(), TICKETS, surplus);
        assertThat(alone.samples()).singleElement().satisfies(difference -> {
            assertThat(difference.kind()).isEqualTo("SURPLUS");
            assertThat(difference.table()).isEqualTo("ticket_link");
        });

        assertThat(Database.differences(rows(), sound)).isEmpty();
        assertThat(node.repairs.deadLetters().list(null, null, null, 10))
                .singleElement()
                .satisfies(letter -> assertThat(letter.position()).isEqualTo(victim.position()));
        assertThat(done(node, Kind.REBUILD).state()).isEqualTo(State.DONE);
        assertThat(Database.differences(rows(), sound)).isEmpty();
        assertThat(recorded)
                .filteredOn(ProjectionRepaired.class::isInstance)
                .hasSize(2)
                .first()
                .isInstanceOfSatisfying(ProjectionRepaired.class, event -> {
                    assertThat(event.differing()).isEqualTo(report.differing());
                    assertThat(event.position()).isEqualTo(1_500);
                    assertThat(event.reason()).isEqualTo("as a drill");
                });
    }

    @Test
    void a_dry_run_tells_names_of_columns_never_content_and_changes_nothing() {
        var node = node("one");
        var history = Histories.of(64, 500);
        projected(history);
        var stream = history.getFirst().stream();
        database.jdbc
                .sql("UPDATE readmodel.ticket_g1 SET subject = 'a secret', last_position = 1 WHERE id = ?")
                .param(id(stream))
                .update();
        var poisoned = rows();
        var report = node.repairs.ticket(dry(), TICKETS, id(stream));
        assertThat(report.samples())
                .containsExactly(
                        new Report.Difference("ticket", stream, "DIFFERENT", List.of("last_position", "subject")));
        assertThat(report.toString()).doesNotContain("secret");
        assertThat(rows()).isEqualTo(poisoned);
        assertThat(recorded).isEmpty();
        assertThat(node.jobs.list()).isEmpty();
        assertThat(database.jdbc
                        .sql("SELECT count(*) FROM readmodel.search_mark")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_repair_is_recorded_even_where_the_log_does_not_answer_at_that_moment() throws Exception {
        var node = node("one");
        var history = Histories.of(65, 300);
        projected(history);
        var sound = rows();
        var stream = history.getFirst().stream();
        database.jdbc
                .sql("DELETE FROM readmodel.ticket_g1 WHERE id = ?")
                .param(id(stream))
                .update();
        recordFails = true;
        var order = order();
        assertThat(node.repairs.ticket(order, TICKETS, id(stream)).differing()).isEqualTo(1);
        assertThat(Database.differences(rows(), sound)).isEmpty();
        assertThat(node.jobs.read(order.id()).endedAt()).isNull();
        recordFails = false;
        repaired(node, node.jobs.read(order.id()));
        assertThat(recorded).hasSize(1);
        assertThat(done(node, Kind.VERIFICATION).state()).isEqualTo(State.DONE);
    }

    @Test
    void live_events_of_the_same_ticket_are_neither_lost_nor_doubled_and_it_never_vanishes() throws Exception {
        var node = node("one");
        var history = new ArrayList<>(Histories.of(66, 400));
        projected(history);
        var stream = of(history, 0, 2).stream();
        var last = history.stream()
                .filter(event -> event.stream().equals(stream))
                .toList()
                .getLast();
        var notes = new ArrayList<LoggedEvent>();
        for (var i = 1; i <= 1_500; i++) {
            notes.add(LoggedEvent.of(
                    400 + i,
                    stream,
                    last.version() + i,
                    last.recordedAt(),
                    last.envelope(),
                    new InternalNoteAdded(id(stream), last.event().at(), UUID.randomUUID(), null, "note " + i)));
        }
        var stop = new AtomicBoolean();
        var wrong = new CopyOnWriteArrayList<String>();
        var reader = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                readModels.read(snapshot -> {
                    var version = snapshot.jooq()
                            .select(TICKET.VERSION)
                            .from(TICKET)
                            .where(TICKET.ID.eq(id(stream)))
                            .fetchOne(TICKET.VERSION);
                    var entries = snapshot.jooq().fetchCount(TICKET_TIMELINE, TICKET_TIMELINE.TICKET_ID.eq(id(stream)));
                    if (version == null || version != entries) {
                        wrong.add(version + " with " + entries);
                    }
                    return version;
                });
            }
        });
        var writer = Thread.ofPlatform().start(() -> {
            for (var i = 0; i < notes.size(); i += 5) {
                log.append(notes.subList(i, i + 5));
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            }
        });
        var repairs = 0;
        while (writer.isAlive()) {
            if (repairs % 3 == 0) {
                database.jdbc
                        .sql("UPDATE readmodel.ticket_g1 SET subject = 'nonsense' WHERE id = ?")
                        .param(id(stream))
                        .update();
            }
            node.repairs.ticket(order(), TICKETS, id(stream));
            repairs++;
        }
        follow();
        node.repairs.ticket(order(), TICKETS, id(stream));
        stop.set(true);
        reader.join();
        assertThat(repairs).isGreaterThan(5);
        assertThat(wrong).isEmpty();
        assertThat(node.repairs.deadLetters().list(null, null, null, 10)).isEmpty();
        var live = rows();
        assertThat(done(node, Kind.REBUILD).state()).isEqualTo(State.DONE);
        assertThat(Database.differences(rows(), live)).isEmpty();
    }

    @Test
    void a_killed_repair_of_a_queue_goes_on_elsewhere_and_finds_tickets_that_left_the_queue_by_mistake()
            throws Exception {
        var node = node("one");
        var history = Histories.of(67, 6_000);
        projected(history);
        var sound = rows();
        // Tickets that should be there answer from elsewhere, others answer from there.
        database.jdbc
                .sql("UPDATE readmodel.ticket_g1 SET queue = CASE queue WHEN 'mail' THEN 'hr' ELSE 'mail' END"
                        + " WHERE queue = 'mail' OR queue IS NULL")
                .update();
        var job = node.repairs.queue(order(), TICKETS, "mail");
        node.jobs.pace(job.id(), null, true, 2_000);
        assertThatThrownBy(() -> node.repairs.queue(order(), TICKETS, "hr"))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("REBUILD_RUNNING"));
        node.await(job, now -> now.done() > 0);
        database.killJobs();
        node.close();
        nodes.remove(node);
        var left = node.jobs.read(job.id());
        assertThat(left.endedAt()).isNull();
        assertThat(left.done()).isBetween(1L, left.total() - 1);

        var other = node("two");
        other.jobs.pace(job.id(), null, true, null);
        var report = repaired(other, job);
        assertThat(report.streams()).isEqualTo(left.total());
        assertThat(Database.differences(rows(), sound)).isEmpty();
        assertThat(recorded).singleElement().isInstanceOf(ProjectionRepaired.class);
        assertThat(database.jdbc
                        .sql("SELECT count(*) FROM readmodel.repair_target")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_cancelled_repair_keeps_and_records_what_it_has_done() throws Exception {
        var node = node("one");
        projected(Histories.of(68, 3_000));
        var job = node.repairs.recorded(order(), TICKETS, EVER, NEVER);
        node.jobs.pace(job.id(), null, true, 500);
        node.await(job, now -> now.done() > 0);
        node.jobs.cancel(job.id(), OLGA);
        var over = node.await(job, now -> now.endedAt() != null);
        assertThat(over.state()).isEqualTo(State.CANCELLED);
        assertThat(recorded)
                .singleElement()
                .isInstanceOfSatisfying(
                        ProjectionRepaired.class,
                        event -> assertThat(event.streams()).isBetween(1L, over.total() - 1));
    }

    @Test
    void what_is_parked_is_listed_retried_singly_by_cause_and_all() throws Exception {
        var history = Histories.of(69, 1_500);
        var one = of(history, 300, 3);
        var later = history.stream()
                .filter(event -> event.stream().equals(one.stream()) && event.version() == 5)
                .findFirst();
        var two = of(history, 500, 2);
        var three = of(history, 700, 4);
        log.spoil(one.position(), new FoldFailure("first kind"));
        log.spoil(two.position(), new FoldFailure("second kind"));
        log.spoil(three.position(), new IllegalStateException("the text of another's mail"));
        var node = node("one");
        projected(history);
        var letters = node.repairs.deadLetters();
        var all = letters.list(null, null, null, 10);
        assertThat(all)
                .extracting(DeadLetter::position)
                .containsExactly(java.util.stream.Stream.of(one, two, three)
                        .map(LoggedEvent::position)
                        .sorted()
                        .toArray(Long[]::new));
        assertThat(all.toString()).doesNotContain("mail").contains("IllegalStateException");
        var first = letter(letters, one);
        assertThat(first.cause()).startsWith("FoldFailure: first kind");
        assertThat(first.ticketId()).isEqualTo(id(one.stream()));
        assertThat(first.waiting())
                .isEqualTo(history.stream()
                        .filter(event -> event.stream().equals(one.stream()) && event.position() > one.position())
                        .count());
        var page = letters.list(TICKETS, null, null, 2);
        assertThat(letters.list(
                        TICKETS,
                        null,
                        new DeadLetters.Place(
                                page.getLast().position(), page.getLast().id()),
                        2))
                .containsExactly(all.get(2));
        assertThat(letters.list(null, "SECOND kind", null, 10))
                .singleElement()
                .satisfies(its -> assertThat(its.stream()).isEqualTo(two.stream()));
        assertThat(letters.list("directory", null, null, 10)).isEmpty();

        assertThat(node.repairs.retry(order(), first.id()).parked())
                .as("nothing was mended")
                .isEqualTo(1);
        assertThat(letter(letters, one)).isEqualTo(first);
        log.mend(one.position());
        if (later.isPresent()) {
            log.spoil(later.get().position(), new FoldFailure("third kind"));
            var again = node.repairs.retry(order(), first.id());
            assertThat(again.causes())
                    .singleElement()
                    .satisfies(cause -> assertThat(cause.cause()).contains("third kind"));
            assertThat(letter(letters, later.get()).since()).isEqualTo(first.since());
            assertThatThrownBy(() -> node.repairs.retry(order(), first.id())).isInstanceOf(NotFound.class);
            log.mend(later.get().position());
        }
        log.mend(two.position());
        for (var job : node.repairs.retryBecause(order(), "second KIND", UUID::randomUUID)) {
            assertThat(repaired(node, job).streams()).isEqualTo(1);
        }
        log.mend(three.position());
        assertThat(node.repairs.retryAll(order(), UUID::randomUUID))
                .singleElement()
                .satisfies(job -> assertThat(repaired(node, job).parked()).isZero());
        assertThat(letters.list(null, null, null, 10)).isEmpty();
        assertThat(node.repairs.retryAll(order(), UUID::randomUUID)).isEmpty();
        assertThat(recorded).allMatch(DeadLetterRetried.class::isInstance).hasSizeGreaterThanOrEqualTo(3);
        var live = rows();
        assertThat(done(node, Kind.REBUILD).state()).isEqualTo(State.DONE);
        assertThat(Database.differences(rows(), live)).isEmpty();
    }

    private static DeadLetter letter(DeadLetters letters, LoggedEvent at) {
        return letters.list(null, null, null, 10).stream()
                .filter(letter -> letter.position() == at.position())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_skip_wants_a_reason_and_is_respected_by_rebuilds_verifications_and_repairs() throws Exception {
        var history = Histories.of(70, 1_500);
        var victim = of(history, 300, 3);
        log.spoil(victim.position(), new FoldFailure("never readable"));
        var node = node("one");
        projected(history);
        var letter = letter(node.repairs.deadLetters(), victim);
        assertThatThrownBy(() -> node.repairs.skip(new Order(UUID.randomUUID(), false, null, OLGA), letter.id()))
                .isInstanceOf(InvalidRequest.class);
        assertThat(recorded).isEmpty();
        assertThat(node.repairs.skip(order(), letter.id()).parked()).isZero();
        assertThat(recorded)
                .containsExactly(new DeadLetterSkipped(
                        ((DeadLetterSkipped) recorded.getFirst()).jobId(),
                        recorded.getFirst().at(),
                        TICKETS,
                        victim.stream(),
                        victim.position(),
                        "as a drill"));
        assertThatThrownBy(() -> node.repairs.skip(order(), letter.id())).isInstanceOf(NotFound.class);
        assertThat(node.repairs.deadLetters().list(null, null, null, 10)).isEmpty();
        assertThat(database.jdbc
                        .sql("SELECT count(*) FROM readmodel.ticket_timeline_g1 WHERE position = ?")
                        .param(victim.position())
                        .query(Long.class)
                        .single())
                .isZero();
        var live = rows();
        assertThat(node.repairs.ticket(order(), TICKETS, id(victim.stream())).differing())
                .isZero();
        var verified = done(node, Kind.VERIFICATION);
        assertThat(Objects.requireNonNull(verified.report()).clean()).isTrue();
        assertThat(done(node, Kind.REBUILD).state()).isEqualTo(State.DONE);
        assertThat(Database.differences(rows(), live)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_is_erased_while_a_repair_folds_is_not_brought_back(boolean told) throws Exception {
        var node = node("one");
        var history = Histories.of(73, 400);
        projected(history);
        var erased = history.stream()
                .filter(event -> event.event() instanceof TicketContentErased)
                .map(LoggedEvent::stream)
                .collect(Collectors.toSet());
        var last = history.stream()
                .filter(event -> event.version() > 3 && !erased.contains(event.stream()))
                .toList()
                .getLast();
        var stream = last.stream();
        var clear = subject(stream);
        log.whenDecoded(last.position(), () -> {
            log.end(stream);
            if (told) {
                projected(List.of(LoggedEvent.of(
                        401,
                        stream,
                        last.version() + 1,
                        last.recordedAt(),
                        last.envelope(),
                        new TicketContentErased(id(stream), last.event().at(), "RETENTION", "old"))));
                assertThat(subject(stream)).isNotEqualTo(clear);
            }
        });

        node.repairs.ticket(order(), TICKETS, id(stream));

        assertThat(subject(stream)).isNotEqualTo(clear);
        var repaired = rows();
        assertThat(done(node, Kind.REBUILD).state()).isEqualTo(State.DONE);
        assertThat(Database.differences(rows(), repaired)).isEmpty();
    }

    private String subject(String stream) {
        return database.jdbc
                .sql("SELECT subject FROM readmodel.ticket_g1 WHERE id = ?")
                .param(id(stream))
                .query(String.class)
                .single();
    }

    @Test
    void a_skip_waits_for_a_release_that_is_under_way_and_is_none_then() throws Exception {
        var history = Histories.of(71, 1_000);
        var victim = of(history, 300, 3);
        log.spoil(victim.position(), new FoldFailure("not readable for a while"));
        var node = node("one");
        projected(history);
        var letter = letter(node.repairs.deadLetters(), victim);
        try (var retry = database.pool.getConnection();
                var other = Executors.newSingleThreadExecutor()) {
            retry.setAutoCommit(false);
            try (var statement = retry.createStatement()) {
                statement.execute("DELETE FROM readmodel.parked WHERE id = '" + letter.id() + "'");
            }
            var skipped = other.submit(() -> node.repairs.skip(order(), letter.id()));
            assertThatThrownBy(() -> skipped.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            retry.commit();
            assertThatThrownBy(() -> skipped.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(NotFound.class);
        }
        assertThat(recorded).isEmpty();
        assertThat(database.jdbc
                        .sql("SELECT count(*) FROM readmodel.skip")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_retry_in_the_moment_of_a_skip_leaves_the_event_out() throws Exception {
        var history = Histories.of(72, 1_000);
        var victim = of(history, 300, 3);
        log.spoil(victim.position(), new FoldFailure("not readable for a while"));
        var node = node("one");
        var second = node("two");
        projected(history);
        var letter = letter(node.repairs.deadLetters(), victim);
        try (var other = Executors.newSingleThreadExecutor()) {
            var retries = new ArrayList<Future<RepairReport>>();
            whileRecording = () -> {
                whileRecording = () -> {};
                log.mend(victim.position());
                retries.add(other.submit(() -> second.repairs.retry(order(), letter.id())));
                assertThatThrownBy(() -> retries.getFirst().get(500, TimeUnit.MILLISECONDS))
                        .isInstanceOf(TimeoutException.class);
            };
            assertThat(node.repairs.skip(order(), letter.id()).parked()).isZero();
            assertThat(retries.getFirst().get(20, TimeUnit.SECONDS).parked()).isZero();
        }
        assertThat(database.jdbc
                        .sql("SELECT count(*) FROM readmodel.ticket_timeline_g1 WHERE position = ?")
                        .param(victim.position())
                        .query(Long.class)
                        .single())
                .isZero();
        var live = rows();
        assertThat(done(node, Kind.REBUILD).state()).isEqualTo(State.DONE);
        assertThat(Database.differences(rows(), live)).isEmpty();
    }

    @Test
    void skips_on_record_come_back_where_read_models_begin_anew() {
        var history = Histories.of(71, 10);
        var last = history.getLast();
        log.append(history)
                .append(List.of(LoggedEvent.of(
                        11,
                        "operations",
                        1,
                        last.recordedAt(),
                        last.envelope(),
                        new DeadLetterSkipped(
                                UUID.randomUUID(), last.recordedAt(), TICKETS, last.stream(), 7, "as a drill"))));
        RecordedSkips.restore(log, database.pool);
        RecordedSkips.restore(log, database.pool);
        assertThat(database.jdbc
                        .sql("SELECT position || ' ' || reason FROM readmodel.skip WHERE model = 'tickets'")
                        .query(String.class)
                        .list())
                .containsExactly("7 as a drill");
    }

    @Test
    void after_a_rebuild_only_what_is_parked_in_the_new_generation_is_listed() throws Exception {
        var history = Histories.of(72, 1_500);
        var mended = of(history, 300, 3);
        var broken = of(history, 600, 2);
        log.spoil(mended.position(), new FoldFailure("until the next version"));
        log.spoil(broken.position(), new FoldFailure("for ever"));
        var node = node("one");
        projected(history);
        var letters = node.repairs.deadLetters();
        var before = letters.list(null, null, null, 10);
        assertThat(before).hasSize(2);
        log.mend(mended.position());
        var job = done(node, Kind.REBUILD);
        assertThat(job.state()).isEqualTo(State.VERIFICATION_FAILED);
        node.jobs.switchOver(job.id(), true, "the code was mended", OLGA);
        node.await(job, now -> now.endedAt() != null);
        assertThat(letters.list(null, null, null, 10)).singleElement().satisfies(letter -> {
            assertThat(letter.position()).isEqualTo(broken.position());
            assertThat(before).extracting(DeadLetter::id).doesNotContain(letter.id());
        });
        var live = rows();
        assertThat(node.repairs.ticket(order(), TICKETS, id(mended.stream())).differing())
                .isZero();
        assertThat(Database.differences(rows(), live)).isEmpty();
        assertThat(Database.differences(database.rows(ReadModel.TICKETS, 1), live))
                .as("the generation before is kept level, and was mended with it")
                .isEmpty();
    }

    @Test
    void what_can_not_be_repaired_is_refused() {
        var node = node("one");
        var history = Histories.of(73, 20);
        projected(history);
        var shouted = "ticket-" + id(history.getFirst().stream()).toString().toUpperCase(Locale.ROOT);
        var repairs = node.repairs;
        assertThatThrownBy(() -> repairs.ticket(order(), TICKETS, UUID.randomUUID()))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> repairs.ticket(order(), "nothing", UUID.randomUUID()))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> repairs.ticket(order(), "ticket-search", UUID.randomUUID()))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> repairs.ticket(order(), "directory", UUID.randomUUID()))
                .isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> repairs.stream(order(), TICKETS, "ticket-x")).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> repairs.stream(order(), TICKETS, shouted)).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> repairs.stream(order(), TICKETS, "ticket-1-1-1-1-1"))
                .isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> repairs.stream(order(), TICKETS, "person-x")).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> repairs.stream(order(), "directory", "person-x"))
                .isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> repairs.queue(order(), "directory", "mail")).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> repairs.recorded(order(), TICKETS, NEVER, EVER))
                .isInstanceOf(InvalidRequest.class);
        assertThat(recorded).isEmpty();
        assertThat(node.jobs.list()).isEmpty();
    }
}
