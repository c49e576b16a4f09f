package dev.hindsight.projections.live;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes many rows with one statement of fixed text, one array parameter per column, so that the server plans it once
 * whatever the number of rows. Immutable.
 *
 * @param <T> what a row is made from
 */
public final class SetInsert<T> {

    /** @param transport the array's element type; differs from {@code type} where arrays of it can't be sent */
    private record Column<T>(
            String name, String type, String transport, BinaryRows.Form form, Function<T, @Nullable Object> value) {

        /** As an element of an array of {@code transport}. */
        private @Nullable Object sent(T row) {
            var its = value.apply(row);
            return switch (form) {
                case TSVECTOR -> its == null ? null : String.join(" ", texts(its));
                case TEXTS, UUIDS, BIGINTS -> its == null ? null : textArray(texts(its));
                default -> its;
            };
        }

        private static List<String> texts(Object collection) {
            return ((Collection<?>) collection).stream().map(String::valueOf).toList();
        }
    }

    private final List<Column<T>> columns;
    private final String sql;

    private SetInsert(List<Column<T>> columns, String sql) {
        this.columns = columns;
        this.sql = sql;
    }

    /** Columns in the order in which they are added. */
    public static final class Columns<T> {

        private final List<Column<T>> columns = new ArrayList<>();

        /**
         * @param type PostgreSQL's: uuid, text, a number, boolean, timestamptz, jsonb, tsvector, or an array of uuid, text
         *     or bigint
         * @param value null, or the Java value of that type: UUID, Number, Boolean, Instant; JSON as text for
         *     jsonb; a collection of words of letters and digits for tsvector, of the elements for an array; for text
         *     whatever has a {@code toString}
         */
        public Columns<T> add(String name, String type, Function<T, @Nullable Object> value) {
            var asText = type.equals("jsonb") || type.equals("tsvector") || type.endsWith("[]");
            columns.add(new Column<>(name, type, asText ? "text" : type, BinaryRows.Form.of(type), value));
            return this;
        }

        /** The same columns, their values read from a part of what a row is made from. */
        public <S> Columns<S> of(Function<S, T> part) {
            var same = new Columns<S>();
            for (var column : columns) {
                same.columns.add(new Column<>(
                        column.name,
                        column.type,
                        column.transport,
                        column.form,
                        whole -> column.value.apply(part.apply(whole))));
            }
            return same;
        }

        /** The same columns but for one. */
        public Columns<T> without(String name) {
            var others = new Columns<T>();
            columns.stream().filter(column -> !column.name.equals(name)).forEach(others.columns::add);
            return others;
        }

        public List<String> names() {
            return columns.stream().map(Column::name).toList();
        }

        /** @param onConflict such as {@code ON CONFLICT DO NOTHING} */
        public SetInsert<T> into(String table, String onConflict) {
            var numbered = IntStream.range(0, columns.size()).boxed().toList();
            var sql = "INSERT INTO " + table + " (" + String.join(", ", names()) + ") SELECT "
                    + numbered.stream().map(this::selected).collect(Collectors.joining(", "))
                    + " FROM unnest("
                    + columns.stream().map(c -> "?::" + c.transport + "[]").collect(Collectors.joining(", "))
                    + ") AS u("
                    + numbered.stream().map(i -> "c" + i).collect(Collectors.joining(", "))
                    + ") " + onConflict;
            return new SetInsert<>(List.copyOf(columns), sql);
        }

        /** Appends rows, their values read as by {@link SetInsert#write}. */
        void copyTo(BinaryRows to, Collection<? extends T> rows) {
            for (var row : rows) {
                to.row(columns.size());
                for (var column : columns) {
                    to.value(column.form, column.value.apply(row));
                }
            }
        }

        private String selected(int i) {
            var column = columns.get(i);
            return column.type.equals(column.transport) ? "c" + i : "c" + i + "::" + column.type;
        }
    }

    /** Does nothing for no rows. */
    public void write(Connection connection, Collection<? extends T> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (var insert = connection.prepareStatement(sql)) {
            var parameter = 1;
            for (var column : columns) {
                var values = new Object[rows.size()];
                var i = 0;
                for (var row : rows) {
                    values[i++] = column.sent(row);
                }
                insert.setArray(parameter++, connection.createArrayOf(column.transport, values));
            }
            insert.executeUpdate();
        }
    }

    /** PostgreSQL's literal of a text array. */
    private static String textArray(List<String> texts) {
        return texts.stream()
                .map(text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(Collectors.joining(",", "{", "}"));
    }
}
