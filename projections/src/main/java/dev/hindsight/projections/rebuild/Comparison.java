package dev.hindsight.projections.rebuild;

import static dev.hindsight.projections.readmodel.ReadModel.physicalName;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.live.StreamTable;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.rebuild.Report.Difference;
import dev.hindsight.projections.rebuild.Report.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Holds two generations of a model against each other, table by table, in one snapshot. They follow the log each at its
 * own pace: streams that one has moved on since the other's position are left out, mostly none or a few, and so are those whose keys
 * ended since: one may have been made before that and the other after it.
 */
final class Comparison {

    /** More streams are not told one by one. */
    private static final int MOST_STREAMS = 2_000;

    private static final int SAMPLES = 20;

    private final StreamFold<?> fold;
    private final EventLog log;
    private final Connection connection;
    private final JdbcClient jdbc;
    private final Set<String> streams = new LinkedHashSet<>();
    private final List<Difference> samples = new ArrayList<>();

    /** @param connection not in auto-commit, outside a transaction */
    Comparison(StreamFold<?> fold, EventLog log, Connection connection) {
        this.fold = fold;
        this.log = log;
        this.connection = connection;
        this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
    }

    private record Digest(long rows, String sum) {}

    /**
     * @param live the generation that answers
     * @param fresh the one made anew
     * @param changed tables and columns ({@code table.column}) that its definition fills otherwise: not compared
     */
    Report compare(int live, int fresh, Set<String> changed) throws SQLException {
        try (var begin = connection.createStatement()) {
            begin.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        }
        try {
            var one = position(live);
            var other = position(fresh);
            var common = Math.min(one, other);
            var tables = new ArrayList<Table>();
            for (var table : fold.tables()) {
                if (changed.contains(table.name())) {
                    continue;
                }
                var shape = TableShape.of(jdbc, table.name())
                        .without(column -> changed.contains(table.name() + "." + column));
                tables.add(compared(
                        table, shape, live, fresh, common, still(table, live, fresh, common, Math.max(one, other))));
            }
            return new Report(
                    common,
                    tables.stream().mapToLong(Table::liveRows).sum(),
                    tables.stream().mapToLong(Table::differing).sum(),
                    tables,
                    List.copyOf(samples),
                    List.copyOf(changed),
                    0,
                    0);
        } finally {
            connection.rollback();
        }
    }

    private Table compared(StreamTable table, TableShape shape, int live, int fresh, long common, String still) {
        var ended = new TreeSet<String>();
        while (true) {
            var out = ended.stream()
                    .map(stream -> stream.substring(table.prefix().length()))
                    .toArray(String[]::new);
            var lives = digest(table, shape, live, still, out);
            var freshes = digest(table, shape, fresh, still, out);
            var found = lives.equals(freshes) ? List.<Found>of() : found(table, shape, live, fresh, still, out);
            if (!ended.addAll(
                    Folding.endedAfter(found.stream().map(Found::stream).collect(toSet()), log, common))) {
                tell(found, table, shape, live, fresh);
                return new Table(
                        table.name(),
                        freshes.rows(),
                        freshes.sum(),
                        lives.rows(),
                        lives.sum(),
                        found.isEmpty() ? 0 : found.getFirst().all());
            }
        }
    }

    /** The streams that differ, at most two thousand; after {@link #compare}. */
    Set<String> streams() {
        return Set.copyOf(streams);
    }

    private long position(int generation) {
        return jdbc.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ?")
                .params(fold.model().id(), generation)
                .query(Long.class)
                .single();
    }

    /** SQL: that the row's stream is in both where it was at the common position. */
    private static String still(StreamTable table, int live, int fresh, long common, long further) {
        if (common == further) {
            return "true";
        }
        var moved = " WHERE last_position > " + common + " AND last_position <= " + further;
        return "t.\"" + table.key() + "\" NOT IN (SELECT \"" + table.headKey() + "\" FROM readmodel."
                + physicalName(table.head(), live) + moved + " UNION ALL SELECT \"" + table.headKey()
                + "\" FROM readmodel." + physicalName(table.head(), fresh) + moved + ")";
    }

    /** @param out what stands in their key: streams that are left out */
    private Digest digest(StreamTable table, TableShape shape, int generation, String still, String[] out) {
        return jdbc.sql("SELECT count(*), coalesce(sum(" + shape.hash() + "), 0)::text FROM readmodel."
                        + physicalName(table.name(), generation) + " t WHERE " + still + without(table))
                .param(out)
                .query((row, number) -> new Digest(row.getLong(1), row.getString(2)))
                .single();
    }

    /**
     * A row that differs.
     *
     * @param all how many do
     */
    private record Found(String stream, String kind, List<String> key, long all) {}

    private static String without(StreamTable table) {
        return " AND t.\"" + table.key() + "\"::text <> ALL (?::text[])";
    }

    private List<Found> found(StreamTable table, TableShape shape, int live, int fresh, String still, String[] out) {
        var rows = "SELECT " + shape.keyColumns() + ", \"" + table.key() + "\"::text AS its_stream, " + shape.hash()
                + " AS its_hash FROM readmodel.%s t WHERE " + still + without(table);
        var keys = shape.key().stream()
                .map(column -> "coalesce(l." + column.quoted() + ", f." + column.quoted() + ")::text")
                .collect(joining(", "));
        return jdbc.sql("SELECT coalesce(l.its_stream, f.its_stream), CASE WHEN l.its_hash IS NULL THEN 'MISSING'"
                        + " WHEN f.its_hash IS NULL THEN 'SURPLUS' ELSE 'DIFFERENT' END, ARRAY[" + keys
                        + "], count(*) OVER () FROM ("
                        + rows.formatted(physicalName(table.name(), live)) + ") l FULL JOIN ("
                        + rows.formatted(physicalName(table.name(), fresh)) + ") f ON " + shape.sameKey("l", "f")
                        + " WHERE l.its_hash IS DISTINCT FROM f.its_hash LIMIT " + MOST_STREAMS)
                .params(out, out)
                .query((row, number) -> new Found(
                        table.stream(row.getString(1)),
                        row.getString(2),
                        List.of((String[]) row.getArray(3).getArray()),
                        row.getLong(4)))
                .list();
    }

    private void tell(List<Found> found, StreamTable table, TableShape shape, int live, int fresh) {
        for (var one : found) {
            if (streams.size() < MOST_STREAMS) {
                streams.add(one.stream());
            }
            if (samples.size() < SAMPLES) {
                samples.add(new Difference(
                        table.name(),
                        one.stream(),
                        one.kind(),
                        one.kind().equals("DIFFERENT") ? columns(table, shape, live, fresh, one.key()) : List.of()));
            }
        }
    }

    private List<String> columns(StreamTable table, TableShape shape, int live, int fresh, List<String> key) {
        var here = shape.key().stream()
                .map(column -> column.quoted() + " = ?::" + column.type())
                .collect(joining(" AND "));
        var row = "(SELECT to_jsonb(t) AS its FROM readmodel.%s t WHERE " + here + ")";
        var both = new ArrayList<String>(key);
        both.addAll(key);
        return jdbc
                .sql("SELECT name FROM " + row.formatted(physicalName(table.name(), live)) + " l, "
                        + row.formatted(physicalName(table.name(), fresh))
                        + " f, jsonb_object_keys(l.its) name WHERE l.its -> name IS DISTINCT FROM f.its -> name"
                        + " ORDER BY name")
                .params(both)
                .query(String.class)
                .stream()
                .filter(name -> shape.columns().stream()
                        .anyMatch(column -> column.name().equals(name)))
                .toList();
    }
}
