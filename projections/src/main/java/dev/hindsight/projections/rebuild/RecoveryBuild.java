package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.operations.OperationsEvent.RecoveryCreated;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.JobRunner.Tools;
import dev.hindsight.projections.rebuild.RecoveryRow.Cause;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.dao.TransientDataAccessResourceException;

/**
 * Tables of both models of a recovery, filled from one reading of the log that ends at its position. The models read
 * different streams, so the last stream that is written says for both how far it is.
 */
final class RecoveryBuild implements Build {

    /** Long after that every node has dropped a key that was destroyed from its memory. */
    private static final Duration KEYS_FORGOTTEN = Duration.ofMinutes(1);

    private final Tools tools;
    private final JobStore store;

    RecoveryBuild(Tools tools, JobStore store) {
        this.tools = tools;
        this.store = store;
    }

    /** An order has ended one model's filling: the other must not go on alone, for both share the stream reached. */
    private static final class Ended extends RuntimeException {

        Ended() {
            super(null, null, false, false);
        }
    }

    /**
     * Puts on record that it is made, and makes its generations anew.
     *
     * @return the generation of the job's own model
     */
    int prepare(JobRow row) throws SQLException {
        var recovery = RecoveryRow.read(store.jdbc(), row.id());
        store.connection().commit();
        var generations = tools.generations();
        generations.recovered(row.id()).forEach(generations::drop); // of a node that died before it could say so
        // What ended a moment ago may still lie in this node's memory of keys.
        var began = tools.events().recordedBy(store.now().minus(KEYS_FORGOTTEN));
        store.jdbc()
                .sql("UPDATE readmodel.recovery SET began = ?, forgotten = ? WHERE id = ?")
                .params(began, began, row.id())
                .update();
        store.connection().commit();
        store.append(
                row,
                "created",
                new RecoveryCreated(
                        row.id(),
                        store.now(),
                        recovery.name(),
                        recovery.position(),
                        recovery.moment(),
                        recovery.keptUntil(),
                        recovery.reason()));
        var made = 0;
        for (var model : RecoveryRow.MODELS) {
            var generation = generations.begin(model, row.id(), recovery.position());
            made = model == row.model() ? generation : made;
        }
        return made;
    }

    @Override
    public long upTo() {
        throw new IllegalStateException("a recovery was told its position");
    }

    @Override
    public long begin(int generation) {
        // At most: the log may be much longer than what is read of it.
        return Math.min(
                tools.log().count(prefixes(generation)),
                RecoveryRow.read(store.jdbc(), store.id()).position());
    }

    private List<String> prefixes(int generation) {
        return RecoveryRow.MODELS.stream()
                .flatMap(model -> tools.fold(model, generation).prefixes().stream())
                .toList();
    }

    @Override
    public boolean fill(JobRow row) throws SQLException, InterruptedException {
        var recovery = RecoveryRow.read(store.jdbc(), row.id());
        store.connection().commit();
        // Begun again because of an erasure, or long after it: no key that has ended is to be used from memory.
        var log = tools.events();
        log.erased(Objects.requireNonNull(recovery.began()), log.head())
                .forEach(stream -> log.erasedEventsOf(stream).close());
        var progress = progress(row, recovery.forgotten());
        var members = new ArrayList<LogPass.Member>();
        for (var generation : generations(row).entrySet()) {
            members.add(new LogPass.Member(
                    new Filling<>(
                            tools.fold(generation.getKey(), generation.getValue()), tools.log(), store.connection()),
                    row.reached(),
                    row.readUpTo(),
                    progress));
        }
        try {
            new LogPass(tools.log(), tools.threads(), tools.batchEvents()).fill(members, left -> {
                throw new Ended();
            });
            return true;
        } catch (Ended ended) {
            store.connection().rollback();
            return false;
        }
    }

    private Filling.Progress progress(JobRow row, long forgotten) {
        return new Filling.Progress() {
            private JobStore.Order order = new JobStore.Order(true, Duration.ZERO);
            private long coming;

            @Override
            public void coming(long events) throws SQLException {
                coming += events; // of each model
                store.coming(coming);
            }

            @Override
            public boolean ended() throws SQLException {
                return store.row().state() != State.RUNNING;
            }

            @Override
            public void writing() {
                lock(row); // before a row lies on disk: what an erasure takes away later, it looks for
                var now = store.jdbc()
                        .sql("SELECT forgotten FROM readmodel.recovery WHERE id = ?")
                        .param(row.id())
                        .query(Long.class)
                        .single();
                if (now != forgotten) {
                    throw new TransientDataAccessResourceException(
                            "content was erased while it was read: what is not written yet is read again");
                }
            }

            @Override
            public boolean written(String reached, int events) {
                order = store.written(reached, events);
                return order.goOn();
            }

            @Override
            public void committed() throws InterruptedException {
                store.rest(order);
            }
        };
    }

    /** Whoever has something forgotten holds the job's row, too. */
    private void lock(JobRow row) {
        store.jdbc()
                .sql("SELECT 1 FROM readmodel.job WHERE id = ? FOR UPDATE")
                .param(row.id())
                .query()
                .listOfRows();
    }

    private Map<ReadModel, Integer> generations(JobRow row) {
        var generations = tools.generations().recovered(row.id());
        if (!generations.keySet().containsAll(RecoveryRow.MODELS)) {
            throw new IllegalStateException("a generation of the recovery is gone");
        }
        return generations;
    }

    @Override
    public List<Step> steps(JobRow row) throws SQLException {
        var steps = new ArrayList<Step>();
        for (var generation : generations(row).entrySet()) {
            steps.addAll(new Indexes(generation.getKey(), generation.getValue(), store.connection()).steps());
        }
        return steps;
    }

    /** From the end of this transaction on it may be asked. What was erased while it was made is not in it. */
    void ready(JobRow row) throws SQLException {
        var generations = generations(row);
        lock(row);
        var recovery = RecoveryRow.read(store.jdbc(), row.id());
        var log = tools.events();
        var head = log.head();
        var erased = log.erased(Objects.requireNonNull(recovery.began()), head);
        var rows = 0L;
        for (var generation : generations.entrySet()) {
            var fold = tools.fold(generation.getKey(), generation.getValue());
            RecoveredStreams.refold(store.connection(), fold, log, recovery.position(), erased);
            rows += RecoveredStreams.rows(store.jdbc(), generation.getKey(), generation.getValue());
        }
        store.jdbc()
                .sql("UPDATE readmodel.recovery SET forgotten = ?, rows = ?, ready_at = clock_timestamp() WHERE id = ?")
                .params(head, rows, row.id())
                .update();
    }

    @Override
    public Optional<Report> verify(JobRow row) {
        throw new IllegalStateException("there is nothing that a recovery could be held against");
    }

    /** Everything that it has made. */
    void drop(JobRow row) throws SQLException {
        var cancelled = row.state() == State.CANCELLING;
        RecoveryRow.read(store.jdbc(), row.id())
                .drop(
                        store.jdbc(),
                        tools.generations(),
                        (job, step, by, event) -> store.append(row, step, event),
                        store.now(),
                        cancelled ? Cause.CANCELLED : Cause.FAILED,
                        row.orderedBy());
    }
}
