package dev.hindsight.projections.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.tickets.TicketModel;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many events a second the tickets model takes in; run by name, not in the ordinary build. */
@Tag("drill")
class LivePathBenchmark {

    private static final int EVENTS = 50_000;

    @Test
    void catches_up_with_a_history() {
        for (var round = 1; round <= 3; round++) {
            try (var database = new Database()) {
                var readModels = new ReadModels(database.pool);
                var freshness = new FreshnessGate(readModels::position);
                var log = new MemoryLog().append(Histories.of(round, EVENTS));
                try (var live = new LiveModel(
                        new TicketModel(1),
                        log,
                        log,
                        database.pool,
                        database.transactions,
                        freshness,
                        TracedBatches.NOBODY,
                        "one")) {
                    var jvm = ProcessHandle.current();
                    var jvmBefore = cpu(Stream.of(jvm));
                    var serverBefore = cpu(Database.server());
                    var start = System.nanoTime();
                    live.start();
                    assertThat(freshness.await(ReadModel.TICKETS, EVENTS, Duration.ofMinutes(2)))
                            .isTrue();
                    var seconds = (System.nanoTime() - start) / 1e9;
                    System.out.printf(
                            "round %d: %,d events in %.2f s = %,.0f events/s (load %.1f; CPU: JVM %.2f s, PostgreSQL %.2f s)%n",
                            round,
                            EVENTS,
                            seconds,
                            EVENTS / seconds,
                            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                            cpu(Stream.of(jvm)) - jvmBefore,
                            cpu(Database.server()) - serverBefore);
                }
            }
        }
    }

    /** Seconds; on a machine that others use too it tells more than the clock. */
    private static double cpu(Stream<ProcessHandle> processes) {
        return processes
                        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                        .mapToLong(Duration::toMillis)
                        .sum()
                / 1000.0;
    }
}
