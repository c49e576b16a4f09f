package dev.hindsight.ops.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.ReadModelOperator;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.acceptance.TableDigests;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.demo.DemoFill;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.BulkLog.Stored;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** The log on PostgreSQL read as a store must be read that has the order of positions alone, as Axon Server is. */
class SpillingBulkLogTest {

    private static final List<String> TICKETS = List.of("ticket-");
    private static final List<String> OTHERS = List.of("person-", "organization-", "queue-", "category-", "team-");

    @TempDir
    static Path data;

    @TempDir
    static Path sorting;

    private static RunningApplication app;
    private static Person operator;
    private static ReadModelOperator models;
    private static JdbcTemplate jdbc;
    private static DataSource direct;
    private static EventCodec codec;
    private static BulkLog own;

    @BeforeAll
    static void start() throws InterruptedException {
        app = RunningApplication.in(
                data,
                Map.of(
                        "hindsight.rebuild.by-position",
                        true,
                        "hindsight.rebuild.sort-memory",
                        "64KB",
                        "hindsight.rebuild.sort-directory",
                        sorting.toString()));
        operator = app.as(Role.OPERATOR, "olga@example.org");
        models = new ReadModelOperator(operator, Duration.ofSeconds(60));
        jdbc = new JdbcTemplate(app.context().getBean(DataSource.class));
        direct = app.context()
                .getBean(DatabaseConfiguration.DirectConnections.class)
                .dataSource();
        codec = app.context().getBean(EventCodec.class);
        own = new DecodedBulkLog(direct, codec);
        assertThat(DemoFill.of(app.context()).fill(data, 150, (done, all) -> {}))
                .isTrue();
        models.awaitLevel();
    }

    @AfterAll
    static void end() {
        app.close();
    }

    private static BulkLog sorted(long memory) {
        return new SpillingBulkLog(new PostgresOrder(direct), codec, sorting, memory);
    }

    private static long head() {
        return app.context().getBean(EventLog.class).head();
    }

    private static List<String> read(BulkLog log, List<String> prefixes, @Nullable String after, long upTo)
            throws InterruptedException {
        List<String> events = new ArrayList<>();
        try (BulkLog.Reading reading = log.byStream(prefixes, after, upTo)) {
            for (List<Stored> chunk = reading.next(); chunk != null; chunk = reading.next()) {
                log.prepare(chunk);
                reading.total(prefixes).ifPresent(total -> assertThat(total).isPositive());
                chunk.forEach(event -> events.add("%s %d %d %s"
                        .formatted(
                                event.stream(),
                                event.decoded().version(),
                                event.position(),
                                event.decoded().event())));
            }
        }
        return events;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 10_000, 200_000, 1L << 30})
    void itReadsWhatTheStoreReadsStreamByStream(long memory) throws InterruptedException {
        long head = head();
        for (List<String> prefixes : List.of(TICKETS, OTHERS)) {
            List<String> all = read(own, prefixes, null, head);
            assertThat(all).isNotEmpty();
            assertThat(read(sorted(memory), prefixes, null, head)).isEqualTo(all);
            String middle = all.get(all.size() / 2);
            String stream = middle.substring(0, middle.indexOf(' '));
            assertThat(read(sorted(memory), prefixes, stream, head / 2))
                    .isEqualTo(read(own, prefixes, stream, head / 2));
        }
        assertThat(sorting).isEmptyDirectory();
    }

    @Test
    void itFindsTheSameStreamsForRepairs() {
        BulkLog sorted = sorted(10_000);
        Instant from = Instant.EPOCH;
        Instant to = Instant.now().plusSeconds(60);
        assertThat(streams(parts -> sorted.recorded(TICKETS, from, to, parts)))
                .isNotEmpty()
                .isEqualTo(streams(parts -> own.recorded(TICKETS, from, to, parts)));
        for (String queue : jdbc.queryForList(
                "SELECT DISTINCT queue FROM readmodel.ticket_g" + models.generation("tickets")
                        + " WHERE queue IS NOT NULL",
                String.class)) {
            assertThat(streams(parts -> sorted.everIn(queue, parts)))
                    .isNotEmpty()
                    .isEqualTo(streams(parts -> own.everIn(queue, parts)));
        }
    }

    private static Set<String> streams(Consumer<Consumer<List<String>>> search) {
        Set<String> streams = new TreeSet<>();
        search.accept(part -> part.forEach(
                stream -> assertThat(streams.add(stream)).as("told once").isTrue()));
        return streams;
    }

    @Test
    void aWholeRebuildThroughItEqualsWhatLiveProcessingMade() {
        int before = models.generation("tickets");
        Answer begun = operator.post("/ops/v1/rebuilds", null);
        assertThat(begun.status()).as(begun.raw().body()).isEqualTo(202);
        for (JsonNode started : begun.body().path("items").values()) {
            JsonNode job = models.over(started.path("id").asString());
            assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("DONE");
            assertThat(job.path("report").path("differing").asLong()).isZero();
        }
        int now = models.generation("tickets");
        assertThat(now).isGreaterThan(before);
        assertThat(TableDigests.of(jdbc, ReadModel.TICKETS, now))
                .isEqualTo(TableDigests.of(jdbc, ReadModel.TICKETS, before));
        assertThat(sorting).isEmptyDirectory();
    }

    /** Read through the descriptors of this process, since the files have no names. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void whatIsSealedStaysSealedInTemporaryFiles() throws Exception {
        List<String> subjects = jdbc.queryForList(
                "SELECT subject FROM readmodel.ticket_g" + models.generation("tickets") + " WHERE length(subject) > 10",
                String.class);
        assertThat(subjects).isNotEmpty();
        BulkLog log = sorted(10_000);
        try (BulkLog.Reading reading = log.byStream(TICKETS, null, head())) {
            List<Stored> chunk = reading.next();
            assertThat(chunk).isNotEmpty();
            List<String> files = openFiles();
            assertThat(files).isNotEmpty();
            assertThat(files).allSatisfy(file -> {
                assertThat(file).contains("ticket-");
                assertThat(subjects).noneMatch(file::contains);
            });
        }
        assertThat(openFiles()).isEmpty();
    }

    private static List<String> openFiles() throws IOException {
        List<String> contents = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).toString().contains("hindsight-sort-")) {
                    contents.add(Files.readString(descriptor, StandardCharsets.ISO_8859_1));
                }
            }
        }
        return contents;
    }
}
