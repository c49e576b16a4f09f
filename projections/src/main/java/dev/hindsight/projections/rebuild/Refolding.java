package dev.hindsight.projections.rebuild;

import static dev.hindsight.projections.readmodel.ReadModel.physicalName;

import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.ParkedStreams;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.EventLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Folds single streams as naively as can be, one event after the other as the log gives them for that stream, and holds
 * what comes out against a generation's rows.
 *
 * @param <R> the rows of one stream
 */
final class Refolding<R> {

    private static final int AT_ONCE = 200;

    private final StreamFold<R> fold;
    private final EventLog log;
    private final Connection connection;
    private final JdbcClient jdbc;

    /** @param connection not in auto-commit, outside a transaction */
    Refolding(StreamFold<R> fold, EventLog log, Connection connection) {
        this.fold = fold;
        this.log = log;
        this.connection = connection;
        this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
    }

    /** Some streams of the generation, by chance. */
    List<String> some(int count) throws SQLException {
        try {
            var streams = new ArrayList<String>();
            for (var table : fold.tables()) {
                if (table.name().equals(table.head())) {
                    streams.addAll(jdbc.sql("SELECT ? || \"" + table.headKey() + "\"::text FROM readmodel."
                                    + physicalName(table.head(), fold.generation()) + " ORDER BY random() LIMIT ?")
                            .params(table.prefix(), count)
                            .query(String.class)
                            .list());
                }
            }
            return streams;
        } finally {
            connection.rollback();
        }
    }

    /** Those of the streams whose rows are not what the log makes of them. */
    Set<String> wrong(List<String> streams) throws SQLException {
        var wrong = new HashSet<String>();
        for (var from = 0; from < streams.size(); from += AT_ONCE) {
            wrong.addAll(wrongOf(streams.subList(from, Math.min(streams.size(), from + AT_ONCE))));
        }
        return wrong;
    }

    private Set<String> wrongOf(List<String> streams) throws SQLException {
        try (var begin = connection.createStatement()) {
            begin.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        }
        try {
            var position = jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                    .params(fold.model().id(), fold.generation())
                    .query(Long.class)
                    .single();
            var skipped = new ParkedStreams(fold.model(), fold.generation())
                    .exceptions(connection, 1, position)
                    .skippedPositions();
            var parked = parked();
            var batch = new CopyBatch();
            var foldings = new LinkedHashMap<String, Folding<R>>();
            streams.forEach(stream -> foldings.put(stream, new Folding<>(fold, stream, skipped)));
            var erasedLater = Folding.all(foldings, log, position, parked);
            var folded = new ArrayList<R>();
            for (var folding : foldings.values()) {
                if (fold.version(folding.rows()) > 0) {
                    folded.add(folding.rows());
                }
            }
            fold.copy(folded, batch);
            for (var table : fold.tables()) {
                jdbc.sql("CREATE UNLOGGED TABLE " + refolded(table.name()) + " (LIKE readmodel." + table.name() + ")")
                        .update();
            }
            batch.write(connection, this::refolded);
            var wrong = new HashSet<String>();
            for (var table : fold.tables()) {
                var keys = streams.stream()
                        .filter(stream -> stream.startsWith(table.prefix()))
                        .map(stream -> stream.substring(table.prefix().length()))
                        .toArray(String[]::new);
                var shape = TableShape.of(jdbc, table.name());
                var key = shape.column(table.key());
                var rows = "SELECT " + shape.keyColumns() + ", " + key.quoted() + "::text AS its_stream, "
                        + shape.hash() + " AS its_hash FROM %s WHERE " + key.quoted() + " = ANY (?::" + key.type()
                        + "[])";
                wrong.addAll(jdbc.sql("SELECT DISTINCT ? || coalesce(l.its_stream, f.its_stream) FROM ("
                                + rows.formatted("readmodel." + physicalName(table.name(), fold.generation()))
                                + ") l FULL JOIN (" + rows.formatted(refolded(table.name())) + ") f ON "
                                + shape.sameKey("l", "f") + " WHERE l.its_hash IS DISTINCT FROM f.its_hash")
                        .params(table.prefix(), keys, keys)
                        .query(String.class)
                        .list());
            }
            wrong.removeAll(erasedLater);
            return wrong;
        } finally {
            connection.rollback();
        }
    }

    /** Never seen by others: the transaction is rolled back. The application may not make temporary tables. */
    private String refolded(String table) {
        return "readmodel.refolded_" + physicalName(table, fold.generation());
    }

    /** Where streams stand still; what is shown of them is as of before. */
    private Map<String, Long> parked() {
        var parked = new HashMap<String, Long>();
        jdbc.sql("SELECT stream, first_position FROM readmodel.parked WHERE model = ? AND generation = ?")
                .params(fold.model().id(), fold.generation())
                .query(row -> {
                    parked.put(row.getString(1), row.getLong(2));
                });
        return parked;
    }
}
