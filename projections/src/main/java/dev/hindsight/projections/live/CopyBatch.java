package dev.hindsight.projections.live;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.postgresql.PGConnection;
import org.postgresql.util.ByteStreamWriter;

/**
 * Rows on their way into tables by {@code COPY}, in memory until they are written. Filled by one thread, written by one;
 * need not be the same.
 */
public final class CopyBatch {

    private final Map<String, Part> parts = new LinkedHashMap<>();

    private record Part(String columns, BinaryRows rows) {}

    /** @param table template that the rows belong to */
    public <T> void add(String table, SetInsert.Columns<T> columns, Collection<? extends T> rows) {
        if (rows.isEmpty()) {
            return;
        }
        var part = parts.computeIfAbsent(table, name -> new Part(String.join(", ", columns.names()), new BinaryRows()));
        columns.copyTo(part.rows(), rows);
    }

    /**
     * The rows of one template.
     *
     * @param columns their names, in the order of the values
     * @param bytes row by row in the binary form of {@code COPY}, without what it wants before and after them
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared; not copied
    public record Rows(List<String> columns, byte[] bytes) {}

    /** All rows by template, to be held against what the server has; templates without rows are absent. */
    public Map<String, Rows> rows() {
        var rows = new LinkedHashMap<String, Rows>();
        parts.forEach((table, part) -> rows.put(
                table,
                new Rows(List.of(part.columns().split(", ", -1)), part.rows().rows())));
        return rows;
    }

    /**
     * Appends all rows, each table by one command. Once.
     *
     * @param target names the table that takes the rows of a template, schema included
     * @throws SQLException also when the data of a row is refused
     */
    public void write(Connection connection, UnaryOperator<String> target) throws SQLException {
        var copies = connection.unwrap(PGConnection.class).getCopyAPI();
        for (var part : parts.entrySet()) {
            var copy = copies.copyIn("COPY " + target.apply(part.getKey()) + " ("
                    + part.getValue().columns() + ") FROM STDIN (FORMAT BINARY)");
            try {
                for (var piece : part.getValue().rows().ended()) {
                    copy.writeToCopy(ByteStreamWriter.of(piece));
                }
                copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        }
    }
}
