package dev.hindsight.projections.rebuild;

import static dev.hindsight.projections.readmodel.ReadModel.physicalName;
import static java.util.stream.Collectors.joining;

import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.live.StreamTable;
import dev.hindsight.projections.rebuild.Report.Difference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/** All rows of some streams in one generation, to be held against what they are later. Holds content: not to be told. */
final class StoredRows {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** @param key of the row in its table, as text */
    private record Place(String table, String stream, String key) {}

    private final Map<Place, String> rows;

    private StoredRows(Map<Place, String> rows) {
        this.rows = rows;
    }

    /** @param shapes of the model's tables by name */
    static StoredRows of(
            Connection connection, StreamFold<?> fold, Collection<String> streams, Function<String, TableShape> shapes)
            throws SQLException {
        var selects = new ArrayList<String>();
        var keys = new ArrayList<Object[]>();
        for (var table : fold.tables()) {
            var its = streams.stream()
                    .filter(stream -> stream.startsWith(table.prefix()))
                    .map(stream -> stream.substring(table.prefix().length()))
                    .toArray();
            if (its.length > 0) {
                selects.add(select(table, fold.generation(), shapes.apply(table.name())));
                keys.add(its);
            }
        }
        var rows = new LinkedHashMap<Place, String>();
        if (selects.isEmpty()) {
            return new StoredRows(rows);
        }
        try (var query = connection.prepareStatement(String.join(" UNION ALL ", selects))) {
            for (var i = 0; i < keys.size(); i++) {
                query.setArray(i + 1, connection.createArrayOf("text", keys.get(i)));
            }
            try (var row = query.executeQuery()) {
                while (row.next()) {
                    rows.put(new Place(row.getString(1), row.getString(2), row.getString(3)), row.getString(4));
                }
            }
        }
        return new StoredRows(rows);
    }

    private static String select(StreamTable table, int generation, TableShape shape) {
        var key = shape.column(table.key());
        var place =
                shape.key().stream().map(column -> column.quoted() + "::text").collect(joining(", "));
        return "SELECT '" + table.name() + "', '" + table.prefix() + "' || " + key.quoted() + "::text, ARRAY[" + place
                + "]::text, to_jsonb(t)::text FROM readmodel." + physicalName(table.name(), generation) + " t WHERE "
                + key.quoted() + " = ANY (?::" + key.type() + "[])";
    }

    /** How many rows there are in either. */
    long inEither(StoredRows later) {
        var all = new LinkedHashSet<>(rows.keySet());
        all.addAll(later.rows.keySet());
        return all.size();
    }

    /** What has become of these rows; tells names of columns, never what they hold. */
    List<Difference> differences(StoredRows later) {
        var differences = new ArrayList<Difference>();
        rows.forEach((place, before) -> {
            var after = later.rows.get(place);
            if (after == null) {
                differences.add(difference(place, "SURPLUS", List.of()));
            } else if (!after.equals(before)) {
                differences.add(difference(place, "DIFFERENT", columns(before, after)));
            }
        });
        later.rows.keySet().stream()
                .filter(place -> !rows.containsKey(place))
                .forEach(place -> differences.add(difference(place, "MISSING", List.of())));
        return differences;
    }

    private static Difference difference(Place place, String kind, List<String> columns) {
        return new Difference(place.table(), place.stream(), kind, columns);
    }

    private static List<String> columns(String before, String after) {
        var one = JSON.readTree(before);
        var other = JSON.readTree(after);
        return one.properties().stream()
                .filter(column -> !column.getValue().equals(other.path(column.getKey())))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
