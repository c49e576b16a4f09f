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
    private record Column<T>(String name, String type, String transport, Function<T, @Nullable Object> value) {}

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
         * @param type PostgreSQL's; values of jsonb, tsvector, arrays and timestamptz may be given as their text
         * @param value null, or something whose {@code toString} PostgreSQL reads as the type
         */
        public Columns<T> add(String name, String type, Function<T, @Nullable Object> value) {
            var asText = type.equals("jsonb") || type.equals("tsvector") || type.endsWith("[]");
            columns.add(new Column<>(name, type, asText ? "text" : type, value));
            return this;
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

        /**
         * Appends rows in the text format of {@code COPY … FROM STDIN}, one line each.
         *
         * @param rows their values, read as by {@link SetInsert#write}
         */
        void copyTo(StringBuilder lines, Collection<? extends T> rows) {
            for (var row : rows) {
                for (var i = 0; i < columns.size(); i++) {
                    if (i > 0) {
                        lines.append('\t');
                    }
                    var value = columns.get(i).value.apply(row);
                    if (value == null) {
                        lines.append("\\N");
                    } else {
                        escape(lines, value.toString());
                    }
                }
                lines.append('\n');
            }
        }

        private static void escape(StringBuilder lines, String text) {
            for (var i = 0; i < text.length(); i++) {
                var sign = text.charAt(i);
                switch (sign) {
                    case '\\' -> lines.append("\\\\");
                    case '\n' -> lines.append("\\n");
                    case '\r' -> lines.append("\\r");
                    case '\t' -> lines.append("\\t");
                    default -> lines.append(sign);
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
                    values[i++] = column.value.apply(row);
                }
                insert.setArray(parameter++, connection.createArrayOf(column.transport, values));
            }
            insert.executeUpdate();
        }
    }

    /** PostgreSQL's literal of a text array. */
    public static String textArray(List<String> texts) {
        return texts.stream()
                .map(text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(Collectors.joining(",", "{", "}"));
    }
}
