package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.ops.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DumpAndRestoreTest {

    @Test
    void inAFreshClusterTheOrderIsUnchangedAndEverythingGoesOn() throws Exception {
        DataSource source = TestDatabase.fresh();
        // Transaction ids of the old cluster lie far ahead of the new one's.
        TestDatabase.execute(
                source, "DO $$ BEGIN FOR i IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$");
        var writer = TestLogs.Sequenced.of(TestLogs.Sequenced.builder(source), source);
        for (int i = 0; i < 300; i++) {
            writer.appendEvents(
                    PostgresEventLogTest.event("stream-" + i % 9, i / 9 * 2L),
                    PostgresEventLogTest.event("stream-" + i % 9, i / 9 * 2L + 1));
        }
        try (Connection connection = source.getConnection()) {
            Sequencing leader = Sequencing.begin(connection);
            leader.save();
            assertThat(leader.settled()).isEqualTo(300);
            AppendStatement.execute(
                    connection, List.of(PostgresEventLogTest.event("not placed", 0)), TestLogs.serializer());
        }
        List<StoredEvent> before = writer.after(0, 1_000);
        assertThat(before).hasSize(600);

        try (EmbeddedPostgres cluster = EmbeddedPostgres.start(EmbeddedPostgres.Options.temporary())) {
            cluster.createDatabase("restored");
            DataSource target = cluster.dataSource("restored");
            TestDatabase.migrate(target);
            TestDatabase.execute(target, "TRUNCATE log.sequencer");
            for (String table : List.of("log.event", "log.placement", "log.sequencer")) {
                copy(source, target, table);
            }
            TestDatabase.execute(target, "SELECT setval('log.append_number', " + lastNumber(source) + ")");

            try (HikariDataSource pool = TestDatabase.pool(target, 4);
                    PostgresEventLog log = TestLogs.log(target, pool);
                    var stream = log.tail().openStream(null)) {
                log.start();
                log.engine().appendEvents(PostgresEventLogTest.event("stream-0", 68));
                for (int position = 1; position <= 602; position++) {
                    stream.nextAvailable();
                }
                assertThat(log.engine().after(0, 600))
                        .usingRecursiveFieldByFieldElementComparator(
                                RecursiveComparisonConfiguration.builder().build())
                        .isEqualTo(before);
                assertThat(log.engine().after(600, 10))
                        .extracting(StoredEvent::stream)
                        .containsExactly("not placed", "stream-0");
                assertThat(log.engine().head()).isEqualTo(602);
            }
        }
    }

    private static void copy(DataSource source, DataSource target, String table) throws SQLException, IOException {
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        try (Connection from = source.getConnection();
                Connection to = target.getConnection()) {
            from.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + table + " TO STDOUT", rows);
            to.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + table + " FROM STDIN", new ByteArrayInputStream(rows.toByteArray()));
        }
    }

    private static long lastNumber(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT last_value FROM log.append_number")) {
            row.next();
            return row.getLong(1);
        }
    }
}
