package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Gives a filled generation the indexes that the templates have, one by one; begun again, it goes on where it was. */
final class Indexes {

    private static final Pattern DEFINITION = Pattern.compile("CREATE (UNIQUE )?INDEX (\\S+) ON \\S+ (.*)");

    private final ReadModel model;
    private final int generation;
    private final Connection connection;
    private final JdbcClient jdbc;

    /** @param connection not in auto-commit, outside a transaction */
    Indexes(ReadModel model, int generation, Connection connection) {
        this.model = model;
        this.generation = generation;
        this.connection = connection;
        this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
    }

    private record Index(String name, boolean primary, String definition) {}

    /** All of it, in order; each step commits. */
    List<Build.Step> steps() throws SQLException {
        var steps = new ArrayList<Build.Step>();
        for (var table : model.tables()) {
            var physical = ReadModel.physicalName(table, generation);
            for (var index : jdbc.sql("SELECT c.relname, i.indisprimary, pg_get_indexdef(i.indexrelid)"
                            + " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                            + " WHERE i.indrelid = to_regclass('readmodel.' || quote_ident(?))"
                            + " ORDER BY i.indisprimary DESC, c.relname")
                    .param(table)
                    .query((row, number) -> new Index(row.getString(1), row.getBoolean(2), row.getString(3)))
                    .list()) {
                steps.add(() -> create(physical, index));
            }
            steps.add(() -> vacuum(physical));
        }
        connection.rollback();
        return steps;
    }

    private void create(String physical, Index template) throws SQLException {
        var name = template.name() + "_g" + generation;
        var matched = DEFINITION.matcher(template.definition());
        if (!matched.matches()) {
            throw new IllegalStateException("an index is defined otherwise than expected: " + template.name());
        }
        var unique = matched.group(1) == null ? "" : "UNIQUE ";
        jdbc.sql("CREATE " + unique + "INDEX IF NOT EXISTS " + name + " ON readmodel." + physical + " "
                        + matched.group(3))
                .update();
        if (template.primary()) {
            var there = jdbc.sql("SELECT count(*) FROM pg_constraint WHERE contype = 'p'"
                            + " AND conrelid = to_regclass('readmodel.' || quote_ident(?))")
                    .param(physical)
                    .query(Integer.class)
                    .single();
            if (there == 0) {
                jdbc.sql("ALTER TABLE readmodel." + physical + " ADD CONSTRAINT " + name + " PRIMARY KEY USING INDEX "
                                + name)
                        .update();
            }
        }
        connection.commit();
    }

    /** Also says which pages need no look at the rows, so that lists are counted from indexes alone from the start. */
    private void vacuum(String physical) throws SQLException {
        connection.setAutoCommit(true);
        try {
            jdbc.sql("VACUUM (ANALYZE) readmodel." + physical).update();
        } finally {
            connection.setAutoCommit(false);
        }
    }
}
