package dev.hindsight.projections.live;

import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.projections.readmodel.ReadModel;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.context.SmartLifecycle;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The PostgreSQL read models that this node keeps following the log, and what operators ask of them. */
public final class LiveModels implements SmartLifecycle {

    private final List<One<?>> models = new ArrayList<>();
    private volatile boolean running;

    private record One<R>(LiveModel live, Parking<R> parking) {}

    /** @param node names this process among those that share the database, and stays over a restart */
    public LiveModels(
            List<? extends StreamFold<?>> folds,
            LogTail tail,
            EventLog log,
            DataSource dataSource,
            PlatformTransactionManager transactions,
            FreshnessGate freshness,
            TracedBatches traces,
            String node) {
        for (var fold : folds) {
            models.add(one(fold, tail, log, dataSource, transactions, freshness, traces, node));
        }
    }

    private static <R> One<R> one(
            StreamFold<R> fold,
            LogTail tail,
            EventLog log,
            DataSource dataSource,
            PlatformTransactionManager transactions,
            FreshnessGate freshness,
            TracedBatches traces,
            String node) {
        return new One<>(
                new LiveModel(fold, tail.source(), dataSource, transactions, freshness, traces, node),
                new Parking<>(fold, log, dataSource, new TransactionTemplate(transactions)));
    }

    /** How each model fares on this node. */
    public List<ModelStatus> statuses() {
        return models.stream().map(one -> one.live().status()).toList();
    }

    /**
     * Folds a parked stream of a model anew.
     *
     * @throws IllegalArgumentException when the model is not one of these
     */
    public Parking.Outcome retry(ReadModel model, String stream) {
        return models.stream()
                .filter(one -> one.live().model() == model)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(model.id() + " is not followed here"))
                .parking()
                .retry(stream);
    }

    @Override
    public void start() {
        models.forEach(one -> one.live().start());
        running = true;
    }

    @Override
    public void stop() {
        models.forEach(one -> one.live().close());
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
