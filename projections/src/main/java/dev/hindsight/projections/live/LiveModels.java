package dev.hindsight.projections.live;

import dev.hindsight.projections.FollowedGenerations;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.projections.readmodel.NodeSession;
import dev.hindsight.projections.readmodel.ReadModel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The PostgreSQL read models that this node keeps following the log. Every generation of
 * this software's version that is not being filled has a processor of its own, so that one can take over the answers
 * from another at any time without either ever writing to the other's tables. Which there are is looked up every second.
 * Safe for concurrent use.
 */
public final class LiveModels implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(LiveModels.class);

    private final Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds;
    private final Generations generations;
    private final LogTail tail;
    private final EventLog log;
    private final DataSource dataSource;
    private final PlatformTransactionManager transactions;
    private final FreshnessGate freshness;
    private final TracedBatches traces;
    private final String node;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ReadModel, FollowedGenerations<LiveModel>> followed = new EnumMap<>(ReadModel.class);
    private volatile Map<ReadModel, Integer> answering = Map.of();
    private @Nullable ScheduledExecutorService looking;

    /**
     * @param folds makes one generation of each model that is followed
     * @param generations knows one of each already
     * @param node the name of this process, which has its {@link NodeSession}
     */
    public LiveModels(
            Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds,
            Generations generations,
            LogTail tail,
            EventLog log,
            DataSource dataSource,
            PlatformTransactionManager transactions,
            FreshnessGate freshness,
            TracedBatches traces,
            String node) {
        this.folds = new EnumMap<>(folds);
        this.generations = generations;
        this.tail = tail;
        this.log = log;
        this.dataSource = dataSource;
        this.transactions = transactions;
        this.freshness = freshness;
        this.traces = traces;
        this.node = node;
    }

    private LiveModel one(StreamFold<?> fold) {
        return new LiveModel(
                fold,
                tail.source(),
                log,
                dataSource,
                transactions,
                freshness,
                () -> Objects.equals(answering.get(fold.model()), fold.generation()),
                traces,
                node);
    }

    /** How each model's generation that answers fares on this node. */
    public List<ModelStatus> statuses() {
        lock.lock();
        try {
            return followed.entrySet().stream()
                    .flatMap(model -> model.getValue().all().stream()
                            .map(LiveModel::status)
                            .filter(status -> Objects.equals(answering.get(model.getKey()), status.generation())))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks now which generations are to be followed and which answer.
     *
     * @throws DataAccessException when the database does not answer; nothing changes then
     */
    public void look() {
        bringLevel().forEach(LiveModel::close); // which may take seconds, and nobody need wait for it
    }

    /** @return those that are no longer to be followed */
    private List<LiveModel> bringLevel() {
        var ended = new ArrayList<LiveModel>();
        lock.lock();
        try {
            if (looking == null) {
                return ended;
            }
            var answers = new EnumMap<ReadModel, Integer>(ReadModel.class);
            for (var model : folds.keySet()) {
                generations.answering(model).ifPresent(generation -> answers.put(model, generation));
            }
            answering = answers;
            for (var model : folds.entrySet()) {
                ended.addAll(followed.computeIfAbsent(model.getKey(), none -> new FollowedGenerations<>())
                        .set(generations.followed(model.getKey()), generation -> {
                            var one = one(model.getValue().apply(generation));
                            one.start();
                            return one;
                        }));
            }
            return ended;
        } finally {
            lock.unlock();
        }
    }

    private void lookAgain() {
        try {
            look();
        } catch (DataAccessException e) {
            LOG.debug("Which generations there are could not be looked up; asked again in a second", e);
        } catch (RuntimeException e) {
            LOG.warn("Which generations there are could not be looked up", e);
        }
    }

    @Override
    public void start() {
        lock.lock();
        try {
            looking = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("generations").daemon().factory());
            look();
            var _ = looking.scheduleWithFixedDelay(this::lookAgain, 1, 1, TimeUnit.SECONDS);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void stop() {
        lock.lock();
        try {
            if (looking != null) {
                looking.shutdownNow();
                looking = null;
            }
            followed.values().forEach(generations -> generations.all().forEach(LiveModel::close));
            followed.clear();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isRunning() {
        lock.lock();
        try {
            return looking != null;
        } finally {
            lock.unlock();
        }
    }
}
