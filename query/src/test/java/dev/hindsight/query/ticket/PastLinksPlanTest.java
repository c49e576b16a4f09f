package dev.hindsight.query.ticket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.query.ReadModelRows;
import java.sql.SQLException;
import java.util.UUID;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

/** Links that others held are found without reading their timelines. */
class PastLinksPlanTest {

    @Test
    void the_index_serves_the_query_word_for_word() throws SQLException {
        try (var rows = new ReadModelRows()) {
            rows.write(connection -> {
                var jooq = DSL.using(connection, SQLDialect.POSTGRES, rows.jooq.settings());
                jooq.execute("SET LOCAL enable_seqscan = off");
                assertThat(jooq.explain(PastLinks.told(jooq, UUID.randomUUID())).plan())
                        .contains("Index")
                        .contains("Index Cond: (COALESCE((jsonb_path_query_first");
            });
        }
    }
}
