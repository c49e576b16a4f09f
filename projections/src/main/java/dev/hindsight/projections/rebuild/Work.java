package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.operations.OperationsEvent.ProjectionRebuildCancelled;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRebuildFailed;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRebuildStarted;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionVerified;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import dev.hindsight.projections.rebuild.JobRunner.Tools;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * One job on the connection that holds its lock, phase by phase: each ends with the next one stored. Every batch asks
 * what has been ordered meanwhile. How a generation is made and compared is the model's {@link Build}.
 */
final class Work {

    private static final Logger LOG = LoggerFactory.getLogger(Work.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration POLL = Duration.ofMillis(100);

    private final Tools tools;
    private final Connection connection;
    private final UUID id;
    private final JobStore store;
    private final JdbcClient jdbc;
    private final Switchover switchover;

    Work(Tools tools, Connection connection, UUID id) {
        this.tools = tools;
        this.connection = connection;
        this.id = id;
        this.store = new JobStore(tools, connection, id);
        this.jdbc = store.jdbc();
        this.switchover = new Switchover(store, tools.look());
    }

    /** Until it is over or has to wait for an order. */
    void run() throws SQLException, InterruptedException {
        begin();
        runWhile(row -> true);
    }

    /**
     * Until it is to be filled.
     *
     * @return empty where it is not, because it is over or waits for an order
     */
    Optional<LogPass.Member> prepared() throws SQLException, InterruptedException {
        begin();
        var row = runWhile(its -> its.phase() == Phase.PREPARING || isEnding(its));
        return row.state() == State.RUNNING && row.phase() == Phase.COPYING
                ? Optional.of(new TableBuild(tools, row.model(), store).member(row))
                : Optional.empty();
    }

    /** All is filled in; what the others of the pass took since its last batch is not its own. */
    void filled() throws SQLException {
        store.begin();
        filled(store.row());
    }

    /** What it has made is dropped where that was ordered. */
    void endWhereOrdered() throws SQLException, InterruptedException {
        runWhile(Work::isEnding);
    }

    private void begin() throws SQLException {
        connection.setAutoCommit(false);
        store.begin();
        jdbc.sql("SET maintenance_work_mem = '128MB'").update();
        jdbc.sql("SET work_mem = '64MB'").update();
        jdbc.sql("SET max_parallel_maintenance_workers = 0").update(); // one core is left to others
        jdbc.sql("UPDATE readmodel.job SET node = ?, state = CASE state WHEN 'WAITING' THEN 'RUNNING' ELSE state END"
                        + " WHERE id = ?")
                .params(tools.node(), id)
                .update();
        connection.commit();
    }

    private JobRow runWhile(Predicate<JobRow> wanted) throws SQLException, InterruptedException {
        var row = store.row();
        var build = tools.build(row, store);
        while (row.endedAt() == null && (row.state() == State.RUNNING || isEnding(row)) && wanted.test(row)) {
            if (isEnding(row)) {
                drop(row, build);
            } else {
                try {
                    step(row, build);
                } catch (SQLException | RuntimeException e) {
                    if (!isFinal(e)) {
                        throw e;
                    }
                    LOG.error("Job {} fails", id, e);
                    rollback();
                    jdbc.sql("UPDATE readmodel.job SET state = 'FAILING', error = ? WHERE id = ?")
                            .params(Faults.describe(unwrapped(e)), id)
                            .update();
                    connection.commit();
                }
            }
            row = store.row();
        }
        return row;
    }

    /** Whether an error is the job's own. */
    static boolean isFinal(Exception fault) {
        return JobRunner.isFinal(unwrapped(fault));
    }

    /** Spring's exceptions hide the state that says whose fault it is. */
    static Exception unwrapped(Exception fault) {
        return fault instanceof DataAccessException && fault.getCause() instanceof SQLException sql ? sql : fault;
    }

    private void rollback() throws SQLException {
        connection.setAutoCommit(false);
        connection.rollback();
    }

    private static boolean isEnding(JobRow row) {
        return row.state() == State.CANCELLING || row.state() == State.FAILING;
    }

    private void step(JobRow row, Build build) throws SQLException, InterruptedException {
        switch (row.phase()) {
            case PREPARING -> prepare(row, build);
            case COPYING -> copy(row, build);
            case REPAIRING -> throw new IllegalStateException("a repair is done by RepairWork");
            case INDEXING -> index(row, build);
            case CATCHING_UP -> catchUp(row);
            case VERIFYING -> verify(row, build);
            case SWITCHING -> switchover.change(row, row.made(), row.answered(), Phase.RECORDING);
            case RECORDING -> switchover.record(row);
            case SWITCHING_BACK -> switchover.change(row, row.answered(), row.made(), Phase.RECORDING_BACK);
            case RECORDING_BACK -> switchover.recordBack(row);
            case OVER -> store.over(row, State.DONE);
        }
    }

    private void prepare(JobRow row, Build build) throws SQLException {
        if (build instanceof RecoveryBuild recovery) {
            var made = recovery.prepare(row);
            jdbc.sql("UPDATE readmodel.job SET generation = ? WHERE id = ?")
                    .params(made, id)
                    .update();
            store.next(Phase.COPYING, build.begin(made));
            return;
        }
        var model = row.model();
        var generations = tools.generations();
        var answering = generations.answering(model).orElseThrow();
        // What nobody follows was begun by a node that died before it could say so.
        for (var left : jdbc.sql("SELECT generation FROM readmodel.generation WHERE model = ?"
                        + " AND definition_version = ? AND generation <> ? AND recovery IS NULL"
                        + " AND (state = 'BUILDING' OR ?)")
                .params(model.id(), model.definitionVersion(), answering, row.kind() == Kind.REBUILD)
                .query(Integer.class)
                .list()) {
            generations.retire(model, left, tools.look());
        }
        connection.commit();
        var upTo = build.upTo();
        Integer generation = row.kind() == Kind.REBUILD ? generations.begin(model) : null;
        if (generation != null) {
            store.append(
                    row,
                    "started-" + generation,
                    new ProjectionRebuildStarted(
                            id, store.now(), model.id(), generation, model.definitionVersion(), upTo));
        }
        var total = generation == null ? 0 : build.begin(generation);
        jdbc.sql("UPDATE readmodel.job SET generation = ?, previous = ?, up_to = ? WHERE id = ?")
                .params(Arrays.<@Nullable Object>asList(generation, answering, upTo, id))
                .update();
        store.next(generation == null ? Phase.VERIFYING : Phase.COPYING, total);
    }

    private void copy(JobRow row, Build build) throws SQLException, InterruptedException {
        if (build.fill(row)) {
            filled(row);
        }
    }

    private void filled(JobRow row) throws SQLException {
        if (row.kind() != Kind.RECOVERY) {
            jdbc.sql("UPDATE readmodel.generation SET position = ? WHERE model = ? AND generation = ?")
                    .params(row.readUpTo(), row.model().id(), row.made())
                    .update();
        }
        store.next(Phase.INDEXING, 0);
    }

    private void index(JobRow row, Build build) throws SQLException, InterruptedException {
        var steps = build.steps(row);
        for (var done = row.done(); done < steps.size(); done++) {
            steps.get(Math.toIntExact(done)).run();
            if (!store.progressed(done + 1, steps.size())) {
                return;
            }
        }
        if (build instanceof RecoveryBuild recovery) {
            recovery.ready(row);
            store.next(Phase.OVER, 0);
            return;
        }
        tools.generations().follow(row.model(), row.made(), row.readUpTo());
        store.next(Phase.CATCHING_UP, 0);
    }

    private void catchUp(JobRow row) throws SQLException, InterruptedException {
        tools.look().run();
        var head = tools.events().head();
        while (true) {
            var position = store.position(row, row.made());
            var enough = position >= head || position >= store.position(row, row.answered());
            connection.commit();
            if (enough) {
                store.next(Phase.VERIFYING, 0);
                return;
            }
            if (!store.progressed(position - row.readUpTo(), head - row.readUpTo())) {
                return;
            }
            Thread.sleep(POLL);
        }
    }

    private void verify(JobRow row, Build build) throws SQLException, InterruptedException {
        connection.commit();
        var verified = build.verify(row);
        if (verified.isEmpty()) {
            return;
        }
        var report = verified.get();
        store.append(
                row,
                "verified-" + report.position(),
                new ProjectionVerified(
                        id,
                        store.now(),
                        row.model().id(),
                        row.kind() == Kind.REBUILD ? row.made() : row.answered(),
                        report.position(),
                        report.rows(),
                        report.differing(),
                        digest(report)));
        jdbc.sql("UPDATE readmodel.job SET report = ?::jsonb WHERE id = ?")
                .params(JSON.writeValueAsString(report), id)
                .update();
        if (row.kind() == Kind.VERIFICATION) {
            store.next(Phase.OVER, 0);
        } else if (report.clean() && row.switchMode() == SwitchMode.AUTO) {
            store.next(Phase.SWITCHING, 0);
        } else {
            store.await(report.clean() ? State.READY : State.VERIFICATION_FAILED);
        }
    }

    /** One text for all tables. */
    private static String digest(Report report) {
        return String.join(
                " ",
                report.tables().stream()
                        .map(table -> table.table() + ":" + table.rows() + ":" + table.digest())
                        .toList());
    }

    private void drop(JobRow row, Build build) throws SQLException {
        if (build instanceof RecoveryBuild recovery) {
            recovery.drop(row);
            store.over(row, row.state() == State.CANCELLING ? State.CANCELLED : State.FAILED);
            return;
        }
        var generation = row.generation();
        if (generation != null) {
            tools.generations().retire(row.model(), generation, tools.look());
        }
        if (generation != null) {
            store.append(
                    row,
                    "ended",
                    row.state() == State.CANCELLING
                            ? new ProjectionRebuildCancelled(
                                    id, store.now(), row.model().id(), generation)
                            : new ProjectionRebuildFailed(
                                    id,
                                    store.now(),
                                    row.model().id(),
                                    generation,
                                    Objects.requireNonNullElse(row.error(), "unknown")));
        }
        store.over(row, row.state() == State.CANCELLING ? State.CANCELLED : State.FAILED);
    }
}
