package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
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
                writer.appendEvents(IntStream.range(0, 1 + i % 4)
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
        assertThat(head).isEqualTo(5_003);
        assertThat(inOrder(0, Long.MAX_VALUE))
                .usingRecursiveFieldByFieldElementComparator(
                        RecursiveComparisonConfiguration.builder().build())
                .isEqualTo(engine.after(0, Math.toIntExact(head)));
    }

    @Test
    void readsAnyRangeToItsExactEndsAlsoWithinAnAppendCall() throws Exception {
        for (long after : List.of(0L, 1L, 5L, 1_022L, 3_333L)) {
            for (long to : List.of(after, after + 1, after + 2, after + 1_030, head - 1)) {
                assertThat(inOrder(after, to))
                        .extracting(StoredEvent::position)
                        .isEqualTo(LongStream.rangeClosed(after + 1, to).boxed().toList());
            }
        }
        assertThat(inOrder(head, head + 10)).isEmpty();
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
                    .hasMessageContaining("no event at position 2");
        }
    }
}
