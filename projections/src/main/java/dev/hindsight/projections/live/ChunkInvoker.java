package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.EventLog;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.Segment;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * Projects all chunks of a unit of work at once when it prepares to commit: after the progress was stored, which locked
 * it, and in the same transaction.
 */
final class ChunkInvoker<R> implements EventHandlerInvoker {

    private final StreamFold<R> fold;
    private final BatchProjector<R> projector;
    private final DataSource dataSource;
    private final LongConsumer onCommit;
    private final Consumer<Throwable> onFailure;
    private final LongConsumer freshness;
    private final TracedBatches traces;

    /**
     * @param log asked for streams whose content was erased
     * @param dataSource that of the unit of work's transaction
     * @param freshness told after each commit how far the generation is
     */
    ChunkInvoker(
            StreamFold<R> fold,
            EventLog log,
            DataSource dataSource,
            LongConsumer onCommit,
            Consumer<Throwable> onFailure,
            LongConsumer freshness,
            TracedBatches traces) {
        this.fold = fold;
        this.projector = new BatchProjector<>(fold, log);
        this.dataSource = dataSource;
        this.onCommit = onCommit;
        this.onFailure = onFailure;
        this.freshness = freshness;
        this.traces = traces;
    }

    @Override
    public boolean canHandle(EventMessage<?> message, Segment segment) {
        return true;
    }

    @Override
    public void handle(EventMessage<?> message, Segment segment) {
        var work = (BatchingUnitOfWork<?>) CurrentUnitOfWork.get();
        if (!work.isFirstMessage(message)) {
            return; // the first brought all with it
        }
        long begun = System.nanoTime();
        var chunks = new ArrayList<Chunk>();
        var arrivals = new ArrayList<Arrival>();
        for (var each : work.getMessages()) {
            var chunk = (Chunk) each.getPayload();
            chunks.add(chunk);
            arrivals.addAll(chunk.arrivals());
        }
        work.onPrepareCommit(preparing -> project(arrivals));
        work.afterCommit(committed -> {
            var reached = arrivals.getLast().position();
            onCommit.accept(reached);
            freshness.accept(reached);
            chunks.forEach(chunk -> chunk.done().run());
            traces.committed(fold.model(), traceparents(arrivals), System.nanoTime() - begun);
        });
        work.onRollback(failed -> {
            if (failed.getExecutionResult() != null
                    && failed.getExecutionResult().isExceptionResult()) {
                onFailure.accept(failed.getExecutionResult().getExceptionResult());
            }
        });
    }

    private static Set<String> traceparents(List<Arrival> arrivals) {
        Set<String> traceparents = Set.of();
        for (var arrival : arrivals) {
            var event = arrival.event();
            var traceparent = event == null ? null : event.envelope().traceparent();
            if (traceparent != null) {
                traceparents = traceparents.isEmpty() ? new LinkedHashSet<>() : traceparents;
                traceparents.add(traceparent);
            }
        }
        return traceparents;
    }

    private void project(List<Arrival> arrivals) {
        var connection = DataSourceUtils.getConnection(dataSource);
        try {
            projector.project(connection, arrivals);
        } catch (SQLException e) {
            throw new ProjectionFault(fold.model(), e);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }
}
