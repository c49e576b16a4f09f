package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.operations.OperationsEvent.ProjectionSwitchReverted;
import dev.hindsight.domain.operations.OperationsEvent.ProjectionSwitched;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Lets another generation of a model answer, and says so in the stream of operations. */
final class Switchover {

    private static final Logger LOG = LoggerFactory.getLogger(Switchover.class);
    private static final Duration SWITCH_WAIT = Duration.ofSeconds(2);
    private static final Duration CATCH_UP_WAIT = Duration.ofSeconds(30);

    private final JobStore store;
    private final Connection connection;
    private final JdbcClient jdbc;
    private final Runnable look;

    /** @param look has this node notice at once which generations there are */
    Switchover(JobStore store, Runnable look) {
        this.store = store;
        this.connection = store.connection();
        this.jdbc = store.jdbc();
        this.look = look;
    }

    /**
     * One row is changed. Batches of the generation that answers wait meanwhile, so that the other is never behind it at
     * that moment and no reader goes back in time.
     */
    void change(JobRow row, int to, int from, Phase then) throws SQLException, InterruptedException {
        if (answers(row, to)) {
            store.next(then, 0); // it was done, and this node died before it could say so
            return;
        }
        if (then == Phase.RECORDING && !isClean(row) && !isForced()) {
            backToVerified(row, null); // every order to switch to differences is forced by itself
            return;
        }
        var asItStands = then == Phase.RECORDING_BACK && isForced();
        var deadline = System.nanoTime() + CATCH_UP_WAIT.toNanos();
        while (!asItStands && store.position(row, to) < store.position(row, from)) {
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
        while (!asItStands && store.position(row, to) < store.position(row, from)) {
            if (System.nanoTime() - since > SWITCH_WAIT.toNanos()) {
                connection.rollback();
                return; // tried again: it was level a moment ago
            }
            Thread.sleep(1);
        }
        var going = jdbc.sql("UPDATE readmodel.job SET phase = ?, error = NULL, done = ?, total = ?"
                        + " WHERE id = ? AND state = 'RUNNING'")
                .params(then.name(), store.position(row, from), store.position(row, to), store.id())
                .update();
        if (going == 0) {
            connection.rollback(); // cancelled or paused at the last moment
            return;
        }
        // The first generation of a definition version: nodes of older versions go on reading theirs.
        jdbc.sql("INSERT INTO readmodel.active_generation AS a (model, definition_version, generation, previous)"
                        + " VALUES (?, ?, ?, ?) ON CONFLICT (model, definition_version) DO UPDATE"
                        + " SET generation = excluded.generation, previous = excluded.previous,"
                        + " since = clock_timestamp() WHERE a.generation = excluded.previous")
                .params(row.model().id(), row.definitionVersion(), to, from)
                .update();
        if (row.model() == ReadModel.TICKETS && !isClean(row)) {
            // Documents are made of these rows, and those that differ need not have changed since.
            jdbc.sql("UPDATE readmodel.search_index SET mend_asked = mend_asked + 1")
                    .update();
        }
        connection.commit();
        var millis = (System.nanoTime() - since) / 1e6;
        LOG.info(
                "Model {} answers from generation {} now; the switch took {} ms",
                row.model().id(),
                to,
                millis);
        jdbc.sql("UPDATE readmodel.job SET switched_ms = ? WHERE id = ?")
                .params(millis, store.id())
                .update();
        connection.commit();
        look.run();
    }

    private boolean isForced() {
        return jdbc.sql("SELECT force FROM readmodel.job WHERE id = ?")
                .param(store.id())
                .query(Boolean.class)
                .single();
    }

    /** Its processor does not follow: then what answers now goes on answering. */
    private void standsStill(JobRow row, Phase then) throws SQLException {
        var error = "the generation does not catch up with the one that answers: see its state";
        if (then == Phase.RECORDING) {
            backToVerified(row, error);
        } else {
            jdbc.sql("UPDATE readmodel.job SET error = ? WHERE id = ?")
                    .params(error, store.id())
                    .update();
            store.over(row, State.DONE);
        }
    }

    /** It waits for another order to switch. */
    private void backToVerified(JobRow row, @Nullable String error) throws SQLException {
        jdbc.sql("UPDATE readmodel.job SET state = ?, phase = 'VERIFYING', error = ?"
                        + " WHERE id = ? AND state = 'RUNNING'")
                .params(Arrays.<@Nullable Object>asList(
                        (isClean(row) ? State.READY : State.VERIFICATION_FAILED).name(), error, store.id()))
                .update();
        connection.commit();
    }

    private static boolean isClean(JobRow row) {
        var report = row.report();
        return report != null && report.clean();
    }

    private boolean answers(JobRow row, int generation) {
        return jdbc.sql("SELECT count(*) FROM readmodel.active_generation"
                                + " WHERE model = ? AND definition_version = ? AND generation = ?")
                        .params(row.model().id(), row.definitionVersion(), generation)
                        .query(Integer.class)
                        .single()
                > 0;
    }

    void record(JobRow row) throws SQLException {
        store.append(
                row,
                "switched",
                new ProjectionSwitched(
                        store.id(),
                        store.now(),
                        row.model().id(),
                        row.answered(),
                        row.made(),
                        row.done(),
                        row.total(),
                        row.reason()));
        store.next(Phase.OVER, 0);
    }

    void recordBack(JobRow row) throws SQLException {
        store.append(
                row,
                "switched-back",
                new ProjectionSwitchReverted(
                        store.id(),
                        store.now(),
                        row.model().id(),
                        row.made(),
                        row.answered(),
                        row.done(),
                        row.total(),
                        row.reason()));
        store.next(Phase.OVER, 0);
    }
}
