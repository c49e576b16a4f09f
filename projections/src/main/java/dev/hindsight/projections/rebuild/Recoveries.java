package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import dev.hindsight.projections.rebuild.RecoveryRow.Cause;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/**
 * Recoveries to a point: what the models {@code tickets} and {@code directory} were when the log ended at a position, as a
 * generation beside the one that answers. It is filled by a job as a rebuild is, never followed and never switched to; reads
 * ask it by its name. Safe for concurrent use, by many nodes too.
 */
public final class Recoveries {

    private static final Logger LOG = LoggerFactory.getLogger(Recoveries.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Envelope.Actor SYSTEM = new Envelope.Actor(ActorKind.SYSTEM, null, List.of());

    private final JdbcTemplate template;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds;
    private final Generations generations;
    private final EventLog log;
    private final Jobs jobs;
    private final OperationsRecord record;
    private final Clock clock;
    private final Limits limits;

    /**
     * How many and how long.
     *
     * @param most that exist at the same time, from 1
     * @param kept after they were ordered; zero for ever
     */
    public record Limits(int most, Duration kept) {}

    /** @param transactions over the same data source */
    Recoveries(
            Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds,
            DataSource dataSource,
            TransactionOperations transactions,
            Generations generations,
            EventLog log,
            Jobs jobs,
            OperationsRecord record,
            Clock clock,
            Limits limits) {
        this.template = new JdbcTemplate(dataSource);
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = transactions;
        this.folds = Map.copyOf(folds);
        this.generations = generations;
        this.log = log;
        this.jobs = jobs;
        this.record = record;
        this.clock = clock;
        this.limits = limits;
    }

    /**
     * An order. Exactly one of to and position is given.
     *
     * @param id of what is recovered, and of its job
     * @param to all that had been recorded by then counts; null where a position is given
     * @param position the last event that counts; null where a moment is given
     * @param name as {@link ReadModels#isRecoveryName} takes it; null for one made of the position
     * @param reason of one line, is recorded; null where none was given
     * @param maxRate events a second, from 1; null for as fast as can be
     * @param gentle rests four times as long as it works
     */
    public record Order(
            UUID id,
            @Nullable Instant to,
            @Nullable Long position,
            @Nullable String name,
            @Nullable String reason,
            @Nullable Integer maxRate,
            boolean gentle,
            Envelope.Actor by) {}

    /**
     * Begins one.
     *
     * @throws InvalidRequest for a moment in the future or before the log's first event, a position that the log does not
     *     have, and a malformed name
     * @throws Refusal {@code RECOVERY_NAME_TAKEN}, {@code TOO_MANY_RECOVERIES}, {@code REBUILD_RUNNING}, {@code
     *     DISK_SHORT}
     */
    public Recovery begin(Order order) {
        var position = position(order);
        var name = order.name() == null ? "at-" + position : order.name();
        if (!ReadModels.isRecoveryName(name)) {
            throw new InvalidRequest("name", "must be 1 to 40 of a to z, 0 to 9 and -");
        }
        var wish = new Jobs.Wish(order.maxRate(), order.gentle(), SwitchMode.MANUAL);
        transactions.executeWithoutResult(status -> {
            insert(order, position, name);
            jobs.startRecovery(order.id(), RecoveryRow.MODELS, position, wish, order.reason(), order.by());
        });
        jobs.wake();
        return read(order.id());
    }

    private long position(Order order) {
        var to = order.to();
        var asked = order.position();
        if ((to == null) == (asked == null)) {
            throw new InvalidRequest("to", "give one of to and position");
        }
        var head = log.head();
        if (asked != null) {
            if (asked < 1 || asked > head) {
                throw new InvalidRequest("position", "must be a position of the log: from 1 to " + head);
            }
            return asked;
        }
        if (Objects.requireNonNull(to).isAfter(clock.instant())) {
            throw new InvalidRequest("to", "must not lie in the future");
        }
        var position = log.recordedBy(to);
        if (position == 0) {
            throw new InvalidRequest("to", "lies before the log's first event");
        }
        return position;
    }

    private void insert(Order order, long position, String name) {
        // Orders take turns, so that they do not count past each other.
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('readmodel.recovery'))")
                .query()
                .listOfRows();
        var there = jdbc.sql("SELECT count(*) FROM readmodel.recovery WHERE dropped_at IS NULL")
                .query(Integer.class)
                .single();
        if (there >= limits.most()) {
            throw new Refusal(
                    "TOO_MANY_RECOVERIES",
                    "There are " + there + " recoveries, and no more than " + limits.most()
                            + " are kept at the same time: drop one first (DELETE /ops/v1/recoveries/{name}).");
        }
        var now = now();
        var kept = limits.kept().isZero() ? null : offset(now.plus(limits.kept()));
        try {
            jdbc.sql(
                            "INSERT INTO readmodel.recovery (id, name, position, moment, reason, actor, created_at, kept_until)"
                                    + " VALUES (?, ?, ?, ?, ?, ?::jsonb, ?, ?)")
                    .params(Arrays.<@Nullable Object>asList(
                            order.id(),
                            name,
                            position,
                            order.to() == null ? null : offset(order.to()),
                            order.reason(),
                            JSON.writeValueAsString(order.by()),
                            offset(now),
                            kept))
                    .update();
        } catch (DuplicateKeyException e) {
            throw new Refusal(
                    "RECOVERY_NAME_TAKEN", "There is a recovery " + name + ": give another name, or drop that one.");
        }
    }

