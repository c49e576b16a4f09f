package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.operations.OperationsEvent.RecoveryDropped;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * A recovery as it is stored.
 *
 * @param moment that was asked for; null where a position was
 * @param began a position before it was read: what was erased up to there is not in it; null before that
 * @param forgotten the position up to which it has forgotten what was erased
 * @param dropping why it is being dropped; null where it is not
 * @param droppedBy null where nobody ordered that
 */
record RecoveryRow(
        UUID id,
        String name,
        long position,
        @Nullable Instant moment,
        @Nullable String reason,
        Envelope.Actor actor,
        Instant createdAt,
        @Nullable Instant keptUntil,
        @Nullable Long began,
        long forgotten,
        @Nullable Instant readyAt,
        @Nullable Long rows,
        @Nullable Cause dropping,
        Envelope.@Nullable Actor droppedBy,
        @Nullable Instant droppedAt) {

    /** What lists and single tickets need. */
    static final List<ReadModel> MODELS = List.of(ReadModel.TICKETS, ReadModel.DIRECTORY);

    static final String SELECT = "SELECT id, name, position, moment, reason, actor, created_at, kept_until, began,"
            + " forgotten, ready_at, rows, dropping, dropped_by, dropped_at FROM readmodel.recovery";

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Why it is dropped. */
    enum Cause {
        ORDERED,
        EXPIRED,
        /** Its job was. */
        CANCELLED,
        /** Its job did. */
        FAILED
    }

    static RecoveryRow of(ResultSet row, int number) throws SQLException {
        var dropping = row.getString("dropping");
        var droppedBy = row.getString("dropped_by");
        return new RecoveryRow(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getLong("position"),
                JobRow.instant(row, "moment"),
                row.getString("reason"),
                JSON.readValue(row.getString("actor"), Envelope.Actor.class),
                Objects.requireNonNull(JobRow.instant(row, "created_at"), "NOT NULL"),
                JobRow.instant(row, "kept_until"),
                row.getObject("began", Long.class),
                row.getLong("forgotten"),
                JobRow.instant(row, "ready_at"),
                row.getObject("rows", Long.class),
                dropping == null ? null : Cause.valueOf(dropping),
                droppedBy == null ? null : JSON.readValue(droppedBy, Envelope.Actor.class),
                JobRow.instant(row, "dropped_at"));
    }

    static RecoveryRow read(JdbcClient jdbc, UUID id) {
        return jdbc.sql(SELECT + " WHERE id = ?")
                .param(id)
                .query(RecoveryRow::of)
                .single();
    }

    /**
     * Drops its tables, puts that on record and says that it is gone; repeated it changes nothing.
     *
     * @param otherwise why, where it was not said yet
     * @param by who, where that is not stored
     */
    void drop(
            JdbcClient jdbc,
            Generations generations,
            OperationsRecord record,
            Instant now,
            Cause otherwise,
            Envelope.Actor by) {
        var cause = dropping == null ? otherwise : dropping;
        generations.recovered(id).forEach((model, generation) -> generations.drop(model, generation));
        if (began != null) { // else nothing was made of it, nor recorded
            record.append(
                    id,
                    "dropped",
                    droppedBy == null ? by : droppedBy,
                    new RecoveryDropped(id, now, name, position, cause.name()));
        }
        jdbc.sql("UPDATE readmodel.recovery SET dropping = ?, dropped_at = clock_timestamp()"
                        + " WHERE id = ? AND dropped_at IS NULL")
                .params(cause.name(), id)
                .update();
    }
}
