package dev.hindsight.projections.live;

import dev.hindsight.domain.UnknownEvent;
import dev.hindsight.projections.live.ModelStatus.State;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.NodeSession;
import dev.hindsight.projections.readmodel.ReadModel;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.messaging.StreamableMessageSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** One generation of a read model that follows the log, from its stored progress on. Safe for concurrent use. */
public final class LiveModel implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveModel.class);

    /** Chunks per transaction: up to 512 events. */
    private static final int BATCH = 4;

    /** How often a node says that it still has the model, where nothing happens in it. */
    static final Duration SIGN_OF_LIFE = Duration.ofSeconds(2);

    private final StreamFold<?> fold;
    private final ScheduledExecutorService coordinator;
    private final ScheduledExecutorService worker;
    private final ProgressTokenStore progress;
    private final PatientTransactions transactions;
    private final PooledStreamingEventProcessor processor;
    private volatile State state = State.STOPPED;
    private volatile @Nullable String detail;
    private volatile @Nullable Instant oldestUnderway;

    /**
     * Made, not started.
     *
     * @param tail the log's tail, with the availability callback that pooled processors need
     * @param traces hears of batches with traced events
     * @param node the name of this process, which has its {@link NodeSession}
     */
    public LiveModel(
            StreamFold<?> fold,
            StreamableMessageSource<TrackedEventMessage<?>> tail,
            EventLog log,
            DataSource dataSource,
            PlatformTransactionManager transactionManager,
            FreshnessGate freshness,
            TracedBatches traces,
            String node) {
        this(fold, tail, log, dataSource, transactionManager, freshness, () -> true, traces, node);
    }

    /**
     * The same for a generation that may not answer queries, or not yet.
     *
     * @param answers whether it does at this moment: who waits for a position waits for the one that answers
     */
    public LiveModel(
            StreamFold<?> fold,
            StreamableMessageSource<TrackedEventMessage<?>> tail,
            EventLog log,
            DataSource dataSource,
            PlatformTransactionManager transactionManager,
            FreshnessGate freshness,
            BooleanSupplier answers,
            TracedBatches traces,
            String node) {
        this.fold = fold;
        var name = fold.model().id() + "-g" + fold.generation();
        coordinator = executor(name + "-coordinator");
        worker = executor(name + "-worker");
        progress = new ProgressTokenStore(
                JdbcClient.create(dataSource), fold.model(), fold.generation(), node, Generations.CLAIM_TIMEOUT);
        transactions = new PatientTransactions(transactionManager, () -> backingOff("the database does not answer"));
        LongConsumer told = reached -> {
            if (answers.getAsBoolean()) {
                freshness.advanced(fold.model(), reached);
            }
        };
        TracedBatches traced = (model, traceparents, nanos) -> {
            if (answers.getAsBoolean()) {
                traces.committed(model, traceparents, nanos);
            }
        };
        processor = PooledStreamingEventProcessor.builder()
                .name(name)
                .eventHandlerInvoker(
                        new ChunkInvoker<>(fold, log, dataSource, this::committed, this::failed, told, traced))
                .errorHandler(PropagatingErrorHandler.instance())
                .messageSource(new ChunkedSource(tail, fold, watch()))
                .tokenStore(progress)
                .transactionManager(transactions)
                .coordinatorExecutor(coordinator)
                .workerExecutor(worker)
                .initialSegmentCount(1)
                .batchSize(BATCH)
                .tokenClaimInterval(1_000)
                .claimExtensionThreshold(SIGN_OF_LIFE.toMillis())
                .build();
    }

    public void start() {
        state = State.RUNNING;
        processor.start();
    }

    public ReadModel model() {
        return fold.model();
    }

    /** Which generation of it. */
    public int generation() {
        return fold.generation();
    }

    public ModelStatus status() {
        return new ModelStatus(fold.model(), fold.generation(), progress.position(), state, oldestUnderway, detail);
    }

    /** Ends after the batch underway, at the latest after 10 s, and gives the claim back. */
    @Override
    public void close() {
        transactions.close();
        try {
            processor.shutdownAsync().get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn(
                    "Model {} did not end in order; its claim runs out by itself",
                    fold.model().id(),
                    e);
        }
        state = State.STOPPED;
        coordinator.shutdownNow();
        worker.shutdownNow();
    }

    private void committed(long reached) {
        progress.committed(reached);
        if (state == State.BACKING_OFF) {
            state = State.RUNNING;
            detail = null;
        }
    }

    private void failed(Throwable fault) {
        backingOff(Faults.describe(fault));
    }

    private void backingOff(String why) {
        if (state == State.RUNNING) {
            state = State.BACKING_OFF;
        }
        detail = why;
    }

    private ChunkedSource.Watch watch() {
        return new ChunkedSource.Watch() {
            @Override
            public void unknownEvent(long at, UnknownEvent event) {
                state = State.UNKNOWN_EVENT;
                var where = "position " + at + ": " + event.getMessage();
                detail = where;
                progress.storeUnknownEvent(where);
                LOG.error("Model {} stops before position {}: {}", fold.model().id(), at, event.getMessage());
            }

            @Override
            public void underway(@Nullable Instant since) {
                oldestUnderway = since;
            }
        };
    }

    private static ScheduledExecutorService executor(String name) {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
    }
}