    private static OffsetDateTime offset(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Those that are not dropped, the newest first. */
    public List<Recovery> list() {
        return open().stream().map(this::told).toList().reversed();
    }

    private List<RecoveryRow> open() {
        return jdbc.sql(RecoveryRow.SELECT + " WHERE dropped_at IS NULL ORDER BY created_at, id")
                .query(RecoveryRow::of)
                .list();
    }

    /** @throws NotFound where none of this name is there, or no more */
    public Recovery read(String name) {
        return told(row(name));
    }

    private RecoveryRow row(String name) {
        return jdbc.sql(RecoveryRow.SELECT + " WHERE name = ? AND dropped_at IS NULL")
                .param(name)
                .query(RecoveryRow::of)
                .optional()
                .orElseThrow(() -> new NotFound("There is no recovery of this name."));
    }

    /** Also one that is dropped; empty where an order of this id was never given. */
    public Optional<Recovery> find(UUID id) {
        return jdbc.sql(RecoveryRow.SELECT + " WHERE id = ?")
                .param(id)
                .query(RecoveryRow::of)
                .optional()
                .map(this::told);
    }

    private Recovery read(UUID id) {
        return told(RecoveryRow.read(jdbc, id));
    }

    private Recovery told(RecoveryRow row) {
        var job = jobs.read(row.id());
        return new Recovery(
                row.id(),
                row.name(),
                state(row, job),
                row.moment(),
                row.position(),
                row.reason(),
                row.createdAt(),
                row.readyAt(),
                row.keptUntil(),
                row.rows(),
                row.droppedAt() == null ? bytes(row.id()) : 0,
                job);
    }

    private static Recovery.State state(RecoveryRow row, Job job) {
        if (row.droppedAt() != null) {
            return Recovery.State.DROPPED;
        } else if (row.dropping() != null) {
            return Recovery.State.DROPPING;
        } else if (row.readyAt() != null) {
            return Recovery.State.READY;
        }
        return switch (job.state()) {
            case PAUSED -> Recovery.State.PAUSED;
            case CANCELLING, CANCELLED, FAILING, FAILED -> Recovery.State.DROPPING;
            case WAITING, RUNNING, READY, VERIFICATION_FAILED, DONE -> Recovery.State.BUILDING;
        };
    }

    private long bytes(UUID id) {
        var bytes = 0L;
        for (var generation : generations.recovered(id).entrySet()) {
            for (var table : generation.getKey().tables()) {
                bytes += jdbc.sql(
                                "SELECT coalesce(pg_total_relation_size(to_regclass('readmodel.' || quote_ident(?))), 0)")
                        .param(ReadModel.physicalName(table, generation.getValue()))
                        .query(Long.class)
                        .single();
            }
        }
        return bytes;
    }

    /**
     * Drops one. Where its job is not over, that is ended first, by the node that works on it.
     *
     * @return it as it is now: DROPPED, or DROPPING where that takes a moment
     * @throws NotFound where none of this name is there
     */
    public Recovery drop(String name, Envelope.Actor by) {
        var row = row(name);
        drop(row, Cause.ORDERED, by);
        return read(row.id());
    }

    private void drop(RecoveryRow row, Cause cause, Envelope.Actor by) {
        jdbc.sql("UPDATE readmodel.recovery SET dropping = ?, dropped_by = ?::jsonb WHERE id = ? AND dropping IS NULL")
                .params(cause.name(), JSON.writeValueAsString(by), row.id())
                .update();
        if (jobs.read(row.id()).endedAt() == null) {
            try {
                jobs.cancel(row.id(), by);
            } catch (Refusal ending) {
                LOG.debug("Job {} ends by itself at this moment", row.id(), ending);
            }
            return;
        }
        RecoveryRow.read(jdbc, row.id()).drop(jdbc, generations, record, now(), cause, by);
        LOG.info("Recovery {} is dropped: {}", row.name(), cause);
    }

    /** Drops those that were kept long enough, and those whose dropping was begun by a node that died. */
    void dropDue() {
        var now = clock.instant();
        for (var row : open()) {
            var kept = row.keptUntil();
            var ended = jobs.read(row.id());
            if (row.dropping() != null) {
                drop(row, row.dropping(), SYSTEM);
            } else if (ended.state() == Job.State.CANCELLED || ended.state() == Job.State.FAILED) {
                drop(row, ended.state() == Job.State.CANCELLED ? Cause.CANCELLED : Cause.FAILED, SYSTEM);
            } else if (kept != null && kept.isBefore(now)) {
                drop(row, Cause.EXPIRED, SYSTEM);
            }
        }
    }

    /**
     * Has all of them, those that are still being made included, forget what the log says was erased since they last did.
     * When this returns no row of theirs that a reader sees or will see holds it; what deleted rows leave on disk is not
     * touched.
     *
     * @throws RuntimeException where the database or the log does not answer, or a job is in the way: to be tried again
     */
    public void forget() {
        for (var row : open()) {
            var head = log.head();
            var erased = log.erased(row.forgotten(), head);
            if (erased.isEmpty()) {
                if (row.readyAt() != null) { // while it is filled, a change would have it read again
                    forgotten(row.id(), head);
                }
            } else if (row.began() != null) {
                transactions.executeWithoutResult(status ->
                        template.execute((ConnectionCallback<Boolean>) connection -> {
                            forget(connection, row.id(), List.copyOf(erased), head);
                            return true;
                        }));
            }
        }
    }

    /** Whoever fills it stores its progress in the job's row with each batch, and then sees that something was forgotten. */
    private void forget(Connection connection, UUID id, List<String> erased, long head) throws SQLException {
        var job = jdbc.sql(JobRow.SELECT + " WHERE id = ? FOR UPDATE OF job")
                .param(id)
                .query(JobRow::of)
                .single();
        var row = RecoveryRow.read(jdbc, id);
        if (row.droppedAt() != null) {
            return;
        }
        var reached = job.reached();
        var filling = job.phase() == Job.Phase.PREPARING || job.phase() == Job.Phase.COPYING;
        // What is not written yet is read when its turn comes, without the keys.
        var written = filling
                ? erased.stream()
                        .filter(stream -> reached != null && stream.compareTo(reached) <= 0)
                        .toList()
                : erased;
        for (var generation : generations.recovered(id).entrySet()) {
            RecoveredStreams.refold(
                    connection,
                    Objects.requireNonNull(folds.get(generation.getKey())).apply(generation.getValue()),
                    log,
                    row.position(),
                    written);
        }
        forgotten(id, head);
        LOG.info("Recovery {} has forgotten {} streams", row.name(), written.size());
    }

    private void forgotten(UUID id, long upTo) {
        jdbc.sql("UPDATE readmodel.recovery SET forgotten = greatest(forgotten, ?) WHERE id = ?")
                .params(upTo, id)
                .update();
    }
}
