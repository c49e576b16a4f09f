package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.sql.DataSource;
import org.axonframework.eventhandling.DomainEventMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A log read in the order of positions and sorted here is what the store itself gives stream by stream. */
class SortedSpillTest {

    @TempDir
    Path directory;

    private static DataSource history(long seed, int events) throws SQLException {
        DataSource dataSource = TestDatabase.fresh();
        var engine = TestLogs.Sequenced.of(TestLogs.Sequenced.builder(dataSource), dataSource);
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Integer> versions = new HashMap<>();
        for (int appended = 0; appended < events; ) {
            List<DomainEventMessage<?>> call = new ArrayList<>();
            for (int i = random.nextInt(1, 40); i > 0; i--) {
                String stream = "s-" + random.nextInt(events / 8);
                call.add(PostgresEventLogTest.event(stream, versions.merge(stream, 1, Integer::sum) - 1));
            }
            engine.appendEvents(call);
            appended += call.size();
        }
        return dataSource;
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
        try (reading) {
            List<StoredEvent> events = new ArrayList<>();
            for (@Nullable List<StoredEvent> chunk = reading.next(); chunk != null; chunk = reading.next()) {
                events.addAll(chunk);
            }
            return events;
        }
    }

    /** With the smallest bounds every event is a run of its own, and runs are merged in several passes. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 3000", "3, 40000", "4, 100000000"})
    void whatIsSortedHereIsWhatTheStoreGivesStreamByStream(long seed, long memory) throws Exception {
        DataSource dataSource = history(seed, 1_500);
        BulkEventReader reader = new BulkEventReader(dataSource);
        List<StoredEvent> ordered = all(reader.inOrder(0, Long.MAX_VALUE));
        assertThat(ordered).hasSizeGreaterThanOrEqualTo(1_500);
        List<String> sorted = new ArrayList<>();
        try (SortedSpill spill = new SortedSpill(directory, memory)) {
            ordered.forEach(spill::add);
            assertThat(spill.count()).isEqualTo(ordered.size());
            for (StoredEvent event = spill.next(); event != null; event = spill.next()) {
                sorted.add(whole(event));
                if (sorted.size() == 700) {
                    assertThat(spill.spilledBytes() > 0).isEqualTo(memory < 1_000_000);
                    // However this process ended now, nothing would be left.
                    assertThat(directory).isEmptyDirectory();
                }
            }
        }
        assertThat(sorted)
                .isEqualTo(all(reader.byStream(null, Long.MAX_VALUE)).stream()
                        .map(SortedSpillTest::whole)
                        .toList());
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void namesAreSortedAsTheirBytesAre() {
        List<String> names = List.of("", "a", "ab", "b", "\u00e4", "\u20ac", "\ufffd", "\ud83d\ude00", "\ud83d\ude00x");
        for (int one = 0; one < names.size(); one++) {
            for (int other = 0; other < names.size(); other++) {
                assertThat(Integer.signum(SortedSpill.compare(names.get(one), names.get(other))))
                        .as(names.get(one) + " and " + names.get(other))
                        .isEqualTo(Integer.compare(one, other));
            }
        }
    }

    @Test
    void aFolderThatIsNotThereIsAFaultOfTheDisk() throws Exception {
        List<StoredEvent> ordered = all(new BulkEventReader(history(5, 50)).inOrder(0, Long.MAX_VALUE));
        try (SortedSpill spill = new SortedSpill(directory.resolve("none"), 1)) {
            assertThatThrownBy(() -> ordered.forEach(spill::add)).isInstanceOf(java.io.UncheckedIOException.class);
        }
    }
}
