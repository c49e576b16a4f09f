package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.JobRunner.Tools;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * What is written down of a job: its row, through the connection that holds its lock, and its events in the stream of
 * operations. For one thread.
 */
final class JobStore {

    private static final Logger LOG = LoggerFactory.getLogger(JobStore.class);

    /** Live traffic meets work that it has to share the machine with a fifth of the time. */
    private static final long GENTLE_REST = 4;

    private static final long LONGEST_GENTLE_REST = Duration.ofSeconds(5).toNanos();

    private final Tools tools;
    private final Connection connection;
    private final JdbcClient jdbc;
    private final UUID id;
    private long workedSince = System.nanoTime();
    private long batchSince = System.nanoTime();
    /** Since when this job has the thread to itself, which the jobs of one pass share. */
    private long workSince = batchSince;
    /** Whether the phase has a batch behind it: what it does before the first one is not repeated. */
    private boolean paced;

    /** @param connection not in auto-commit */
    JobStore(Tools tools, Connection connection, UUID id) {
        this.tools = tools;
        this.connection = connection;
        this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        this.id = id;
    }

    /** What was before is no work of this job. */
    void begin() {
        workedSince = System.nanoTime();
        batchSince = workedSince;
        workSince = workedSince;
    }

    /** What was ordered while a batch was written. */
    record Order(boolean goOn, Duration rest) {}

    Connection connection() {
        return connection;
    }

    /** On the job's connection. */
    JdbcClient jdbc() {
        return jdbc;
    }

    UUID id() {
        return id;
    }

    JobRow row() throws SQLException {
        var row = jdbc.sql(JobRow.SELECT + " WHERE id = ?")
                .param(id)
                .query(JobRow::of)
                .single();
        connection.commit();
        return row;
    }

    /** How far a generation of the job's model is. */
    long position(JobRow row, int generation) {
        return jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(row.model().id(), generation)
                .query(Long.class)
                .single();
    }

    /** Appends to the stream of operations; what can't be recorded at this moment is no fault of the job. */
    void append(JobRow row, String step, OperationsEvent event) {
        try {
            tools.record().append(id, step, row.orderedBy(), event);
        } catch (RuntimeException e) {
            throw new TransientDataAccessResourceException("a step could not be recorded", e);
        }
    }

    /** For events: as precise as they are stored. */
    Instant now() {
        return tools.clock().instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Stores the next phase with everything that this transaction has done. */
    void next(Phase phase, long total) throws SQLException {
        var millis = worked();
        jdbc.sql("UPDATE readmodel.job SET phase = ?, error = NULL, done = 0, total = ?,"
                        + " worked_ms = worked_ms + ?, phase_ms = 0,"
                        + " progressed_at = clock_timestamp(), took = took || jsonb_build_object(phase,"
                        + " jsonb_build_object('ms', phase_ms + ?, 'total', total)) WHERE id = ?")
                .params(phase.name(), total, millis, millis, id)
                .update();
        connection.commit();
        paced = false;
    }

    /** It ends. */
    void over(JobRow row, State state) throws SQLException {
        jdbc.sql("UPDATE readmodel.job SET state = ?, phase = 'OVER', ended_at = clock_timestamp(),"
                        + " error = CASE WHEN state = 'RUNNING' AND phase = 'OVER' THEN NULL ELSE error END,"
                        + " worked_ms = worked_ms + ? WHERE id = ?")
                .params(state.name(), worked(), id)
                .update();
        connection.commit();
        LOG.info("Job {}, {} of {}: {}", id, row.kind(), row.model().id(), state);
    }

    /** It waits for an order, where it was not given another meanwhile. */
    void await(State state) throws SQLException {
        jdbc.sql("UPDATE readmodel.job SET state = ?, error = NULL, worked_ms = worked_ms + ?, done = 1, total = 1"
                        + " WHERE id = ? AND state = 'RUNNING'")
                .params(state.name(), worked(), id)
                .update();
        connection.commit();
    }

    /** @return whether it is to go on */
    boolean progressed(long done, long total) throws SQLException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        var millis = worked();
        var goOn = jdbc.sql("UPDATE readmodel.job SET error = NULL, done = ?, total = ?, worked_ms = worked_ms + ?,"
                        + " phase_ms = phase_ms + ?, progressed_at = clock_timestamp(),"
                        + " took = CASE WHEN phase = 'INDEXING' THEN jsonb_set(took, '{steps}',"
                        + " coalesce(took -> 'steps', '[]') || to_jsonb(phase_ms + ?)) ELSE took END"
                        + " WHERE id = ? RETURNING state = 'RUNNING'")
                .params(done, total, millis, millis, millis, id)
                .query(Boolean.class)
                .single();
        connection.commit();
        return goOn;
    }

