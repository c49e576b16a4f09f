package dev.hindsight.projections.rebuild;

import static java.util.stream.Collectors.joining;

import dev.hindsight.projections.live.CopyBatch;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.live.StreamTable;
import dev.hindsight.projections.rebuild.Report.Difference;
import dev.hindsight.projections.rebuild.TableShape.Column;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * One table of a generation on its way through a comparison with the rows that the log makes: reads rows as bytes, joins
 * them by primary key, counts and sums up. Rows are summed up by the server's hash, so that the sum is the one that a
 * rebuild tells. For one thread.
 */
final class ComparedTable {

    private static final int HEADER = 19;
    private static final byte[] BEGIN = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final byte[] END = {(byte) 0xff, (byte) 0xff};

    private final StreamTable table;
    private final String physical;
    private final TableShape shape;
    private final Connection connection;
    private Layout layout;
    private long rows;
    private BigInteger sum = BigInteger.ZERO;
    private long liveRows;
    private BigInteger liveSum = BigInteger.ZERO;
    private long differing;

    /**
     * Which values are where.
     *
     * @param compared by column, its type; null where it is not compared
     * @param whole whether all are
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Layout(
            List<String> columns,
            List<@Nullable String> compared,
            boolean whole,
            int[] key,
            int stream,
            int position) {}

    /**
     * @param physical its name, without its schema
     * @param shape what is compared of it
     * @param connection not in auto-commit
     */
    ComparedTable(StreamTable table, String physical, TableShape shape, Connection connection) {
        this.table = table;
        this.physical = physical;
        this.shape = shape;
        this.connection = connection;
        this.layout = layout(shape.columns().stream().map(Column::name).toList());
    }

    String name() {
        return table.name();
    }

    private Layout layout(List<String> columns) {
        var types = new HashMap<String, String>();
        shape.columns().forEach(column -> types.put(column.name(), column.type()));
        var compared = new ArrayList<@Nullable String>();
        columns.forEach(column -> compared.add(types.get(column)));
        return new Layout(
                columns,
                compared,
                !compared.contains(null),
                shape.key().stream()
                        .mapToInt(column -> columns.indexOf(column.name()))
                        .toArray(),
                columns.indexOf(table.key()),
                columns.indexOf(table.position()));
    }

    /**
     * SQL: that a row belongs to a stream behind one up to another, in the order of bytes; null where none can.
     *
     * @param after null for no bound
     * @param last null for no bound
     */
    @Nullable
    String within(@Nullable String after, @Nullable String last) {
        var key = shape.column(table.key());
        var ordered = key.quoted() + (key.type().equals("text") ? " COLLATE \"C\"" : "");
        var conditions = new ArrayList<String>();
        if (after != null && after.startsWith(table.prefix())) {
            conditions.add(ordered + " > " + literal(after, key));
        } else if (after != null && after.compareTo(table.prefix()) > 0) {
            return null;
        }
        if (last != null && last.startsWith(table.prefix())) {
            conditions.add(ordered + " <= " + literal(last, key));
        } else if (last != null && last.compareTo(table.prefix()) < 0) {
            return null;
        }
        return conditions.isEmpty() ? "true" : String.join(" AND ", conditions);
    }

    /** SQL: that a row belongs to one of these; null where none can. */
    @Nullable
    String of(Collection<String> streams) {
        var key = shape.column(table.key());
        var its = streams.stream()
                .filter(stream -> stream.startsWith(table.prefix()))
                .map(stream -> literal(stream, key))
                .collect(joining(", "));
        return its.isEmpty() ? null : key.quoted() + " IN (" + its + ")";
    }

    /** COPY takes no parameters. */
    private String literal(String stream, Column key) {
        return "'" + stream.substring(table.prefix().length()).replace("'", "''") + "'::" + key.type();
    }

    String stream(RowPair pair) {
        return table.stream(
                pair.either().text(layout.stream(), shape.column(table.key()).type()));
    }

    /** Adds the streams of whole rows that live processing has moved on since the position. */
    void movedOn(List<RowPair> pairs, long position, Set<String> streams) {
        if (table.name().equals(table.head())) {
            for (var pair : pairs) {
                if (pair.live() != null && pair.live().number(layout.position()) > position) {
                    streams.add(stream(pair));
                }
            }
        }
    }

