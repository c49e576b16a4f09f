package dev.hindsight.projections.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.projections.ProjectionsModule;
import dev.hindsight.projections.live.Database;
import dev.hindsight.projections.live.LiveModels;
import dev.hindsight.projections.live.MemoryLog;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.live.TracedBatches;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.LongConnections;
import dev.hindsight.projections.readmodel.NodeSession;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.Jobs.Wish;
import dev.hindsight.projections.search.SearchFollowers;
import dev.hindsight.projections.search.SearchProjection;
import java.net.URI;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.springframework.transaction.support.TransactionTemplate;

/** One process that follows the log, works on jobs and takes orders about one model. */
final class TestNode implements AutoCloseable {

    /** Gives the orders. */
    static final Envelope.Actor OLGA = new Envelope.Actor(ActorKind.OPERATOR, UUID.randomUUID(), List.of("operator"));

    /** Settings of an OpenSearch that is not there. */
    static final OpenSearchSettings NOWHERE = OpenSearchSettings.of(URI.create("http://127.0.0.1:9"));

    static final Recoveries.Limits RECOVERIES = new Recoveries.Limits(2, Duration.ofDays(7));

    /** What processes share. */
    record Stage(
            Database database,
            MemoryLog log,
            ReadModels readModels,
            FreshnessGate freshness,
            OpenSearchConnection connection,
            OpenSearchSettings settings,
            OperationsRecord record,
            FreeDisk disk) {}

    final LiveModels live;
    final SearchFollowers followers;
    final JobRunner runner;
    final Jobs jobs;
    final Repairs repairs;
    final Recoveries recoveries;
    final MemoryBulkLog log;
    private final ReadModel model;
    private final NodeSession session;

    /**
     * Follows at once.
     *
     * @param model of orders; the search index is followed where it is this
     */
    TestNode(Stage stage, ReadModel model, String name, int threads, int batch) {
        this(stage, model, name, threads, batch, 2);
    }

    /** @param atOnce jobs that it works on */
    TestNode(Stage stage, ReadModel model, String name, int threads, int batch, int atOnce) {
        this.model = model;
        LongConnections connections =
                () -> DriverManager.getConnection(stage.database().pool.getJdbcUrl());
        session = NodeSession.open(connections, name);
        // What is parked is parked in every model that reads the stream: one is enough for what is shown here.
        var folds = new EnumMap<ReadModel, IntFunction<? extends StreamFold<?>>>(ProjectionsModule.FOLDS);
        if (model != ReadModel.TICKET_PAST) {
            folds.remove(ReadModel.TICKET_PAST);
        }
        var database = stage.database();
        live = new LiveModels(
                folds,
                database.generations,
                stage.log(),
                stage.log(),
                database.pool,
                database.transactions,
                stage.freshness(),
                TracedBatches.NOBODY,
                session.name());
        var search = SearchProjection.Search.of(
                stage.connection(),
                stage.settings(),
                database.pool,
                stage.readModels(),
                database.generations,
                stage.freshness());
        followers = search.followers();
        this.log = new MemoryBulkLog(stage.log());
        runner = new JobRunner(
                new JobRunner.Tools(
                        folds,
                        database.generations,
                        log,
                        stage.log(),
                        search.indexes(),
                        connections,
                        stage.record(),
                        this::look,
                        Clock.systemUTC(),
                        session.name(),
                        threads,
                        batch),
                database.pool,
                atOnce);
        jobs = new Jobs(database.pool, database.generations, log, stage.disk(), runner::wake, this::look);
        repairs = new Repairs(
                folds,
                database.pool,
                new TransactionTemplate(database.transactions),
                database.generations,
                stage.log(),
                jobs,
                stage.record(),
                Clock.systemUTC(),
                runner::wake);
        recoveries = recoveries(stage, folds);
        live.start();
        if (model == ReadModel.TICKET_SEARCH) {
            database.generations.ensure(model);
            followers.start();
        }
        runner.start();
    }

    private Recoveries recoveries(Stage stage, Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds) {
        return new Recoveries(
                folds,
                stage.database().pool,
                new TransactionTemplate(stage.database().transactions),
                stage.database().generations,
                stage.log(),
                jobs,
                stage.record(),
                Clock.systemUTC(),
                RECOVERIES);
    }

    private void look() {
        live.look();
        if (model == ReadModel.TICKET_SEARCH) {
            followers.look();
        }
    }

    Job start(Kind kind, Wish wish) {
        return jobs.start(UUID.randomUUID(), kind, model.id(), wish, OLGA);
    }

    Job await(Job job, Predicate<Job> until) throws InterruptedException {
        var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            var now = jobs.read(job.id());
            if (until.test(now)) {
                return now;
            }
            assertThat(System.nanoTime()).as("in time: " + now).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    /** Ended, or waiting for an order. */
    Job over(Job job) throws InterruptedException {
        return await(
                job,
                now -> now.endedAt() != null || now.state() == State.READY || now.state() == State.VERIFICATION_FAILED);
    }

    @Override
    public void close() {
        runner.stop();
        if (model == ReadModel.TICKET_SEARCH) {
            followers.stop();
        }
        live.stop();
        session.close();
    }
}
