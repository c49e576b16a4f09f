package dev.hindsight.ops.acceptance;

import dev.hindsight.projections.readmodel.ReadModel;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;

/** Contents of tables as short texts, equal where all rows are. Names of tables are the tests' own. */
public final class TableDigests {

    private TableDigests() {}

    /** @param rows a table, or a query in parentheses */
    public static String of(JdbcTemplate jdbc, String rows) {
        return Objects.requireNonNull(jdbc.queryForObject(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM "
                        + rows + " t",
                String.class));
    }

    /** By table, those of one generation of a model. */
    public static Map<String, String> of(JdbcTemplate jdbc, ReadModel model, int generation) {
        return model.tables().stream()
                .collect(Collectors.toMap(
                        table -> table,
                        table -> of(jdbc, "readmodel." + ReadModel.physicalName(table, generation)),
                        (one, other) -> one,
                        TreeMap::new));
    }
}
