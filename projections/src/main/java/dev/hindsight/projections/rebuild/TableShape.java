package dev.hindsight.projections.rebuild;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.function.Predicate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the template of a table says of its columns.
 *
 * @param columns all, in the template's order
 * @param key those of the primary key, in its order
 */
record TableShape(List<Column> columns, List<Column> key) {

    /** @param type as SQL writes it */
    record Column(String name, String type) {

        String quoted() {
            return '"' + name + '"';
        }
    }

    static TableShape of(JdbcClient jdbc, String table) {
        var columns = jdbc.sql("""
                        SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
                        WHERE a.attrelid = to_regclass('readmodel.' || quote_ident(?))
                            AND a.attnum > 0 AND NOT a.attisdropped
                        ORDER BY a.attnum""").param(table).query(TableShape::column).list();
        var key = jdbc.sql("""
                        SELECT a.attname, format_type(a.atttypid, a.atttypmod)
                        FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k (number, place), pg_attribute a
                        WHERE i.indrelid = to_regclass('readmodel.' || quote_ident(?)) AND i.indisprimary
                            AND a.attrelid = i.indrelid AND a.attnum = k.number
                        ORDER BY k.place""").param(table).query(TableShape::column).list();
        return new TableShape(columns, key);
    }

    private static Column column(java.sql.ResultSet row, int number) throws java.sql.SQLException {
        return new Column(row.getString(1), row.getString(2));
    }

    /** Without these columns; those of the primary key stay. */
    TableShape without(Predicate<String> left) {
        return new TableShape(
                columns.stream()
                        .filter(column -> key.contains(column) || !left.test(column.name()))
                        .toList(),
                key);
    }

    Column column(String name) {
        return columns.stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no column " + name));
    }

    /** SQL: a number that is the same for equal rows and hardly ever for others. */
    String hash() {
        return columns.stream()
                .map(column -> column.type().equals("tsvector") ? column.quoted() + "::text" : column.quoted())
                .collect(joining(", ", "hash_record_extended(ROW(", "), 0)"));
    }

    /** SQL: the columns of the primary key. */
    String keyColumns() {
        return key.stream().map(Column::quoted).collect(joining(", "));
    }

    /** SQL: that two rows have the same primary key. */
    String sameKey(String one, String other) {
        return key.stream()
                .map(column -> one + "." + column.quoted() + " = " + other + "." + column.quoted())
                .collect(joining(" AND "));
    }
}
