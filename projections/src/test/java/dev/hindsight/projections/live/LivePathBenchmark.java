package dev.hindsight.projections.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.projections.ProjectionsModule;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many events a second the models of tickets take in, each alone and both at once; run by name, not in the ordinary build. */
@Tag("drill")
class LivePathBenchmark {

    private static final int EVENTS = 50_000;

    @Test
    void catches_up_with_a_history() throws Exception {
        for (var round = 1; round <= 3; round++) {
            for (var models : List.of(
                    List.of(ReadModel.TICKETS),
                    List.of(ReadModel.TICKET_PAST),
                    List.of(ReadModel.TICKETS, ReadModel.TICKET_PAST))) {
                catchUp(round, models);
            }
        }
    }

    private static void catchUp(int round, List<ReadModel> models) throws Exception {
        try (var database = new Database()) {
            var readModels = new ReadModels(database.pool);
            var freshness = new FreshnessGate(readModels::position);
            var log = new MemoryLog().append(Histories.of(round, EVENTS));
            var lives = new ArrayList<LiveModel>();
            try {
                for (var model : models) {
                    lives.add(new LiveModel(
                            Objects.requireNonNull(ProjectionsModule.FOLDS.get(model))
                                    .apply(1),
                            log,
                            log,
                            database.pool,
                            database.transactions,
                            freshness,
                            TracedBatches.NOBODY,
                            "one"));
                }
                var jvm = ProcessHandle.current();
                var jvmBefore = cpu(Stream.of(jvm));
                var serverBefore = cpu(Database.server());
                var start = System.nanoTime();
                lives.forEach(LiveModel::start);
                for (var model : models) {
                    assertThat(freshness.await(model, EVENTS, Duration.ofMinutes(2)))
                            .isTrue();
                    var seconds = (System.nanoTime() - start) / 1e9;
                    System.out.printf(
                            "round %d, %s: %s has %,d events in %.2f s = %,.0f events/s%n",
                            round, models, model, EVENTS, seconds, EVENTS / seconds);
                }
                System.out.printf(
                        "    load %.1f; CPU: JVM %.2f s, PostgreSQL %.2f s; %s%n",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                        cpu(Stream.of(jvm)) - jvmBefore,
                        cpu(Database.server()) - serverBefore,
                        models.stream().map(model -> size(database, model)).toList());
            } finally {
                for (var live : lives) {
                    live.close();
                }
            }
        }
    }

    /** Bytes for each event, indexes included. */
    private static String size(Database database, ReadModel model) {
        long bytes = model.tables().stream()
                .mapToLong(table -> database.jdbc
                        .sql("SELECT pg_total_relation_size(to_regclass('readmodel.' || ?))")
                        .param(ReadModel.physicalName(table, 1))
                        .query(Long.class)
                        .single())
                .sum();
        return model + " " + bytes / EVENTS + " bytes an event";
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
