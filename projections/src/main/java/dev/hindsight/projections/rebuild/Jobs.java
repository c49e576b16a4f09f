package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * What operators ask of rebuilds and verifications. Every order is a row that some node carries out, so each can be
 * given on any node. Safe for concurrent use.
 */
public final class Jobs {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String NOT_SWITCHED = "phase NOT IN ('RECORDING', 'SWITCHING_BACK', 'RECORDING_BACK', 'OVER')";
    private static final double ROOM = 1.3;
    private static final int MOST_LISTED = 200;

    private final JdbcClient jdbc;
    private final Generations generations;
    private final BulkLog log;
    private final FreeDisk disk;
    private final Runnable onOrder;
    private final Runnable look;

    /**
     * @param look has this node notice at once which generations there are
     * @param onOrder told when there may be something to do
     */
    Jobs(DataSource dataSource, Generations generations, BulkLog log, FreeDisk disk, Runnable onOrder, Runnable look) {
        this.jdbc = JdbcClient.create(dataSource);
        this.generations = generations;
        this.log = log;
        this.disk = disk;
        this.onOrder = onOrder;
        this.look = look;
    }

    /**
     * How it is to be done.
     *
     * @param maxRate events a second, from 1; null for as fast as can be
     * @param gentle rests four times as long as it works, so that others get on
     */
    public record Wish(@Nullable Integer maxRate, boolean gentle, SwitchMode switchMode) {

        public Wish {
            check(maxRate);
        }

        private static void check(@Nullable Integer maxRate) {
            if (maxRate != null && maxRate < 1) {
                throw new InvalidRequest("maxRate", "must be at least 1 event a second");
            }
        }
    }

    /**
     * Begins a job.
     *
     * @param id the new job's
     * @param name of the model
     * @throws NotFound where there is no such model
     * @throws Refusal {@code REBUILD_RUNNING}, {@code DISK_SHORT}
     */
    public Job start(UUID id, Kind kind, String name, Wish wish, Envelope.Actor by) {
        var model = model(name);
        refuseWithoutRoom(kind, List.of(model));
        return start(id, kind, model, wish, by, null);
    }

    /**
     * Begins rebuilds; the room for all of them must be there. To be called in a transaction: all or none begin.
     *
     * @param ids makes those of the jobs
     * @param onePass fills their generations from one reading of the log; those that are not made from the log, or where
     *     only one is, read as always
     * @return the jobs in the order of names
     * @throws NotFound where there is no such model
     * @throws Refusal as {@link #start}
     */
    public List<Job> startTogether(
            Supplier<UUID> ids, List<String> names, boolean onePass, Wish wish, Envelope.Actor by) {
        var models = names.stream().map(Jobs::model).toList();
        refuseWithoutRoom(Kind.REBUILD, models);
        var pass = onePass && models.stream().filter(ReadModel::isOfTheLog).count() > 1 ? ids.get() : null;
        return models.stream()
                .map(model -> start(ids.get(), Kind.REBUILD, model, wish, by, model.isOfTheLog() ? pass : null))
                .toList();
    }

    private Job start(UUID id, Kind kind, ReadModel model, Wish wish, Envelope.Actor by, @Nullable UUID pass) {
        insert(id, kind, model, wish, by, pass, null, null);
        onOrder.run();
        return read(id);
    }

    /**
     * The same for what is recovered; to be called in the transaction that stores that, and then {@link #wake}.
     *
     * @param models that are made; the job is one of the first
     */
    void startRecovery(
            UUID id, List<ReadModel> models, long upTo, Wish wish, @Nullable String reason, Envelope.Actor by) {
        refuseWithoutRoom(Kind.RECOVERY, models);
        insert(id, Kind.RECOVERY, models.getFirst(), wish, by, null, upTo, reason);
    }

    /** There may be something to do. */
    void wake() {
        onOrder.run();
    }

    private void insert(
            UUID id,
            Kind kind,
            ReadModel model,
            Wish wish,
            Envelope.Actor by,
            @Nullable UUID pass,
            @Nullable Long upTo,
            @Nullable String reason) {
        try {
            jdbc.sql("INSERT INTO readmodel.job (id, kind, model, definition_version, switch_mode, gentle, max_rate,"
                            + " actor, pass, up_to, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?)")
                    .params(Arrays.<@Nullable Object>asList(
                            id,
                            kind.name(),
                            model.id(),
                            model.definitionVersion(),
                            wish.switchMode().name(),
                            wish.gentle(),
                            wish.maxRate(),
                            JSON.writeValueAsString(by),
                            pass,
                            upTo,
                            reason))
                    .update();
        } catch (DuplicateKeyException e) {
            throw running(model.id());
        }
    }

    static Refusal running(String name) {
        return new Refusal(
                "REBUILD_RUNNING",
                "A rebuild, verification, repair or recovery of " + name
                        + " is not over yet: end or cancel it first (GET /ops/v1/jobs).");
    }

