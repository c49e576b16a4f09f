package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.Envelope;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.Phase;
import dev.hindsight.projections.rebuild.Job.State;
import dev.hindsight.projections.rebuild.Job.SwitchMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A job as it is stored.
 *
 * @param reached the last stream that is written
 * @param workedMillis in all, pauses left out
 * @param orderedBy who gave the last order, or asked for the job
 * @param scope of a repair, null for other kinds
 * @param repair what a repair has done so far
 * @param pass of the rebuilds that are filled from one reading of the log, null for none
 */
record JobRow(
        UUID id,
        Kind kind,
        ReadModel model,
        int definitionVersion,
        State state,
        Phase phase,
        @Nullable Integer generation,
        @Nullable Integer previous,
        SwitchMode switchMode,
        boolean gentle,
        @Nullable Integer maxRate,
        @Nullable Long upTo,
        @Nullable String reached,
        long done,
        long total,
        long workedMillis,
        long phaseMillis,
        @Nullable Double switchedMillis,
        @Nullable String reason,
        @Nullable Report report,
        @Nullable String error,
        Envelope.Actor orderedBy,
        Instant createdAt,
        @Nullable Instant endedAt,
        Forecast forecast,
        @Nullable Instant progressedAt,
        @Nullable RepairScope scope,
        boolean dryRun,
        @Nullable RepairReport repair,
        @Nullable UUID pass) {

    /** SQL: whose lock is to be held to work on the job: its own, or its pass's until it is filled. */
    static final String LOCK = "CASE WHEN pass IS NOT NULL AND phase IN ('PREPARING', 'COPYING') THEN pass ELSE id END";

    static final String SELECT = "SELECT id, kind, model, definition_version, state, phase, generation, previous,"
            + " switch_mode, gentle, max_rate, up_to, reached, done, total, worked_ms, phase_ms, switched_ms, reason,"
            + " report, error, coalesce(ordered_by, actor) AS ordered_by, created_at, ended_at, scope,"
            + " dry_run, repair, took, pass,"
            + " progressed_at, CASE WHEN ended_at IS NULL THEN (SELECT l.took FROM readmodel.job l WHERE l.model = job.model AND l.kind = job.kind"
            + " AND l.state = 'DONE' AND l.id <> job.id AND NOT l.gentle AND l.max_rate IS NULL"
            + " AND jsonb_exists(l.took, 'COPYING') ORDER BY l.ended_at DESC LIMIT 1) END AS last"
            + " FROM readmodel.job";

    private static final JsonMapper JSON = JsonMapper.shared();

    static JobRow of(ResultSet row, int number) throws SQLException {
        var report = row.getString("report");
        var switched = row.getBigDecimal("switched_ms");
        var scope = row.getString("scope");
        var repair = row.getString("repair");
        return new JobRow(
                row.getObject("id", UUID.class),
                Kind.valueOf(row.getString("kind")),
                ReadModel.of(row.getString("model")).orElseThrow(),
                row.getInt("definition_version"),
                State.valueOf(row.getString("state")),
                Phase.valueOf(row.getString("phase")),
                row.getObject("generation", Integer.class),
                row.getObject("previous", Integer.class),
                SwitchMode.valueOf(row.getString("switch_mode")),
                row.getBoolean("gentle"),
                row.getObject("max_rate", Integer.class),
                row.getObject("up_to", Long.class),
                row.getString("reached"),
                row.getLong("done"),
                row.getLong("total"),
                row.getLong("worked_ms"),
                row.getLong("phase_ms"),
                switched == null ? null : switched.doubleValue(),
                row.getString("reason"),
                report == null ? null : JSON.readValue(report, Report.class),
                row.getString("error"),
                JSON.readValue(row.getString("ordered_by"), Envelope.Actor.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "ended_at"),
                forecast(row),
                instant(row, "progressed_at"),
                scope == null ? null : JSON.readValue(scope, RepairScope.class),
                row.getBoolean("dry_run"),
                repair == null ? null : JSON.readValue(repair, RepairReport.class),
                row.getObject("pass", UUID.class));
    }

    private static Forecast forecast(ResultSet row) throws SQLException {
        var last = row.getString("last");
        var maxRate = row.getObject("max_rate", Integer.class);
        return new Forecast(
                Kind.valueOf(row.getString("kind")),
                Phase.valueOf(row.getString("phase")),
                row.getLong("done"),
                row.getLong("total"),
                row.getLong("phase_ms"),
                row.getBoolean("gentle") || maxRate != null,
                maxRate,
                Forecast.Took.of(row.getString("took")),
                last == null ? null : Forecast.Took.of(last));
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** Counted from when its figures were true, not from now: between two batches it stays what it is. */
    private @Nullable Instant eta() {
        var since = progressedAt;
        return state != State.RUNNING || since == null
                ? null
                : forecast.left()
                        .map(left -> since.plus(left).truncatedTo(ChronoUnit.MILLIS))
                        .orElse(null);
    }

    /** The generation that the job makes. */
    int made() {
        return Objects.requireNonNull(generation, "set by the first phase");
    }

    /** The generation that answered when the job began. */
    int answered() {
        return Objects.requireNonNull(previous, "set by the first phase");
    }

    long readUpTo() {
        return Objects.requireNonNull(upTo, "set by the first phase");
    }

    Job job() {
        var percent = endedAt != null && state == State.DONE ? 100 : forecast.percent();
        var rate = phaseMillis == 0 ? 0 : done * 1_000.0 / phaseMillis;
        return new Job(
                id,
                kind,
                model.id(),
                kind == Kind.REBUILD || kind == Kind.RECOVERY ? generation : null,
                previous,
                state,
                phase,
                Math.round(percent * 10) / 10.0,
                done,
                total,
                Math.round(rate * 10) / 10.0,
                eta(),
                upTo,
                switchMode,
                gentle,
                maxRate,
                switchedMillis,
                report,
                error,
                createdAt,
                endedAt,
                repair,
                pass);
    }
}
