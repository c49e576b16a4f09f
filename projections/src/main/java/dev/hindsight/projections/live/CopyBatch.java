package dev.hindsight.projections.live;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.postgresql.PGConnection;

/**
 * Rows on their way into tables by {@code COPY}, in memory until they are written. Filled by one thread, written by one;
 * need not be the same.
 */
public final class CopyBatch {

    private final Map<String, Part> parts = new LinkedHashMap<>();

    private record Part(String columns, StringBuilder lines) {}

    /** @param table template that the rows belong to */
    public <T> void add(String table, SetInsert.Columns<T> columns, Collection<? extends T> rows) {
        if (rows.isEmpty()) {
            return;
        }
        var part = parts.computeIfAbsent(
                table, name -> new Part(String.join(", ", columns.names()), new StringBuilder(1 << 14)));
        columns.copyTo(part.lines(), rows);
    }

    /** Characters that are held, roughly bytes. */
    public long size() {
        return parts.values().stream().mapToLong(part -> part.lines().length()).sum();
    }

    /**
     * Appends all rows, each table by one command.
     *
     * @param target names the table that takes the rows of a template, schema included
     * @throws SQLException also when the data of a row is refused
     */
    public void write(Connection connection, UnaryOperator<String> target) throws SQLException {
        var copies = connection.unwrap(PGConnection.class).getCopyAPI();
        for (var part : parts.entrySet()) {
            var bytes = part.getValue().lines().toString().getBytes(StandardCharsets.UTF_8);
            try {
                copies.copyIn(
                        "COPY " + target.apply(part.getKey()) + " ("
                                + part.getValue().columns() + ") FROM STDIN",
                        new ByteArrayInputStream(bytes));
            } catch (IOException e) {
                throw new SQLException("rows could not be sent", "08006", e);
            }
        }
    }
}
