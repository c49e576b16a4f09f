package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRebuildCancelled;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRebuildFailed;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionRebuildStarted;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionSwitchReverted;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionSwitched;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionVerified;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import dev.hindsight.projections.rebuild.JobRunner.Tools;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * One job on the connection that holds its lock, phase by phase: each ends with the next one stored. Every batch asks
 * what has been ordered meanwhile.
 */
final class Work {

    private static final Logger LOG = LoggerFactory.getLogger(Work.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration SWITCH_WAIT = Duration.ofSeconds(2);
    private static final Duration CATCH_UP_WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int REFOLDED_BY_CHANCE = 200;

    private final Tools tools;
    private final Connection connection;
    private final JdbcClient jdbc;
    private final UUID id;
    private long workedSince = System.nanoTime();

    Work(Tools tools, Connection connection, UUID id) {
        this.tools = tools;
        this.connection = connection;
        this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        this.id = id;
    }

    /** Until it is over or has to wait for an order. */
    void run() throws SQLException, InterruptedException {
        connection.setAutoCommit(false);
        jdbc.sql("SET maintenance_work_mem = '128MB'").update();
        jdbc.sql("SET work_mem = '64MB'").update();
        jdbc.sql("SET max_parallel_maintenance_workers = 0").update(); // one core is left to others
        jdbc.sql("UPDATE readmodel.job SET node = ?, state = CASE state WHEN 'WAITING' THEN 'RUNNING' ELSE state END"
                        + " WHERE id = ?")
                .params(tools.node(), id)
                .update();
        connection.commit();
        var row = row();
        while (row.endedAt() == null && (row.state() == State.RUNNING || isEnding(row))) {
            if (isEnding(row)) {
                drop(row);
            } else {
                try {
                    step(row);
                } catch (SQLException | RuntimeException e) {
                    if (!JobRunner.isFinal(unwrapped(e))) {
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
            row = row();
        }
    }

    /** Spring's exceptions hide the state that says whose fault it is. */
    private static Exception unwrapped(Exception fault) {
        return fault instanceof DataAccessException && fault.getCause() instanceof SQLException sql ? sql : fault;
    }

    private void rollback() throws SQLException {
        connection.setAutoCommit(false);
        connection.rollback();
    }

    private static boolean isEnding(JobRow row) {
        return row.state() == State.CANCELLING || row.state() == State.FAILING;
    }

    private JobRow row() throws SQLException {
        var row = jdbc.sql(JobRow.SELECT + " WHERE id = ?")
                .param(id)
                .query(JobRow::of)
                .single();
        connection.commit();
        return row;
    }

    private void step(JobRow row) throws SQLException, InterruptedException {
        switch (row.phase()) {
            case PREPARING -> prepare(row);
            case COPYING -> copy(row);
            case REPAIRING -> throw new IllegalStateException("a repair is done by RepairWork");
            case INDEXING -> index(row);
            case CATCHING_UP -> catchUp(row);
            case VERIFYING -> verify(row);
            case SWITCHING -> change(row, generation(row), previous(row), Phase.RECORDING);
            case RECORDING -> recordSwitch(row);
            case SWITCHING_BACK -> change(row, previous(row), generation(row), Phase.RECORDING_BACK);
            case RECORDING_BACK -> recordSwitchBack(row);
            case OVER -> finish(row);
        }
    }

    private static int generation(JobRow row) {
        return Objects.requireNonNull(row.generation(), "set by the first phase");
    }

    private static long upTo(JobRow row) {
        return Objects.requireNonNull(row.upTo(), "set by the first phase");
    }

    private static int previous(JobRow row) {
        return Objects.requireNonNull(row.previous(), "set by the first phase");
    }

    private void prepare(JobRow row) throws SQLException {
        var model = row.model();
        var generations = tools.generations();
        var answering = generations.answering(model).orElseThrow();
        // What nobody follows was begun by a node that died before it could say so.
        for (var left : jdbc.sql("SELECT generation FROM readmodel.generation WHERE model = ?"
                        + " AND definition_version = ? AND generation <> ? AND (state = 'BUILDING' OR ?)")
                .params(model.id(), model.definitionVersion(), answering, row.kind() == Kind.REBUILD)
                .query(Integer.class)
                .list()) {
            generations.drop(model, left);
        }
        connection.commit();
        var generation = generations.begin(model);
        var upTo = tools.events().head();
        if (row.kind() == Kind.REBUILD) {
            append(
                    row,
                    "started-" + generation,
                    new ProjectionRebuildStarted(id, now(), model.id(), generation, model.definitionVersion(), upTo));
        }
        var total = tools.log().count(tools.fold(model, generation).prefixes());
        jdbc.sql("UPDATE readmodel.job SET generation = ?, previous = ?, up_to = ? WHERE id = ?")
                .params(generation, answering, upTo, id)
                .update();
        next(Phase.COPYING, total);
    }

    private void copy(JobRow row) throws SQLException, InterruptedException {
        if (filled(tools.fold(row.model(), generation(row)), row)) {
            jdbc.sql("UPDATE readmodel.generation SET position = ? WHERE model = ? AND generation = ?")
                    .params(upTo(row), row.model().id(), generation(row))
                    .update();
            next(row.kind() == Kind.REBUILD ? Phase.INDEXING : Phase.VERIFYING, 0);
        }
    }

    private <R> boolean filled(StreamFold<R> fold, JobRow row) throws SQLException, InterruptedException {
        var pace = new Pace();
        return new Filling<>(fold, tools.log(), connection, tools.threads(), tools.batchEvents())
                .fill(row.reached(), upTo(row), new Filling.Progress() {
                    @Override
                    public boolean written(String reached, int events) {
                        var millis = worked();
                        return jdbc.sql(
                                        "UPDATE readmodel.job SET reached = ?, done = done + ?, worked_ms = worked_ms + ?,"
                                                + " phase_ms = phase_ms + ? WHERE id = ? RETURNING state, gentle, max_rate")
                                .params(reached, events, millis, millis, id)
                                .query((its, number) -> {
                                    pace.set(its.getBoolean(2), its.getInt(3), events);
                                    return its.getString(1).equals("RUNNING");
                                })
                                .single();
                    }

                    @Override
                    public void committed() throws InterruptedException {
                        pace.rest();
                    }
                });
    }

    /** Waits as long after a batch as it was told to. */
    private static final class Pace {

        private long since = System.nanoTime();
        private long restNanos;

        /** @param maxRate 0 for none */
        void set(boolean gentle, int maxRate, int events) {
            var took = System.nanoTime() - since;
            restNanos = gentle ? took : 0;
            if (maxRate > 0) {
                restNanos = Math.max(restNanos, events * 1_000_000_000L / maxRate - took);
            }
        }

        void rest() throws InterruptedException {
            Thread.sleep(Duration.ofNanos(Math.max(0, restNanos))); // also hears that the node stops
            since = System.nanoTime();
        }
    }

    private void index(JobRow row) throws SQLException, InterruptedException {
        var steps = new Indexes(row.model(), generation(row), connection).steps();
        for (var done = row.done(); done < steps.size(); done++) {
            steps.get(Math.toIntExact(done)).run();
            if (!progressed(done + 1, steps.size())) {
                return;
            }
        }
        tools.generations().follow(row.model(), generation(row), upTo(row));
        next(Phase.CATCHING_UP, 0);
    }

    private void catchUp(JobRow row) throws SQLException, InterruptedException {
        tools.look().run();
        var head = tools.events().head();
        while (true) {
            var position = position(row, generation(row));
            connection.commit();
            if (position >= head || position >= position(row, previous(row))) {
                next(Phase.VERIFYING, 0);
                return;
            }
            if (!progressed(position - upTo(row), head - upTo(row))) {
                return;
            }
            Thread.sleep(POLL);
        }
    }

    private long position(JobRow row, int generation) {
        return jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(row.model().id(), generation)
                .query(Long.class)
                .single();
    }

    private void verify(JobRow row) throws SQLException {
        connection.commit();
        var report = verified(tools.fold(row.model(), generation(row)), row);
        var clean = report.clean();
        append(
                row,
                "verified-" + report.position(),
                new ProjectionVerified(
                        id,
                        now(),
                        row.model().id(),
                        row.kind() == Kind.REBUILD ? generation(row) : previous(row),
                        report.position(),
                        report.rows(),
                        report.differing(),
                        digest(report)));
        jdbc.sql("UPDATE readmodel.job SET report = ?::jsonb WHERE id = ?")
                .params(JSON.writeValueAsString(report), id)
                .update();
        if (row.kind() == Kind.VERIFICATION) {
            next(Phase.OVER, 0);
        } else if (clean && row.switchMode() == SwitchMode.AUTO) {
            next(Phase.SWITCHING, 0);
        } else {
            jdbc.sql("UPDATE readmodel.job SET state = ?, worked_ms = worked_ms + ?, done = 1, total = 1"
                            + " WHERE id = ? AND state = 'RUNNING'")
                    .params((clean ? State.READY : State.VERIFICATION_FAILED).name(), worked(), id)
                    .update();
            connection.commit();
        }
    }

    private <R> Report verified(StreamFold<R> fold, JobRow row) throws SQLException {
        var comparison = new Comparison(fold, connection);
        var report = comparison.compare(previous(row), generation(row));
        var refolding = new Refolding<>(fold, tools.events(), connection);
        var streams = new LinkedHashSet<>(comparison.streams());
        streams.addAll(refolding.some(REFOLDED_BY_CHANCE));
        return report.with(
                streams.size(), refolding.wrong(new ArrayList<>(streams)).size());
    }

    /** One text for all tables. */
    private static String digest(Report report) {
        return String.join(
                " ",
                report.tables().stream()
                        .map(table -> table.table() + ":" + table.rows() + ":" + table.digest())
                        .toList());
    }

    /**
     * Lets another generation answer: one row. Batches of the one that answers wait meanwhile, so that the other is
     * never behind it at that moment and no reader goes back in time.
     */
    private void change(JobRow row, int to, int from, Phase then) throws SQLException, InterruptedException {
        if (answers(row, to)) {
            next(then, 0); // it was done, and this node died before it could say so
            return;
        }
        var deadline = System.nanoTime() + CATCH_UP_WAIT.toNanos();
        while (position(row, to) < position(row, from)) {
            connection.commit();
            if (System.nanoTime() > deadline) {
                standsStill(row, then);
                return;
            }
            Thread.sleep(1);
        }
        connection.commit();
        var since = System.nanoTime();
        jdbc.sql("SELECT 1 FROM readmodel.generation WHERE model = ? AND generation = ? FOR UPDATE")
                .params(row.model().id(), from)
                .query()
                .listOfRows();
        while (position(row, to) < position(row, from)) {
            if (System.nanoTime() - since > SWITCH_WAIT.toNanos()) {
                connection.rollback();
                return; // tried again: it was level a moment ago
            }
            Thread.sleep(1);
        }
        var going = jdbc.sql(
                        "UPDATE readmodel.job SET phase = ?, done = ?, total = ? WHERE id = ? AND state = 'RUNNING'")
                .params(then.name(), position(row, from), position(row, to), id)
                .update();
        if (going == 0) {
            connection.rollback(); // cancelled or paused at the last moment
            return;
        }
        jdbc.sql("UPDATE readmodel.active_generation SET generation = ?, previous = ?, since = clock_timestamp()"
                        + " WHERE model = ? AND definition_version = ? AND generation = ?")
                .params(to, from, row.model().id(), row.definitionVersion(), from)
                .update();
        connection.commit();
        var millis = (System.nanoTime() - since) / 1e6;
        LOG.info(
                "Model {} answers from generation {} now; the switch took {} ms",
                row.model().id(),
                to,
                millis);
        jdbc.sql("UPDATE readmodel.job SET switched_ms = ? WHERE id = ?")
                .params(millis, id)
                .update();
        connection.commit();
        tools.look().run();
    }

    /** Its processor does not follow: then what answers now goes on answering. */
    private void standsStill(JobRow row, Phase then) throws SQLException {
        var error = "the generation does not catch up with the one that answers: see its state";
        if (then == Phase.RECORDING) {
            jdbc.sql("UPDATE readmodel.job SET state = 'READY', phase = 'VERIFYING', error = ?"
                            + " WHERE id = ? AND state = 'RUNNING'")
                    .params(error, id)
                    .update();
            connection.commit();
        } else {
            jdbc.sql("UPDATE readmodel.job SET error = ? WHERE id = ?")
                    .params(error, id)
                    .update();
            over(row, State.DONE);
        }
    }

    private void finish(JobRow row) throws SQLException {
        if (row.kind() == Kind.VERIFICATION) {
            tools.generations().drop(row.model(), generation(row));
        }
        over(row, State.DONE);
    }

    private boolean answers(JobRow row, int generation) {
        return jdbc.sql("SELECT count(*) FROM readmodel.active_generation"
                                + " WHERE model = ? AND definition_version = ? AND generation = ?")
                        .params(row.model().id(), row.definitionVersion(), generation)
                        .query(Integer.class)
                        .single()
                > 0;
    }

    private void recordSwitch(JobRow row) throws SQLException {
        append(
                row,
                "switched",
                new ProjectionSwitched(
                        id,
                        now(),
                        row.model().id(),
                        previous(row),
                        generation(row),
                        row.done(),
                        row.total(),
                        row.reason()));
        next(Phase.OVER, 0);
    }

    private void recordSwitchBack(JobRow row) throws SQLException {
        append(
                row,
                "switched-back",
                new ProjectionSwitchReverted(
                        id,
                        now(),
                        row.model().id(),
                        generation(row),
                        previous(row),
                        row.done(),
                        row.total(),
                        row.reason()));
        next(Phase.OVER, 0);
    }

    private void drop(JobRow row) throws SQLException {
        var generation = row.generation();
        if (generation != null) {
            tools.generations().drop(row.model(), generation);
            tools.look().run();
        }
        if (row.kind() == Kind.REBUILD && generation != null) {
            append(
                    row,
                    "ended",
                    row.state() == State.CANCELLING
                            ? new ProjectionRebuildCancelled(
                                    id, now(), row.model().id(), generation)
                            : new ProjectionRebuildFailed(
                                    id,
                                    now(),
                                    row.model().id(),
                                    generation,
                                    Objects.requireNonNullElse(row.error(), "unknown")));
        }
        over(row, row.state() == State.CANCELLING ? State.CANCELLED : State.FAILED);
    }

    /** What can't be recorded at this moment is no fault of the job. */
    private void append(JobRow row, String step, OperationsEvent event) {
        try {
            tools.record().append(id, step, row.orderedBy(), event);
        } catch (RuntimeException e) {
            throw new TransientDataAccessResourceException("a step could not be recorded", e);
        }
    }

    private Instant now() {
        return tools.clock().instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Stores the next phase with everything that this transaction has done. */
    private void next(Phase phase, long total) throws SQLException {
        jdbc.sql("UPDATE readmodel.job SET phase = ?, done = 0, total = ?, worked_ms = worked_ms + ?, phase_ms = 0"
                        + " WHERE id = ?")
                .params(phase.name(), total, worked(), id)
                .update();
        connection.commit();
    }

    private void over(JobRow row, State state) throws SQLException {
        jdbc.sql("UPDATE readmodel.job SET state = ?, phase = 'OVER', ended_at = clock_timestamp(),"
                        + " worked_ms = worked_ms + ? WHERE id = ?")
                .params(state.name(), worked(), id)
                .update();
        connection.commit();
        LOG.info("Job {}, {} of {}: {}", id, row.kind(), row.model().id(), state);
    }

    /** @return whether it is to go on */
    private boolean progressed(long done, long total) throws SQLException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        var millis = worked();
        var goOn = jdbc.sql("UPDATE readmodel.job SET done = ?, total = ?, worked_ms = worked_ms + ?,"
                        + " phase_ms = phase_ms + ? WHERE id = ? RETURNING state = 'RUNNING'")
                .params(done, total, millis, millis, id)
                .query(Boolean.class)
                .single();
        connection.commit();
        return goOn;
    }

    /** Milliseconds since it was last asked. */
    private long worked() {
        var now = System.nanoTime();
        var millis = (now - workedSince) / 1_000_000;
        workedSince += millis * 1_000_000;
        return millis;
    }
}
