package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.domain.operations.OperationsEvent.DeadLetterRetried;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRepaired;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.search.SearchMarks;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Repairs of streams in whatever generation, with what belongs to them. Safe for concurrent use. */
final class StreamRepairs {

    private static final String TICKET = "ticket-";

    private final Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds;
    private final EventLog log;
    private final Map<String, TableShape> shapes = new ConcurrentHashMap<>();

    StreamRepairs(Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds, EventLog log) {
        this.folds = Map.copyOf(folds);
        this.log = log;
    }

    StreamFold<?> fold(ReadModel model, int generation) {
        return Objects.requireNonNull(folds.get(model)).apply(generation);
    }

    /** @see StreamRepair#repair */
    StreamRepair.Outcome repair(
            Connection connection, ReadModel model, int generation, Collection<String> streams, boolean dryRun)
            throws SQLException {
        var jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        var outcome = new StreamRepair<>(
                        fold(model, generation),
                        log,
                        table -> shapes.computeIfAbsent(table, name -> TableShape.of(jdbc, name)))
                .repair(connection, streams, dryRun);
        if (!dryRun && model == ReadModel.TICKETS && !outcome.differences().isEmpty()) {
            // No event tells search of it.
            SearchMarks.mark(
                    connection,
                    outcome.differences().stream()
                            .map(difference ->
                                    UUID.fromString(difference.stream().substring(TICKET.length())))
                            .distinct()
                            .toList());
        }
        return outcome;
    }

    /**
     * The same in a generation that is kept level beside the one that answers, so that a switch to it brings nothing back.
     *
     * @return false where it was dropped a moment ago
     */
    boolean repairOther(Connection connection, ReadModel model, int generation, Collection<String> streams)
            throws SQLException {
        try {
            repair(connection, model, generation, streams, false);
            return true;
        } catch (StreamRepair.GenerationGone dropped) {
            return false;
        }
    }

    /** How it stands on record. */
    static OperationsEvent event(
            UUID job,
            Instant at,
            ReadModel model,
            int generation,
            boolean retries,
            RepairReport report,
            @Nullable String reason) {
        return retries
                ? new DeadLetterRetried(
                        job,
                        at,
                        model.id(),
                        generation,
                        report.position(),
                        report.scope(),
                        report.streams(),
                        report.parked(),
                        reason)
                : new ProjectionRepaired(
                        job,
                        at,
                        model.id(),
                        generation,
                        report.position(),
                        report.scope(),
                        report.streams(),
                        report.rows(),
                        report.differing(),
                        report.parked(),
                        reason);
    }
}
