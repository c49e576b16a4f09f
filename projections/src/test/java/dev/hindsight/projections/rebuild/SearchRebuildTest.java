package dev.hindsight.projections.rebuild;

import static dev.hindsight.projections.rebuild.TestNode.OLGA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.Refusal;
import dev.hindsight.ops.embedded.SharedOpenSearch;
import dev.hindsight.projections.live.Database;
import dev.hindsight.projections.live.Histories;
import dev.hindsight.projections.live.MemoryLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import dev.hindsight.projections.rebuild.Jobs.Wish;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.opensearch._types.VersionType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Search indexes rebuilt and verified beside the one that answers, on a real PostgreSQL and a real OpenSearch. */
class SearchRebuildTest {

    private static final Wish AUTO = new Wish(null, false, SwitchMode.AUTO);
    private static final Wish MANUAL = new Wish(null, false, SwitchMode.MANUAL);
    private static final String SEARCH = ReadModel.TICKET_SEARCH.id();
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private final Database database = new Database();
    private final MemoryLog log = new MemoryLog();
    private final List<String> recorded = new CopyOnWriteArrayList<>();
    private final List<TestNode> nodes = new ArrayList<>();
    private final ReadModels readModels = new ReadModels(database.pool);
    private final FreshnessGate freshness = new FreshnessGate(readModels::position);
    private final OpenSearchSettings settings = new OpenSearchSettings(
            List.of(SharedOpenSearch.uri()),
            null,
            null,
            "rebuild" + ProcessHandle.current().pid() + "-" + PREFIXES.incrementAndGet() + "-",
            1,
            0);
    private final OpenSearchConnection connection = new OpenSearchConnection(settings);
    private final OpenSearchClient client = connection.patient();
    private final TicketIndex index = new TicketIndex(settings.indexPrefix());

    @AfterEach
    void end() throws Exception {
        for (var node : nodes.reversed()) {
            node.close();
        }
        database.close();
        for (var name : indexes()) {
            client.indices().delete(request -> request.index(name));
        }
        connection.close();
    }

    private List<String> indexes() throws IOException {
        return client.indices().get(request -> request.index(settings.indexPrefix() + "*")).result().keySet().stream()
                .sorted()
                .toList();
    }

    private TestNode node(String name, int batch) {
        var node = new TestNode(
                new TestNode.Stage(
                        database,
                        log,
                        readModels,
                        freshness,
                        connection,
                        settings,
                        (job, step, by, event) -> recorded.add(event.getClass().getSimpleName()),
                        OptionalLong::empty),
                ReadModel.TICKET_SEARCH,
                name,
                1,
                batch);
        nodes.add(node);
        return node;
    }

    private static Report report(Job job) {
        return Objects.requireNonNull(job.report(), job::toString);
    }