    /** A batch is written, in this transaction or before it. Commits nothing. */
    Order written(String reached, int count) {
        var millis = worked();
        return jdbc.sql("UPDATE readmodel.job SET error = NULL, reached = ?, done = done + ?,"
                        + " worked_ms = worked_ms + ?,"
                        + " phase_ms = phase_ms + ?, progressed_at = clock_timestamp(),"
                        + " took = CASE WHEN reached IS NULL"
                        + " THEN took || jsonb_build_object('lead', ?, 'leadEvents', ?) ELSE took END"
                        + " WHERE id = ? RETURNING state, gentle, max_rate")
                .params(reached, count, millis, millis, millis, count, id)
                .query((its, number) ->
                        new Order(its.getString(1).equals("RUNNING"), rest(its.getBoolean(2), its.getInt(3), count)))
                .single();
    }

    /** So many are still to be done. */
    void coming(long count) throws SQLException {
        jdbc.sql("UPDATE readmodel.job SET total = done + ? WHERE id = ?")
                .params(count, id)
                .update();
        connection.commit();
    }

    /** What was filled in is lost. */
    void fromTheBeginning() throws SQLException {
        jdbc.sql("UPDATE readmodel.job SET reached = NULL, done = 0 WHERE id = ?")
                .param(id)
                .update();
        connection.commit();
    }

    /** So many are compared, some of them since the last time. Commits. */
    Order compared(long done, long total, int count) throws SQLException {
        var millis = worked();
        var order = jdbc.sql("UPDATE readmodel.job SET error = NULL, done = ?, total = ?, worked_ms = worked_ms + ?,"
                        + " phase_ms = phase_ms + ?, progressed_at = clock_timestamp()"
                        + " WHERE id = ? RETURNING state, gentle, max_rate")
                .params(done, total, millis, millis, id)
                .query((its, number) ->
                        new Order(its.getString(1).equals("RUNNING"), rest(its.getBoolean(2), its.getInt(3), count)))
                .single();
        connection.commit();
        return order;
    }

    /** @param maxRate 0 for none */
    private Duration rest(boolean gentle, int maxRate, int count) {
        var now = System.nanoTime();
        return rest(gentle && paced ? now - workSince : 0, maxRate, count, now - batchSince);
    }

    /**
     * How long a job rests after a batch, so that others get on.
     *
     * @param gentleNanos what it worked for the batch where it is gentle; else 0
     * @param maxRate events a second; 0 for no limit
     * @param count the batch's events
     * @param tookNanos what the batch took with all that was beside it
     */
    static Duration rest(long gentleNanos, int maxRate, long count, long tookNanos) {
        var gentle = Math.min(GENTLE_REST * gentleNanos, LONGEST_GENTLE_REST);
        var limited = maxRate > 0 ? count * 1_000_000_000L / maxRate - tookNanos : 0;
        return Duration.ofNanos(Math.max(gentle, limited));
    }

    /** Another job of the same pass has written its batch and rested. */
    void resumed() {
        workSince = System.nanoTime();
    }

    /** Between two batches, as long as was ordered; also hears that the node stops. */
    void rest(Order order) throws InterruptedException {
        Thread.sleep(order.rest());
        batchSince = System.nanoTime();
        workSince = batchSince;
        paced = true;
    }

    /** Milliseconds since it was last asked. */
    private long worked() {
        var now = System.nanoTime();
        var millis = (now - workedSince) / 1_000_000;
        workedSince += millis * 1_000_000;
        return millis;
    }
}
