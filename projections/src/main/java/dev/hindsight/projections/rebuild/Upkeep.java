package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Refusal;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What is done without an operator: generations of this software's definition versions are made while those of an older
 * one answer, generations that were kept for going back and what was recovered are dropped after their time, and models
 * are verified now and then. Nodes that share a database may all do it: what one has begun the others leave alone.
 */
final class Upkeep implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final int SELDOM = 60;
    private static final Envelope.Actor SYSTEM = new Envelope.Actor(ActorKind.SYSTEM, null, List.of());

    private final Jobs jobs;
    private final Recoveries recoveries;
    private final Generations generations;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Kept kept;
    private final Duration verified;
    /** Models for which this process has asked for a rebuild: one that fails is not begun again and again. */
    private final Set<ReadModel> asked = EnumSet.noneOf(ReadModel.class);

    private int looks;
    private @Nullable ScheduledExecutorService timer;

    /**
     * @param verified how long after a verification the next one begins; zero for never
     */
    Upkeep(
            Jobs jobs,
            Recoveries recoveries,
            Generations generations,
            DataSource dataSource,
            TransactionOperations transactions,
            Kept kept,
            Duration verified) {
        this.jobs = jobs;
        this.recoveries = recoveries;
        this.generations = generations;
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = transactions;
        this.kept = kept;
        this.verified = verified;
    }

    private void lookAgain() {
        look(looks++ % SELDOM == 0);
    }

    /**
     * How long generations are kept that do not answer any more; zero for ever.
     *
     * @param previous since the switch; such a one is kept level, which costs live processing its work once more
     * @param olderDefinitions since a node of the older version last brought something into it
     */
    record Kept(Duration previous, Duration olderDefinitions) {}

    /**
     * Does what is due; faults of one model are logged and do not keep the others.
     *
     * @param all also what can wait a minute
     */
    void look(boolean all) {
        for (var model : ReadModel.values()) {
            try {
                if (generations.answering(model).isPresent()) {
                    if (!generations.upToDate(model)) {
                        upgrade(model);
                    } else if (all) {
                        dropOld(model);
                        verify(model);
                    }
                }
            } catch (DataAccessException e) {
                LOG.debug("The upkeep of {} waits for the database", model.id(), e);
            } catch (RuntimeException e) {
                LOG.warn("The upkeep of {} failed; tried again", model.id(), e);
            }
        }
        if (all) {
            try {
                recoveries.dropDue();
                recoveries.forget(); // an erasure's event that had no position yet when the erasure looked
            } catch (DataAccessException e) {
                LOG.debug("The upkeep of what was recovered waits for the database", e);
            } catch (RuntimeException e) {
                LOG.warn("The upkeep of what was recovered failed; tried again", e);
            }
        }
    }

    private void upgrade(ReadModel model) {
        if (!asked.contains(model)) {
            try {
                jobs.start(
                        UUID.randomUUID(),
                        Kind.REBUILD,
                        model.id(),
                        new Jobs.Wish(null, false, SwitchMode.AUTO),
                        SYSTEM);
                asked.add(model);
                LOG.info(
                        "Model {} answers from a generation of an older version; one of version {} is made beside it",
                        model.id(),
                        model.definitionVersion());
            } catch (Refusal refused) {
                if (refused.code().equals("REBUILD_RUNNING")) {
                    endOlder(model);
                } else {
                    asked.add(model);
                    LOG.warn(
                            "Model {} goes on answering from an older version's generation: {} Then: hindsight rebuild {}",
                            model.id(),
                            refused.getMessage(),
                            model.id());
                }
            }
        }
    }

    /** A job of an older version that no node works on any more would be in the way for ever. */
    private void endOlder(ReadModel model) {
        transactions.executeWithoutResult(status -> {
            for (var job : jdbc.sql("SELECT id, generation FROM readmodel.job WHERE model = ? AND ended_at IS NULL"
                            + " AND definition_version < ?"
                            + " AND pg_try_advisory_xact_lock(hashtext('readmodel.job'), hashtext((" + JobRow.LOCK
                            + ")::text))")
                    .params(model.id(), model.definitionVersion())
                    .query((row, number) -> new Left(row.getObject(1, UUID.class), row.getObject(2, Integer.class)))
                    .list()) {
                jdbc.sql("UPDATE readmodel.job SET state = 'CANCELLED', phase = 'OVER', ended_at = clock_timestamp(),"
                                + " error = 'a newer version of the software took over' WHERE id = ?")
                        .param(job.id())
                        .update();
                if (job.generation() != null) {
                    generations.drop(model, job.generation());
                }
                LOG.info("Job {} of an older version is ended", job.id());
            }
        });
    }

    private record Left(UUID id, @Nullable Integer generation) {}

    private void dropOld(ReadModel model) {
        for (var generation : jdbc.sql("""
                        SELECT g.generation FROM readmodel.generation g
                        JOIN readmodel.active_generation own
                            ON own.model = g.model AND own.definition_version = ? AND own.generation <> g.generation
                        WHERE g.model = ? AND g.definition_version <= own.definition_version AND g.state <> 'BUILDING'
                            AND CASE WHEN g.definition_version = own.definition_version
                                THEN own.since < clock_timestamp() - nullif(make_interval(secs => ?), '0')
                                ELSE greatest(own.since, g.created_at, g.claimed_at)
                                    < clock_timestamp() - nullif(make_interval(secs => ?), '0') END
                            AND NOT EXISTS (SELECT FROM readmodel.job j WHERE j.model = g.model AND j.ended_at IS NULL)""")
                .params(
                        model.definitionVersion(),
                        model.id(),
                        kept.previous().toSeconds(),
                        kept.olderDefinitions().toSeconds())
                .query(Integer.class)
                .list()) {
            if (jobs.retire(model, generation)) {
                LOG.info("Generation {} of {} was kept long enough and is dropped", generation, model.id());
            }
        }
    }

    private void verify(ReadModel model) {
        if (verified.isZero()) {
            return;
        }
        var due = jdbc.sql("""
                        SELECT greatest(
                            (SELECT max(g.created_at) FROM readmodel.generation g
                                WHERE g.model = ? AND g.recovery IS NULL),
                            (SELECT max(j.created_at) FROM readmodel.job j
                                WHERE j.model = ? AND j.kind <> 'RECOVERY'))
                            < clock_timestamp() - make_interval(secs => ?)""")
                .params(model.id(), model.id(), verified.toSeconds())
                .query(Boolean.class)
                .single();
        if (due) {
            try {
                jobs.start(
                        UUID.randomUUID(),
                        Kind.VERIFICATION,
                        model.id(),
                        new Jobs.Wish(null, true, SwitchMode.MANUAL),
                        SYSTEM);
            } catch (Refusal refused) {
                LOG.debug("No verification of {} now: {}", model.id(), refused.getMessage());
            }
        }
    }

    @Override
    public void start() {
        var fresh = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("upkeep").daemon().factory());
        timer = fresh;
        var _ = fresh.scheduleWithFixedDelay(this::lookAgain, 0, PACE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
    }

    @Override
    public boolean isRunning() {
        return timer != null;
    }
}
