package dev.hindsight.projections.tickets;

import dev.hindsight.domain.configuration.FieldValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What differs between two states of a ticket, field by field, as the API names them. */
final class TicketChanges {

    /**
     * @param read what the row holds
     * @param show makes of it what the timeline shows: String, Integer, Boolean or a list of String
     */
    private record Field(
            String name, boolean internal, Function<TicketRow, @Nullable Object> read, Function<Object, Object> show) {

        @Nullable
        Object shown(@Nullable Object value) {
            return value == null ? null : show.apply(value);
        }
    }

    private static final List<Field> FIELDS = List.of(
            shown("subject", TicketRow::subject),
            shown("type", TicketRow::type),
            shown("status", TicketRow::status),
            internal("holdReason", TicketRow::holdReason),
            internal("holdReasonText", TicketRow::holdReasonText),
            shown("resolutionCode", TicketRow::resolutionCode),
            shown("resolutionText", TicketRow::resolutionText),
            shown("impact", TicketRow::impact),
            shown("urgency", TicketRow::urgency),
            shown("priority", TicketRow::priority, priority -> "P" + priority),
            shown("priorityOverridden", TicketRow::priorityOverridden),
            shown("majorIncident", TicketRow::majorIncident),
            shown("spam", TicketRow::spam),
            shown("category", TicketRow::category),
            shown("queue", TicketRow::queue),
            shown("assignee", TicketRow::assignee, Object::toString),
            shown("requester", TicketRow::requester, Object::toString),
            shown("organization", TicketRow::organization, Object::toString),
            shown("tags", TicketRow::tags),
            new Field(
                    "watchers",
                    true,
                    TicketRow::watchers,
                    watchers ->
                            ((List<?>) watchers).stream().map(String::valueOf).toList()));

    private TicketChanges() {}

    /** @return a new list, in the order in which fields are shown */
    static List<FieldChange> between(@Nullable TicketRow before, TicketRow after) {
        var changes = new ArrayList<FieldChange>();
        for (var field : FIELDS) {
            var was = before == null ? null : field.read.apply(before);
            var is = field.read.apply(after);
            if (!Objects.equals(was, is) && !(before == null && isNothing(is))) {
                changes.add(new FieldChange(field.name, field.shown(was), field.shown(is), field.internal));
            }
        }
        customFields(before == null ? Map.of() : before.customFields(), after.customFields(), changes);
        return changes;
    }

    /** A ticket that begins without a mark or tag did not change in that. */
    private static boolean isNothing(@Nullable Object value) {
        return Boolean.FALSE.equals(value) || List.of().equals(value);
    }

    private static void customFields(
            Map<String, FieldValue> before, Map<String, FieldValue> after, List<FieldChange> changes) {
        if (before.equals(after)) {
            return;
        }
        var keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (var key : keys) {
            var was = before.get(key);
            var is = after.get(key);
            if (!Objects.equals(was, is)) {
                changes.add(new FieldChange("customFields." + key, plain(was), plain(is), false));
            }
        }
    }

    private static @Nullable Object plain(@Nullable FieldValue value) {
        if (value == null) {
            return null;
        }
        return value.text() != null ? value.text() : value.value();
    }

    private static Field shown(String name, Function<TicketRow, @Nullable Object> read) {
        return shown(name, read, value -> value);
    }

    private static Field shown(String name, Function<TicketRow, @Nullable Object> read, Function<Object, Object> show) {
        return new Field(name, false, read, show);
    }

    private static Field internal(String name, Function<TicketRow, @Nullable Object> read) {
        return new Field(name, true, read, value -> value);
    }
}