    /** @param wanted those that are not made from the log need none here */
    private void refuseWithoutRoom(Kind kind, List<ReadModel> wanted) {
        var models = wanted.stream().filter(ReadModel::isOfTheLog).toList();
        if (models.isEmpty()) {
            return;
        }
        var names = String.join(" and ", models.stream().map(ReadModel::id).toList());
        var sorting = log.sortBytes();
        var elsewhere = log.sortRoom();
        if (elsewhere.isPresent() && elsewhere.getAsLong() < sorting) {
            throw disk(
                    "Sorting the log for %s may take %,d MB of temporary files, and %,d MB are free.",
                    names, sorting, elsewhere.getAsLong());
        }
        var free = disk.bytes();
        if (free.isEmpty()) {
            return;
        }
        long size = 0;
        for (var model : kind == Kind.VERIFICATION ? List.<ReadModel>of() : models) {
            var generation = generations.answering(model).orElse(0);
            for (var table : model.tables()) {
                size += jdbc.sql(
                                "SELECT coalesce(pg_total_relation_size(to_regclass('readmodel.' || quote_ident(?))), 0)")
                        .param(ReadModel.physicalName(table, generation))
                        .query(Long.class)
                        .single();
            }
        }
        long needed = Math.round(size * ROOM) + (elsewhere.isPresent() ? 0 : sorting);
        if (free.getAsLong() < needed) {
            throw disk(
                    kind == Kind.VERIFICATION
                            ? "Sorting the log for %s may take %,d MB of disk, and %,d MB are free."
                            : "A second generation of %s may take %,d MB while it is made, and %,d MB are free.",
                    names,
                    needed,
                    free.getAsLong());
        }
    }

    private static Refusal disk(String text, String models, long needed, long free) {
        return new Refusal("DISK_SHORT", String.format(Locale.ROOT, text, models, needed >> 20, free >> 20));
    }

    static ReadModel model(String name) {
        return ReadModel.of(name).orElseThrow(() -> new NotFound("There is no read model of this name."));
    }

    /** All models, in the order in which they are rebuilt. */
    public List<String> rebuildable() {
        return Arrays.stream(ReadModel.values()).map(ReadModel::id).toList();
    }

    /** The newest first, at most 200. */
    public List<Job> list() {
        return jdbc
                .sql(JobRow.SELECT + " ORDER BY created_at DESC LIMIT " + MOST_LISTED)
                .query(JobRow::of)
                .list()
                .stream()
                .map(JobRow::job)
                .toList();
    }

    /** @throws NotFound where there is none */
    public Job read(UUID id) {
        return row(id).job();
    }

    private JobRow row(UUID id) {
        return jdbc.sql(JobRow.SELECT + " WHERE id = ?")
                .param(id)
                .query(JobRow::of)
                .optional()
                .orElseThrow(() -> new NotFound("There is no job of this id."));
    }

    /**
     * Changes the pace, from the next batch on.
     *
     * @param gentle null leaves it
     * @param setMaxRate whether the rate is given; null then lifts the limit
     */
    public Job pace(UUID id, @Nullable Boolean gentle, boolean setMaxRate, @Nullable Integer maxRate) {
        Wish.check(maxRate);
        change(
                id,
                "gentle = coalesce(?::boolean, gentle), max_rate = CASE WHEN ? THEN ?::integer ELSE max_rate END",
                "ended_at IS NULL",
                "the job is over",
                gentle,
                setMaxRate,
                maxRate);
        return read(id);
    }

    /** @throws Refusal {@code NOT_NOW} where it does not work */
    public Job pause(UUID id) {
        change(
                id,
                "state = 'PAUSED'",
                "state IN ('WAITING', 'RUNNING') AND " + NOT_SWITCHED,
                "only a job that works, and does not switch, can be paused");
        return read(id);
    }

    /** @throws Refusal {@code NOT_NOW} where it is not paused */
    public Job resume(UUID id) {
        change(id, "state = 'WAITING'", "state = 'PAUSED'", "only a paused job can be resumed");
        return read(id);
    }

    /**
     * Ends it and drops what it has made.
     *
     * @throws Refusal {@code NOT_NOW} where it is over or switches
     */
    public Job cancel(UUID id, Envelope.Actor by) {
        change(
                id,
                "state = 'CANCELLING', ordered_by = ?::jsonb",
                "state IN ('WAITING', 'RUNNING', 'PAUSED', 'READY', 'VERIFICATION_FAILED') AND " + NOT_SWITCHED,
                "the job is over or switches at this moment",
                JSON.writeValueAsString(by));
        return read(id);
    }

