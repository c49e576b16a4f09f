package dev.hindsight.projections.rebuild;

import static dev.hindsight.projections.readmodel.ReadModel.physicalName;

import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.JobRunner.Tools;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * A repair of many streams on the connection that holds its job's lock. Which they are is stored first; then some at a
 * time are repaired in a transaction that also says how far it is, and live processing waits for no longer than that.
 */
final class RepairWork {

    private static final Logger LOG = LoggerFactory.getLogger(RepairWork.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int STREAMS_AT_ONCE = 20;

    private final Tools tools;
    private final Connection connection;
    private final JdbcClient jdbc;
    private final UUID id;
    private final StreamRepairs repairs;
    private long workedSince = System.nanoTime();

    RepairWork(Tools tools, Connection connection, UUID id) {
        this.tools = tools;
        this.connection = connection;
        this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        this.id = id;
        this.repairs = new StreamRepairs(tools.folds(), tools.events());
    }

    /** Until it is over or has to wait for an order. */
    void run() throws SQLException, InterruptedException {
        connection.setAutoCommit(false);
        jdbc.sql("UPDATE readmodel.job SET node = ?, state = CASE state WHEN 'WAITING' THEN 'RUNNING' ELSE state END"
                        + " WHERE id = ?")
                .params(tools.node(), id)
                .update();
        var row = row();
        while (row.endedAt() == null) {
            if (row.state() == State.CANCELLING || row.state() == State.FAILING) {
                record(row); // what was repaired stays repaired
                over(row.state() == State.CANCELLING ? State.CANCELLED : State.FAILED);
            } else if (row.state() == State.RUNNING) {
                try {
                    step(row);
                } catch (SQLException | RuntimeException e) {
                    fail(e);
                }
            } else {
                return;
            }
            row = row();
        }
    }

    private void fail(Exception fault) throws SQLException {
        var cause = fault instanceof DataAccessException && fault.getCause() instanceof SQLException sql ? sql : fault;
        if (!JobRunner.isFinal(cause)) {
            if (fault instanceof SQLException sql) {
                throw sql;
            }
            throw (RuntimeException) fault;
        }
        LOG.error("Job {} fails", id, fault);
        connection.rollback();
        jdbc.sql("UPDATE readmodel.job SET state = 'FAILING', error = ? WHERE id = ?")
                .params(Faults.describe(cause), id)
                .update();
    }

    /** Ends the transaction, too. */
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
            case REPAIRING -> repair(row);
            default -> {
                record(row);
                over(State.DONE);
            }
        }
    }

    private void prepare(JobRow row) {
        var scope = Objects.requireNonNull(row.scope());
        int answering = tools.generations().answering(row.model()).orElseThrow();
        jdbc.sql("DELETE FROM readmodel.repair_target WHERE job = ?").param(id).update();
        if (scope.queue() != null) {
            var head = repairs.fold(row.model(), answering).tables().getFirst().head();
            jdbc.sql("INSERT INTO readmodel.repair_target (job, stream) SELECT DISTINCT ?::uuid, 'ticket-' || id"
                            + " FROM readmodel." + physicalName(head, answering) + " WHERE queue = ?")
                    .params(id, scope.queue())
                    .update();
            tools.log().everIn(scope.queue(), this::target);
        } else if (scope.from() != null && scope.to() != null) {
            tools.log()
                    .recorded(repairs.fold(row.model(), answering).prefixes(), scope.from(), scope.to(), this::target);
        } else if (scope.stream() != null) {
            target(List.of(scope.stream()));
        } else {
            target(new DeadLetters(jdbc, tools.generations(), tools.events()).streams(row.model(), scope));
        }
        jdbc.sql("UPDATE readmodel.job SET phase = 'REPAIRING', error = NULL, previous = ?, done = 0,"
                        + " worked_ms = worked_ms + ?,"
                        + " phase_ms = 0, repair = ?::jsonb,"
                        + " total = (SELECT count(*) FROM readmodel.repair_target WHERE job = ?) WHERE id = ?")
                .params(
                        answering,
                        worked(),
                        JSON.writeValueAsString(RepairReport.nothingYet(scope.text(), row.dryRun())),
                        id,
                        id)
                .update();
    }

    private void target(List<String> streams) {
        jdbc.sql("INSERT INTO readmodel.repair_target (job, stream) SELECT ?, unnest(?::text[])"
                        + " ON CONFLICT DO NOTHING")
                .params(id, streams.toArray(String[]::new))
                .update();
    }

    private void repair(JobRow row) throws SQLException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        var begun = System.nanoTime();
        var reached = row.reached();
        var streams = jdbc.sql("SELECT stream FROM readmodel.repair_target WHERE job = ? AND stream > ?"
                        + " ORDER BY stream LIMIT " + Math.min(STREAMS_AT_ONCE, tools.batchEvents()))
                .params(id, reached == null ? "" : reached)
                .query(String.class)
                .list();
        connection.commit();
        if (streams.isEmpty()) {
            jdbc.sql("UPDATE readmodel.job SET phase = 'RECORDING' WHERE id = ?")
                    .param(id)
                    .update();
            return;
        }
        int answering = Objects.requireNonNull(row.previous()); // no other job of the model is open
        if (!row.dryRun()) {
            for (var generation : tools.generations().followed(row.model())) {
                if (generation != answering) {
                    repairs.repairOther(connection, row.model(), generation, streams);
                    connection.commit();
                }
            }
        }
        var outcome = repairs.repair(connection, row.model(), answering, streams, row.dryRun());
        var report = Objects.requireNonNull(row.repair()).plus(streams.size(), outcome);
        var millis = worked();
        jdbc.sql("UPDATE readmodel.job SET error = NULL, reached = ?, done = done + ?, worked_ms = worked_ms + ?,"
                        + " phase_ms = phase_ms + ?, up_to = ?, repair = ?::jsonb WHERE id = ?")
                .params(
                        streams.getLast(),
                        streams.size(),
                        millis,
                        millis,
                        outcome.position(),
                        JSON.writeValueAsString(report),
                        id)
                .update();
        connection.commit();
        rest(row, outcome.events(), System.nanoTime() - begun);
        workedSince = System.nanoTime();
    }

    /** As it was told to, so that others get on. */
    private static void rest(JobRow row, long events, long tookNanos) throws InterruptedException {
        var maxRate = row.maxRate();
        Thread.sleep(JobStore.rest(row.gentle() ? tookNanos : 0, maxRate == null ? 0 : maxRate, events, tookNanos));
    }

    private void record(JobRow row) {
        var report = row.repair();
        if (report == null || row.dryRun()) {
            return;
        }
        tools.record()
                .append(
                        id,
                        "repaired",
                        row.orderedBy(),
                        StreamRepairs.event(
                                id,
                                tools.clock().instant().truncatedTo(ChronoUnit.MICROS),
                                row.model(),
                                Objects.requireNonNull(row.previous()),
                                Objects.requireNonNull(row.scope()).retries(),
                                report,
                                row.reason()));
    }

    private void over(State state) {
        jdbc.sql("DELETE FROM readmodel.repair_target WHERE job = ?").param(id).update();
        jdbc.sql("UPDATE readmodel.job SET state = ?, phase = ?, ended_at = coalesce(ended_at, clock_timestamp()),"
                        + " error = CASE WHEN state = 'RUNNING' THEN NULL ELSE error END,"
                        + " worked_ms = worked_ms + ? WHERE id = ?")
                .params(state.name(), Phase.OVER.name(), worked(), id)
                .update();
    }

    /** Milliseconds since it was last asked. */
    private long worked() {
        var millis = (System.nanoTime() - workedSince) / 1_000_000;
        workedSince += millis * 1_000_000;
        return millis;
    }
}