    /**
     * The rows that answer beside those that the log makes.
     *
     * @param fresh null for none
     * @param where SQL, which rows that answer; null for none
     */
    List<RowPair> pairs(CopyBatch.@Nullable Rows fresh, @Nullable String where) throws SQLException {
        if (fresh != null && !fresh.columns().equals(layout.columns())) {
            layout = layout(fresh.columns());
        }
        var columns = layout.columns().size();
        var live = where == null ? new HashMap<RowBytes.Key, RowBytes>() : read(where);
        var pairs = new ArrayList<RowPair>();
        if (fresh != null) {
            for (var row : RowBytes.all(fresh.bytes(), columns)) {
                var its = live.remove(row.key(layout.key()));
                pairs.add(
                        its == null
                                ? new RowPair(null, 0, row, List.of(), row)
                                : new RowPair(its, its.behind(), row, differing(its, row), row));
            }
        }
        live.values().forEach(row -> pairs.add(new RowPair(row, row.behind(), null, List.of(), row)));
        return pairs;
    }

    private List<String> differing(RowBytes live, RowBytes fresh) {
        if (layout.whole() && live.same(fresh)) {
            return List.of();
        }
        var differing = new ArrayList<String>();
        for (var i = 0; i < layout.columns().size(); i++) {
            var type = layout.compared().get(i);
            if (type != null && !live.same(fresh, i, type)) {
                differing.add(layout.columns().get(i));
            }
        }
        differing.sort(null);
        return differing;
    }

    /** By primary key. Behind its columns each row has its hash. */
    private Map<RowBytes.Key, RowBytes> read(String where) throws SQLException {
        var rows = new HashMap<RowBytes.Key, RowBytes>();
        var columns = layout.columns().stream().map(name -> '"' + name + '"').collect(joining(", "));
        var copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (SELECT " + columns + ", " + shape.hash() + " FROM readmodel." + physical + " t WHERE "
                        + where + ") TO STDOUT (FORMAT BINARY)");
        try {
            var from = HEADER; // comes with the first row
            for (var message = copy.readFromCopy(); message != null; message = copy.readFromCopy()) {
                if (message.length > from && ByteBuffer.wrap(message).getShort(from) >= 0) {
                    var row = new RowBytes(message, from, layout.columns().size());
                    rows.put(row.key(layout.key()), row);
                }
                from = 0;
            }
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
        return rows;
    }

    /**
     * Counts these pairs, those of some streams left out, and tells what differs.
     *
     * @param samples gets more, up to so many
     */
    void count(List<RowPair> pairs, Set<String> leftOut, List<Difference> samples, int most) throws SQLException {
        var others = new ArrayList<RowBytes>();
        for (var pair : pairs) {
            if (!leftOut.isEmpty() && leftOut.contains(stream(pair))) {
                continue;
            }
            if (pair.live() != null) {
                liveRows++;
                liveSum = liveSum.add(BigInteger.valueOf(pair.hash()));
            }
            if (pair.equal()) {
                rows++;
                sum = sum.add(BigInteger.valueOf(pair.hash()));
                continue;
            }
            differing++;
            if (pair.fresh() != null) {
                rows++;
                others.add(pair.fresh());
            }
            if (samples.size() < most) {
                samples.add(new Difference(table.name(), stream(pair), pair.kind(), pair.differing()));
            }
        }
        if (!others.isEmpty()) {
            sum = sum.add(hashed(others));
        }
    }

    /** By the server, in a table that nobody ever sees: the transaction is rolled back. */
    private BigInteger hashed(List<RowBytes> others) throws SQLException {
        var name = "readmodel.verified_" + physical;
        var jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        jdbc.sql("CREATE UNLOGGED TABLE " + name + " (LIKE readmodel." + table.name() + ")")
                .update();
        // A row that the server does not take is one whose stream should be parked: it differs, and has no hash.
        var _ = Faults.ofDataIn(connection, () -> {
            var columns = layout.columns().stream().map(one -> '"' + one + '"').collect(joining(", "));
            var copy = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + name + " (" + columns + ") FROM STDIN (FORMAT BINARY)");
            try {
                copy.writeToCopy(BEGIN, 0, BEGIN.length);
                for (var row : others) {
                    var bytes = row.row();
                    copy.writeToCopy(bytes, 0, bytes.length);
                }
                copy.writeToCopy(END, 0, END.length);
                copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
            return true;
        });
        return jdbc.sql("SELECT coalesce(sum(" + shape.hash() + "), 0) FROM " + name)
                .query(BigInteger.class)
                .single();
    }

    Report.Table report() {
        return new Report.Table(table.name(), rows, sum.toString(), liveRows, liveSum.toString(), differing);
    }
}