    private void findable(List<LoggedEvent> history) {
        log.append(history);
        assertThat(freshness.await(ReadModel.TICKET_SEARCH, log.head(), Duration.ofSeconds(60)))
                .isTrue();
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    private int answering() {
        return database.generations.answering(ReadModel.TICKET_SEARCH).orElseThrow();
    }

    private long position(int generation) {
        return database.jdbc
                .sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(SEARCH, generation)
                .query(Long.class)
                .single();
    }

    /** Every document with its version, by id. */
    private Map<String, String> documents(int generation) throws IOException {
        client.indices().refresh(request -> request.index(index.name(generation)));
        var found = client.search(
                request -> request.index(index.name(generation)).size(10_000).version(true), JsonNode.class);
        var documents = new TreeMap<String, String>();
        found.hits()
                .hits()
                .forEach(hit -> documents.put(
                        Objects.requireNonNull(hit.id()), hit.version() + " " + Objects.requireNonNull(hit.source())));
        return documents;
    }

    private long tickets() {
        return database.jdbc
                .sql("SELECT count(*) FROM readmodel.ticket_g"
                        + database.generations.answering(ReadModel.TICKETS).orElseThrow())
                .query(Long.class)
                .single();
    }

    @ParameterizedTest
    @CsvSource({"61, 1", "62, 7", "63, 4000"})
    void rebuilt_equals_live_document_for_document_whatever_the_batches(long seed, int batch) throws Exception {
        var history = Histories.of(seed, 1_800);
        var node = node("one", batch);
        findable(history.subList(0, 1_500));
        var job = node.over(node.start(Kind.REBUILD, AUTO));

        assertThat(job.state()).as(job.toString()).isEqualTo(State.DONE);
        assertThat(report(job).differing()).isZero();
        assertThat(report(job).rows()).isEqualTo(tickets());
        assertThat(report(job).refolded()).isEqualTo((int) tickets());
        assertThat(answering()).isEqualTo(2);
        assertThat(documents(2)).hasSize((int) tickets()).isEqualTo(documents(1));
        assertThat(recorded).containsExactly("ProjectionRebuildStarted", "ProjectionVerified", "ProjectionSwitched");

        findable(history.subList(1_500, 1_800));
        eventually(() -> position(1) == 1_800 && position(2) == 1_800);
        assertThat(documents(2)).hasSize((int) tickets()).isEqualTo(documents(1));
    }

    @Test
    void poisoned_documents_are_found_and_mended_and_nothing_switches_to_differences_unasked() throws Exception {
        var node = node("one", 100);
        findable(Histories.of(64, 1_500));
        var sound = documents(1);
        var verified = node.over(node.start(Kind.VERIFICATION, AUTO));
        assertThat(verified.state()).as(verified.toString()).isEqualTo(State.DONE);
        assertThat(report(verified).clean()).isTrue();
        var digest = report(verified).tables().getFirst().digest();
        assertThat(report(verified).tables().getFirst().liveDigest()).isEqualTo(digest);

        var ids = new ArrayList<>(sound.keySet());
        poison(ids.getFirst());
        client.delete(request -> request.index(index.name(1)).id(ids.getLast()));
        var surplus = UUID.randomUUID().toString();
        client.index(request -> request.index(index.name(1))
                .id(surplus)
                .document(JsonMapper.shared().createObjectNode().put("id", surplus)));
        client.indices().refresh(request -> request.index(index.name(1)));

        var verification = node.over(node.start(Kind.VERIFICATION, AUTO));
        assertThat(verification.state()).as(verification.toString()).isEqualTo(State.DONE);
        assertThat(report(verification).differing()).isEqualTo(3);
        assertThat(report(verification).tables().getFirst().digest()).isEqualTo(digest);
        assertThat(report(verification).tables().getFirst().liveDigest()).isNotEqualTo(digest);
        assertThat(report(verification).samples())
                .extracting(Report.Difference::stream, Report.Difference::kind, Report.Difference::columns)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(
                                "ticket-" + ids.getFirst(), "DIFFERENT", List.of("subject")),
                        org.assertj.core.groups.Tuple.tuple("ticket-" + ids.getLast(), "MISSING", List.of()),
                        org.assertj.core.groups.Tuple.tuple("ticket-" + surplus, "SURPLUS", List.of()));
        assertThat(verification.toString()).doesNotContain("nonsense");
        assertThat(indexes()).containsExactly(index.name(1));

        var rebuild = node.over(node.start(Kind.REBUILD, AUTO));
        assertThat(rebuild.state()).as(rebuild.toString()).isEqualTo(State.VERIFICATION_FAILED);
        assertThat(report(rebuild).refoldedOtherwise()).isZero();
        assertThat(answering()).isEqualTo(1);
        assertThatThrownBy(() -> node.start(Kind.REBUILD, AUTO))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("REBUILD_RUNNING"));
        node.jobs.switchOver(rebuild.id(), true, "documents were changed by hand", OLGA);
        node.await(rebuild, now -> now.endedAt() != null);
        assertThat(answering()).isEqualTo(2);
        assertThat(documents(2)).isEqualTo(sound);
    }

    /** Another subject under the same version. */
    private void poison(String id) throws IOException {
        var stored = client.get(request -> request.index(index.name(1)).id(id), JsonNode.class);
        var wrong = ((ObjectNode) Objects.requireNonNull(stored.source())).put("subject", "nonsense");
        client.index(request -> request.index(index.name(1))
                .id(id)
                .version(stored.version())
                .versionType(VersionType.ExternalGte)
                .document(wrong));
    }

    @Test
    void a_cancelled_rebuild_leaves_no_index_behind() throws Exception {
        var node = node("one", 10);
        findable(Histories.of(65, 1_500));
        var job = node.start(Kind.REBUILD, new Wish(20, false, SwitchMode.AUTO));
        node.await(job, now -> now.phase() == Phase.COPYING && now.done() > 0);
        assertThat(indexes()).containsExactly(index.name(1), index.name(2));
        node.jobs.cancel(job.id(), OLGA);
        assertThat(node.over(job).state()).isEqualTo(State.CANCELLED);

        assertThat(indexes()).containsExactly(index.name(1));
        assertThat(database.jdbc
                        .sql("SELECT generation FROM readmodel.search_index")
                        .query(Integer.class)
                        .list())
                .containsExactly(1);
        assertThat(database.generations.followed(ReadModel.TICKET_SEARCH)).containsExactly(1);
        assertThat(recorded).containsExactly("ProjectionRebuildStarted", "ProjectionRebuildCancelled");
    }

    @Test
    void a_paused_rebuild_goes_on_is_switched_on_order_taken_back_and_dropped() throws Exception {
        var node = node("one", 10);
        findable(Histories.of(66, 1_500));
        var job = node.start(Kind.REBUILD, new Wish(20, false, SwitchMode.MANUAL));
        node.await(job, now -> now.phase() == Phase.COPYING && now.done() > 0);
        node.jobs.pause(job.id());
        Thread.sleep(1_000); // a batch that was under way
        var paused = node.jobs.read(job.id());
        Thread.sleep(600);
        assertThat(node.jobs.read(job.id()).done()).isEqualTo(paused.done()).isLessThan(tickets());

        node.jobs.pace(job.id(), true, true, null);
        node.jobs.resume(job.id());
        assertThat(node.over(job).state()).isEqualTo(State.READY);
        assertThat(answering()).isEqualTo(1);
        node.jobs.switchOver(job.id(), false, null, OLGA);
        assertThat(node.await(job, now -> now.endedAt() != null).state()).isEqualTo(State.DONE);
        assertThat(answering()).isEqualTo(2);

        node.jobs.switchBack(job.id(), false, "as a drill", OLGA);
        node.await(job, now -> now.endedAt() != null);
        assertThat(answering()).isEqualTo(1);
        assertThat(documents(1)).isEqualTo(documents(2));
        Thread.sleep(5_100); // readers that began before
        node.jobs.drop(SEARCH, 2);
        eventually(() -> indexes().equals(List.of(index.name(1))));
    }

    @Test
    void a_rebuild_goes_on_where_it_was_killed_and_begins_anew_where_its_index_was_lost() throws Exception {
        var node = node("one", 10);
        findable(Histories.of(67, 1_500));
        var job = node.start(Kind.REBUILD, new Wish(40, false, SwitchMode.AUTO));
        var before = node.await(job, now -> now.phase() == Phase.COPYING && now.done() >= 20);
        database.killJobs();
        node.await(job, now -> now.done() > before.done());
        assertThat(node.jobs.read(job.id()).done()).isLessThanOrEqualTo(before.done() + 20);
        node.close();
        nodes.remove(node);
        assertThat(node.jobs.read(job.id()).endedAt()).isNull();

        client.indices().delete(request -> request.index(index.name(2)));
        var other = node("two", 25);
        other.jobs.pace(job.id(), null, true, null);
        var done = other.over(job);
        assertThat(done.state()).as(done.toString()).isEqualTo(State.DONE);
        assertThat(documents(2)).hasSize((int) tickets()).isEqualTo(documents(1));
        assertThat(recorded).containsOnlyOnce("ProjectionRebuildStarted");
    }

    @Test
    void readers_never_find_an_empty_or_partial_index_while_it_is_switched_to_and_fro_under_load() throws Exception {
        var history = Histories.of(68, 4_000);
        var node = node("one", 50);
        findable(history.subList(0, 2_000));
        var least = tickets();
        var stop = new AtomicBoolean();
        var seen = new HashSet<Integer>();
        var wrong = new CopyOnWriteArrayList<String>();
        var reader = Thread.ofPlatform().start(() -> {
            long last = 0;
            while (!stop.get()) {
                var at = readModels.<long[]>read(snapshot -> new long[] {
                    snapshot.generation(ReadModel.TICKET_SEARCH), snapshot.position(ReadModel.TICKET_SEARCH)
                });
                var upTo = history.subList(0, (int) at[1]).stream()
                        .filter(event -> event.version() == 1)
                        .count();
                try {
                    var found = client.count(request -> request.index(index.name((int) at[0])))
                            .count();
                    if (at[1] < last || found < upTo || found < least) {
                        wrong.add("generation %d, position %d after %d, %d found of %d"
                                .formatted(at[0], at[1], last, found, upTo));
                    }
                } catch (IOException | RuntimeException e) {
                    wrong.add(e.toString());
                }
                last = at[1];
                seen.add((int) at[0]);
            }
        });
        var writer = Thread.ofPlatform().start(() -> {
            for (var from = 2_000; from < 4_000; from += 10) {
                log.append(history.subList(from, from + 10));
                LockSupport.parkNanos(20_000_000);
            }
        });
        var job = node.over(node.start(Kind.REBUILD, AUTO));
        assertThat(job.state()).as(job.toString()).isEqualTo(State.DONE);
        node.jobs.switchBack(job.id(), false, "as a drill", OLGA);
        node.await(job, now -> now.endedAt() != null);
        writer.join();
        eventually(() -> position(1) == 4_000 && position(2) == 4_000);
        stop.set(true);
        reader.join();

        assertThat(wrong).isEmpty();
        assertThat(seen).containsExactlyInAnyOrder(1, 2);
        assertThat(documents(2)).hasSize((int) tickets()).isEqualTo(documents(1));
        assertThat(report(node.over(node.start(Kind.VERIFICATION, AUTO))).clean())
                .isTrue();
    }

    @Test
    void rows_that_were_mended_mend_the_documents_made_of_them() throws Exception {
        var node = node("one", 100);
        findable(Histories.of(69, 1_500));
        var sound = documents(1);
        database.jdbc
                .sql("UPDATE readmodel.ticket_g1 SET subject = 'nonsense', status = 'CLOSED'"
                        + " WHERE id IN (SELECT id FROM readmodel.ticket_g1 ORDER BY number LIMIT 3)")
                .update();
        var wrong = node.over(node.start(Kind.REBUILD, MANUAL));
        assertThat(report(wrong).differing()).isEqualTo(3);
        node.jobs.switchOver(wrong.id(), true, "the rows are not known to be wrong yet", OLGA);
        node.await(wrong, now -> now.endedAt() != null);
        assertThat(documents(2)).isNotEqualTo(sound);

        var mended = node.over(node.jobs.start(UUID.randomUUID(), Kind.REBUILD, ReadModel.TICKETS.id(), MANUAL, OLGA));
        node.jobs.switchOver(mended.id(), true, "rows were changed by hand", OLGA);
        node.await(mended, now -> now.endedAt() != null);
        eventually(() -> documents(2).equals(sound));
        assertThat(documents(1)).isEqualTo(sound);
        assertThat(report(node.over(node.start(Kind.VERIFICATION, AUTO))).clean())
                .isTrue();
    }
}
