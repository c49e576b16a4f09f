package dev.hindsight.query.tickets;

import static dev.hindsight.projections.readmodel.jooq.Tables.CUSTOM_FIELD;

import dev.hindsight.domain.Personal;
import dev.hindsight.domain.configuration.FieldType;
import dev.hindsight.projections.readmodel.Snapshot;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Turns stored values of custom fields into what JSON has for their types. Safe for concurrent use. */
public final class CustomFields {

    private static final TypeReference<TreeMap<String, Object>> BY_KEY = new TypeReference<>() {};
    private static final JSONB NONE = JSONB.valueOf("{}");

    private final JsonMapper json;

    public CustomFields(JsonMapper json) {
        this.json = json;
    }

    /** A reader that knows the fields as configured in this snapshot; asks for them when the first value is read. */
    Reader reader(Snapshot snapshot) {
        return new Reader(snapshot);
    }

    final class Reader {
        private final Snapshot snapshot;
        private @Nullable Map<String, FieldType> types;

        private Reader(Snapshot snapshot) {
            this.snapshot = snapshot;
        }

        /** @param stored an object of texts and lists of texts, by key */
        Map<String, Object> read(JSONB stored) {
            if (stored.equals(NONE)) {
                return Map.of();
            }
            Map<String, Object> values = json.readValue(stored.data(), BY_KEY);
            Map<String, FieldType> configured = types();
            values.replaceAll((key, value) -> typed(configured.getOrDefault(key, FieldType.TEXT), value));
            return values;
        }

        private Map<String, FieldType> types() {
            Map<String, FieldType> known = types;
            if (known == null) {
                known = snapshot.jooq()
                        .select(CUSTOM_FIELD.KEY, CUSTOM_FIELD.TYPE)
                        .from(CUSTOM_FIELD)
                        .fetchMap(CUSTOM_FIELD.KEY, row -> FieldType.valueOf(row.get(CUSTOM_FIELD.TYPE)));
                types = known;
            }
            return known;
        }

        private static Object typed(FieldType type, Object stored) {
            Object value = stored instanceof List<?> list && list.size() == 1 && type != FieldType.MULTI_SELECT
                    ? list.getFirst()
                    : stored;
            return value instanceof String text && !text.equals(Personal.ERASED)
                    ? switch (type) {
                        case NUMBER -> new BigDecimal(text);
                        case BOOLEAN -> Boolean.valueOf(text);
                        case TEXT, DATE, SELECT, MULTI_SELECT -> text;
                    }
                    : value;
        }
    }
}
