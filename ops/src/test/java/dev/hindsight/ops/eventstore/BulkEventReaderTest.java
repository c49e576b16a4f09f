package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class BulkEventReaderTest {

    private static DataSource dataSource;
    private static PostgresEventStorageEngine engine;
    private static long head;

    /** Of {@link #history}. */
    private static final int EVENTS = 2 // of the long transaction
            + IntStream.range(0, 2_000).map(i -> i % 400 < 100 ? 1 : 1 + i % 4).sum()
            + 1; // of no stream

    /** Some 5,000 events: calls of one and of several, rolled-back ones, and a long transaction's far off the rest. */
    @BeforeAll
    static void history() throws SQLException {
        dataSource = TestDatabase.fresh();
        try (Connection connection = dataSource.getConnection();
                Connection slow = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            slow.setAutoCommit(false);
            PostgresEventStorageEngine writer = writing(connection);
            PostgresEventStorageEngine slowWriter = writing(slow);
            slowWriter.appendEvents(event("slow", 0), event("slow", 1));
            for (int i = 0; i < 2_000; i++) {
                if (i % 50 == 7) {
                    writer.appendEvents(event("undone", i));
                    connection.rollback();
                }
                int call = i;
                // Now and then stretches of calls with one event each, which share their place.
                writer.appendEvents(IntStream.range(0, i % 400 < 100 ? 1 : 1 + i % 4)
                        .mapToObj(j -> event("stream-" + call, j))
                        .toList());
                connection.commit();
                if (i == 1_500) {
                    Sequencing.begin(connection).run();
                    connection.commit();
                    slow.commit();
                }
            }
            writer.appendEvents(new GenericEventMessage<>("of no stream"));
            connection.commit();
            Sequencing.begin(connection).run();
            connection.commit();
        }
        engine = PostgresEventStorageEngine.builder()
                .connectionProvider(dataSource::getConnection)
                .eventSerializer(TestLogs.serializer())
                .snapshotSerializer(TestLogs.serializer())
                .build();
        head = engine.head();
    }

    private static PostgresEventStorageEngine writing(Connection connection) {
        return PostgresEventStorageEngine.builder()
                .connectionProvider(() -> PostgresEventLogTest.unclosable(connection))
                .eventSerializer(TestLogs.serializer())
                .snapshotSerializer(TestLogs.serializer())
                .build();
    }

    private static DomainEventMessage<String> event(String stream, long sequence) {
        return PostgresEventLogTest.event(stream, sequence);
    }

    private static String whole(StoredEvent event) {
        return "%d %s %d %s %s %s %s %s %s %s %s"
                .formatted(
                        event.position(),
                        event.stream(),
                        event.version(),
                        event.streamType(),
                        event.eventId(),
                        event.name(),
                        event.revision(),
                        event.occurredAt(),
                        event.recordedAt(),
                        new String(event.metadata(), StandardCharsets.UTF_8),
                        new String(event.payload(), StandardCharsets.UTF_8));
    }

    private static List<StoredEvent> all(BulkReading reading) throws Exception {
        List<StoredEvent> events = new ArrayList<>();
        for (@Nullable List<StoredEvent> chunk = reading.next(); chunk != null; chunk = reading.next()) {
            assertThat(chunk).isNotEmpty();
            events.addAll(chunk);
        }
        return events;
    }

    private static List<StoredEvent> inOrder(long after, long to) throws Exception {
        try (BulkReading reading = new BulkEventReader(dataSource).inOrder(after, to)) {
            return all(reading);
        }
    }

    @Test
    void readsEveryEventAtItsPositionExactlyAsTheEngineReadsIt() throws Exception {
        assertThat(head).isEqualTo(EVENTS);
        assertThat(inOrder(0, Long.MAX_VALUE))
                .extracting(BulkEventReaderTest::whole)
                .isEqualTo(engine.after(0, Math.toIntExact(head)).stream()
                        .map(BulkEventReaderTest::whole)
                        .toList());
    }

    @Test
    void readsAnyRangeToItsExactEndsAlsoWithinAnAppendCall() throws Exception {
        for (long after : List.of(0L, 1L, 5L, 1_022L, 3_333L)) {
            for (long to : List.of(after, after + 1, after + 2, Math.min(after + 1_030, head), head - 1)) {
                assertThat(inOrder(after, to))
                        .extracting(StoredEvent::position)
                        .isEqualTo(LongStream.rangeClosed(after + 1, to).boxed().toList());
            }
        }
        assertThat(inOrder(head, head + 10)).isEmpty();
    }

    @Test
    void everyWayToReadAgreesOnThePositions() throws Exception {
        List<StoredEvent> events = inOrder(0, head);
        List<String> whole = events.stream().map(BulkEventReaderTest::whole).toList();
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 400; i++) {
            int after = random.nextInt((int) head);
            int count = random.nextInt(1, 130);
            assertThat(engine.after(after, count))
                    .extracting(BulkEventReaderTest::whole)
                    .isEqualTo(whole.subList(after, Math.min((int) head, after + count)));
            StoredEvent event = events.get(after);
            assertThat(engine.byVersion(event.stream(), event.version())).hasValue(event.position());
            assertThat(new StoredStreams(dataSource).read(event.stream()))
                    .extracting(StoredEvent::position)
                    .contains(event.position());
        }
        try (BulkReading reading = new BulkEventReader(dataSource).byStream(null, head)) {
            assertThat(all(reading).stream().map(BulkEventReaderTest::whole).sorted())
                    .isEqualTo(whole.stream().sorted().toList());
        }
    }

    @Test
    void callsWithOneEventEachShareTheirPlace() throws Exception {
        try (Connection connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT count(*), max(appends), sum(events), sum(appends),"
                        + " (SELECT count(DISTINCT append_number) FROM log.event) FROM log.placement")) {
            row.next();
            assertThat(row.getLong(1)).isLessThan(row.getLong(4) * 9 / 10);
            assertThat(row.getLong(2)).isGreaterThanOrEqualTo(40);
            assertThat(row.getLong(3)).isEqualTo(head);
            assertThat(row.getLong(4)).isEqualTo(row.getLong(5));
        }
    }

    @Test
    void readsStreamByStreamInOrderOfVersion() throws Exception {
        List<StoredEvent> events;
        List<StoredEvent> rest;
        try (BulkReading reading = new BulkEventReader(dataSource).byStream(null, head - 1)) {
            events = all(reading);
        }
        assertThat(events)
                .hasSize((int) head - 1)
                .isSortedAccordingTo(Comparator.comparing(StoredEvent::stream).thenComparingLong(StoredEvent::version))
                .extracting(StoredEvent::position)
                .doesNotHaveDuplicates();
        try (BulkReading reading = new BulkEventReader(dataSource).byStream("stream-1999", head)) {
            rest = all(reading);
        }
        assertThat(rest).isNotEmpty().allMatch(event -> event.stream().compareTo("stream-1999") > 0);
    }

    @RepeatedTest(10)
    void aReadingClosedInTheMiddleGivesItsConnectionBackUsable() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            DataSource one = new SingleConnectionDataSource(PostgresEventLogTest.unclosable(connection), true);
            try (BulkReading reading = new BulkEventReader(one).byStream(null, head)) {
                assertThat(reading.next()).isNotEmpty();
            }
            try (BulkReading reading = new BulkEventReader(one).inOrder(0, head)) {
                assertThat(reading.next()).isNotEmpty();
            }
            assertThat(connection.createStatement().execute("SELECT 1")).isTrue();
        }
    }

    @Test
    void chunksStaySmallWhereEventsAreLarge() throws Exception {
        DataSource large = TestDatabase.fresh();
        EventMessage<?>[] events = IntStream.range(0, 60)
                .mapToObj(i -> new GenericDomainEventMessage<>("Test", "large", (long) i, "x".repeat(1 << 20)))
                .toArray(EventMessage<?>[]::new);
        TestLogs.Sequenced.of(TestLogs.Sequenced.builder(large), large).appendEvents(events);
        try (BulkReading reading = new BulkEventReader(large).byStream(null, 60)) {
            for (@Nullable List<StoredEvent> chunk = reading.next(); chunk != null; chunk = reading.next()) {
                assertThat(chunk).hasSizeLessThanOrEqualTo(9);
            }
        }
        BulkEventReader.ChunkSize size = new BulkEventReader.ChunkSize();
        size.saw(60, 60L << 20);
        assertThat(size.events()).as("next chunk of ordered reads").isEqualTo(16);
    }

    @Test
    void aMissingEventIsAnErrorNotAGap() throws Exception {
        DataSource damaged = TestDatabase.fresh();
        var writer = TestLogs.Sequenced.of(TestLogs.Sequenced.builder(damaged), damaged);
        writer.appendEvents(event("a", 0), event("a", 1), event("a", 2));
        TestDatabase.execute(damaged, "DELETE FROM log.event WHERE version = 2");
        try (BulkReading reading = new BulkEventReader(damaged).inOrder(0, 3)) {
            assertThatThrownBy(reading::next)
                    .isInstanceOf(EventStoreException.class)
                    .hasMessage("Position 2: The log has no event for this position.");
        }
    }
}