    /**
     * Lets the generation that was made answer.
     *
     * @param force in spite of differences; wants a reason
     * @throws Refusal {@code VERIFICATION_FAILED} where differences were found and it is not forced, {@code NOT_NOW}
     *     where it is not ready
     */
    public Job switchOver(UUID id, boolean force, @Nullable String reason, Envelope.Actor by) {
        if (force && (reason == null || reason.isBlank())) {
            throw new InvalidRequest("reason", "is required to force a switch: it is recorded");
        }
        var row = row(id);
        if (row.state() == Job.State.VERIFICATION_FAILED && !force) {
            throw new Refusal(
                    "VERIFICATION_FAILED",
                    "The rows differ from those that answer; see the job's report. Cancel it, or force the switch with"
                            + " a reason.");
        }
        change(
                id,
                "state = 'WAITING', phase = 'SWITCHING', force = ?, reason = ?, ordered_by = ?::jsonb",
                "state = 'READY' OR ? AND state = 'VERIFICATION_FAILED'",
                "the job is not ready to switch",
                force,
                reason,
                JSON.writeValueAsString(by),
                force);
        return read(id);
    }

    /**
     * Lets the generation answer again that did before the job's; both are kept level, so nothing goes back in time.
     *
     * @param now as it stands, however far it is behind; else it waits until it is level
     * @throws Refusal {@code GENERATION_GONE} where it was dropped, {@code NOT_NOW} where the job's does not answer,
     *     {@code REBUILD_RUNNING}
     */
    public Job switchBack(UUID id, boolean now, @Nullable String reason, Envelope.Actor by) {
        var row = row(id);
        var previous = row.previous();
        if (previous != null
                && generations
                        .definition(row.model(), previous)
                        .filter(version -> version != row.definitionVersion())
                        .isPresent()) {
            throw new Refusal(
                    "NOT_NOW",
                    "Generation " + previous + " was made by an older version of the software, whose nodes go on"
                            + " answering from it: start those again to go back.");
        }
        if (previous != null && !generations.followed(row.model()).contains(previous)) {
            throw new Refusal(
                    "GENERATION_GONE", "Generation " + previous + " was dropped; only a rebuild brings it back.");
        }
        try {
            change(
                    id,
                    "state = 'WAITING', phase = 'SWITCHING_BACK', ended_at = NULL, force = ?, reason = ?,"
                            + " ordered_by = ?::jsonb",
                    "state = 'DONE' AND kind = 'REBUILD' AND EXISTS (SELECT FROM readmodel.active_generation a"
                            + " WHERE a.model = job.model AND a.definition_version = job.definition_version"
                            + " AND a.generation = job.generation)",
                    "only a rebuild whose generation answers can be taken back",
                    now,
                    reason,
                    JSON.writeValueAsString(by));
        } catch (DuplicateKeyException e) {
            throw running(row.model().id());
        }
        return read(id);
    }

    /**
     * Drops a generation that is not needed any more.
     *
     * @throws NotFound where there is none
     * @throws Refusal {@code GENERATION_IN_USE} where it answers, did so until a moment ago, or belongs to a job
     */
    public void drop(String name, int generation) {
        var model = model(name);
        var there = jdbc.sql("SELECT count(*) FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(model.id(), generation)
                .query(Integer.class)
                .single();
        if (there == 0) {
            throw new NotFound("There is no such generation.");
        }
        if (generations.recoveryOf(model, generation) != null) {
            throw new Refusal(
                    "GENERATION_IN_USE",
                    "Generation " + generation
                            + " belongs to a recovery: drop that (DELETE /ops/v1/recoveries/{name}).");
        }
        var owned = jdbc.sql("SELECT count(*) FROM readmodel.job WHERE model = ? AND ended_at IS NULL"
                        + " AND (generation = ? OR previous = ?)")
                .params(model.id(), generation, generation)
                .query(Integer.class)
                .single();
        if (owned > 0 || !retire(model, generation)) {
            throw new Refusal(
                    "GENERATION_IN_USE",
                    "Generation " + generation
                            + " answers, or did so until a moment ago, or a node of an older version brings events into"
                            + " it, or it belongs to a job that is not over.");
        }
    }

    /** @see Generations#retire */
    boolean retire(ReadModel model, int generation) {
        return generations.retire(model, generation, look);
    }

    /** Only where the row is as the condition says; parameters of both in this order. */
    private void change(UUID id, String set, String where, String otherwise, @Nullable Object... parameters) {
        read(id);
        var all = new ArrayList<@Nullable Object>();
        var beforeWhere = (int) set.chars().filter(sign -> sign == '?').count();
        for (var i = 0; i < beforeWhere; i++) {
            all.add(parameters[i]);
        }
        all.add(id);
        for (var i = beforeWhere; i < parameters.length; i++) {
            all.add(parameters[i]);
        }
        var changed = jdbc.sql("UPDATE readmodel.job SET " + set + " WHERE id = ? AND (" + where + ")")
                .params(all)
                .update();
        if (changed == 0) {
            throw new Refusal("NOT_NOW", "Refused: " + otherwise + ".");
        }
        onOrder.run();
    }
}
