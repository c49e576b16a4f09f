package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.LongConnections;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first generation of each model where a long log is there before any model: after a restore. It is filled as a
 * rebuild fills one, stream by stream and without indexes, before anything answers, instead of event by event by the live
 * processor. Killed in between, it begins anew at the next start. Nodes that start together take turns.
 */
public final class FirstFilling {

    private static final Logger LOG = LoggerFactory.getLogger(FirstFilling.class);

    private final Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds;
    private final Generations generations;
    private final BulkLog log;
    private final LongConnections connections;
    private final int threads;

    /** @param threads that fold */
    public FirstFilling(
            Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds,
            Generations generations,
            BulkLog log,
            LongConnections connections,
            int threads) {
        this.folds = folds;
        this.generations = generations;
        this.log = log;
        this.connections = connections;
        this.threads = threads;
    }

    /**
     * Fills those models that have no generation that answers; returns when they answer.
     *
     * @param upTo the log's head
     */
    public void fill(long upTo) {
        try (Connection connection = connections.open()) {
            for (var fold : folds.entrySet()) {
                connection.setAutoCommit(true);
                try (var lock = connection.prepareStatement(
                        "SELECT pg_advisory_lock(hashtext('readmodel.first-filling'), hashtext(?))")) {
                    lock.setString(1, fold.getKey().id());
                    lock.execute();
                    if (generations.answering(fold.getKey()).isEmpty()) {
                        fill(fold.getKey(), fold.getValue(), connection, upTo);
                    }
                } finally {
                    connection.setAutoCommit(true);
                    try (var unlock = connection.createStatement()) {
                        unlock.execute("SELECT pg_advisory_unlock_all()");
                    }
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The read models could not be filled from the log", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the read models were filled", e);
        }
    }

    private void fill(ReadModel model, IntFunction<? extends StreamFold<?>> fold, Connection connection, long upTo)
            throws SQLException, InterruptedException {
        long begun = System.nanoTime();
        for (int left : generations.unfinished(model)) {
            generations.drop(model, left); // of a start that was killed
        }
        int generation = generations.begin(model);
        connection.setAutoCommit(false);
        var filling = new Filling<>(fold.apply(generation), log, connection);
        var progress = new Filling.Progress() {
            private long done;
            private long told = System.nanoTime();

            @Override
            public void coming(long events) {
                // at most the log's length, which is told
            }

            @Override
            public boolean ended() {
                return false;
            }

            @Override
            public boolean written(String reached, int events) {
                done += events;
                return true;
            }

            @Override
            public void committed() {
                if (System.nanoTime() - told > 10_000_000_000L) {
                    told = System.nanoTime();
                    LOG.info("Model {}: {} of at most {} events are in", model.id(), done, upTo);
                }
            }
        };
        new LogPass(log, threads, Integer.MAX_VALUE)
                .fill(List.of(new LogPass.Member(filling, null, upTo, progress)), member -> {});
        for (var step : new Indexes(model, generation, connection).steps()) {
            step.run();
        }
        connection.commit();
        generations.follow(model, generation, upTo);
        generations.answerFirst(model, generation);
        LOG.info(
                "Model {} was filled from {} events in {} ms",
                model.id(),
                upTo,
                (System.nanoTime() - begun) / 1_000_000);
    }
}
