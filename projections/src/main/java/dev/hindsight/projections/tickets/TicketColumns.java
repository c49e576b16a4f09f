package dev.hindsight.projections.tickets;

import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.projections.live.SetInsert;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** How a ticket's row lies in columns, in whatever table. Stateless. */
public final class TicketColumns {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final TypeReference<TreeMap<String, Object>> FIELDS = new TypeReference<>() {};

    private TicketColumns() {}

    /** All of them, in the order of the record. */
    public static SetInsert.Columns<TicketRow> of() {
        return new SetInsert.Columns<TicketRow>()
                .add("id", "uuid", TicketRow::id)
                .add("number", "bigint", TicketRow::number)
                .add("version", "bigint", TicketRow::version)
                .add("last_position", "bigint", TicketRow::lastPosition)
                .add("created_at", "timestamptz", TicketRow::createdAt)
                .add("updated_at", "timestamptz", TicketRow::updatedAt)
                .add("first_responded_at", "timestamptz", TicketRow::firstRespondedAt)
                .add("resolved_at", "timestamptz", TicketRow::resolvedAt)
                .add("closed_at", "timestamptz", TicketRow::closedAt)
                .add("reopen_until", "timestamptz", TicketRow::reopenUntil)
                .add("requester", "uuid", TicketRow::requester)
                .add("organization", "uuid", TicketRow::organization)
                .add("assignee", "uuid", TicketRow::assignee)
                .add("follow_up_of", "uuid", TicketRow::followUpOf)
                .add("description_id", "uuid", TicketRow::descriptionId)
                .add("impact", "smallint", TicketRow::impact)
                .add("urgency", "smallint", TicketRow::urgency)
                .add("priority", "smallint", TicketRow::priority)
                .add("reopen_count", "integer", TicketRow::reopenCount)
                .add("reassignment_count", "integer", TicketRow::reassignmentCount)
                .add("irregular_moves", "integer", TicketRow::irregularMoves)
                .add("priority_overridden", "boolean", TicketRow::priorityOverridden)
                .add("major_incident", "boolean", TicketRow::majorIncident)
                .add("spam", "boolean", TicketRow::spam)
                .add("subject_derived", "boolean", TicketRow::subjectDerived)
                .add("type", "text", TicketRow::type)
                .add("status", "text", TicketRow::status)
                .add("hold_reason", "text", TicketRow::holdReason)
                .add("hold_reason_text", "text", TicketRow::holdReasonText)
                .add("resolution_code", "text", TicketRow::resolutionCode)
                .add("resolution_text", "text", TicketRow::resolutionText)
                .add("category", "text", TicketRow::category)
                .add("queue", "text", TicketRow::queue)
                .add("channel", "text", TicketRow::channel)
                .add("matrix", "text", TicketRow::matrix)
                .add("import_source", "text", TicketRow::importSource)
                .add("import_case", "text", TicketRow::importCase)
                .add("tags", "text[]", TicketRow::tags)
                .add("custom_fields", "jsonb", TicketColumns::customFields)
                .add("subject", "text", TicketRow::subject)
                .add("description", "text", TicketRow::description)
                .add("watchers", "uuid[]", TicketRow::watchers);
    }

    /** The row at hand of a query that selects exactly these columns, in their order. */
    public static TicketRow read(ResultSet row) throws SQLException {
        return new TicketRow(
                row.getObject(1, UUID.class),
                row.getLong(2),
                row.getLong(3),
                row.getLong(4),
                instant(row, 5),
                instant(row, 6),
                maybeInstant(row, 7),
                maybeInstant(row, 8),
                maybeInstant(row, 9),
                maybeInstant(row, 10),
                row.getObject(11, UUID.class),
                row.getObject(12, UUID.class),
                row.getObject(13, UUID.class),
                row.getObject(14, UUID.class),
                row.getObject(15, UUID.class),
                integer(row, 16),
                integer(row, 17),
                integer(row, 18),
                row.getInt(19),
                row.getInt(20),
                row.getInt(21),
                row.getBoolean(22),
                row.getBoolean(23),
                row.getBoolean(24),
                row.getBoolean(25),
                row.getString(26),
                row.getString(27),
                row.getString(28),
                row.getString(29),
                row.getString(30),
                row.getString(31),
                row.getString(32),
                row.getString(33),
                row.getString(34),
                row.getString(35),
                row.getString(36),
                row.getString(37),
                List.of((String[]) row.getArray(38).getArray()),
                customFields(row.getString(39)),
                row.getString(40),
                row.getString(41),
                List.of((UUID[]) row.getArray(42).getArray()));
    }

    static String customFields(TicketRow row) {
        if (row.customFields().isEmpty()) {
            return "{}";
        }
        var json = new TreeMap<String, @Nullable Object>();
        row.customFields().forEach((key, field) -> json.put(key, field.text() != null ? field.text() : field.value()));
        return JSON.writeValueAsString(json);
    }

    private static Map<String, FieldValue> customFields(String json) {
        if (json.equals("{}")) {
            return Map.of();
        }
        var fields = new TreeMap<String, FieldValue>();
        JSON.readValue(json, FIELDS)
                .forEach((key, value) -> fields.put(
                        key,
                        value instanceof List<?> choices
                                ? new FieldValue(
                                        choices.stream().map(String::valueOf).toList(), null)
                                : FieldValue.ofText(value.toString())));
        return fields;
    }

    private static @Nullable Integer integer(ResultSet row, int column) throws SQLException {
        var value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return Objects.requireNonNull(maybeInstant(row, column));
    }

    private static @Nullable Instant maybeInstant(ResultSet row, int column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
