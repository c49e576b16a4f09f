package dev.hindsight.query.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.Web;
import dev.hindsight.query.tickets.TicketSource;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Summaries of 200,000 tickets in 31 queues, 50,000 of them not final: which way the database takes, and how long. */
class QueueSummaryPlanTest {

    private static final UUID SOMEBODY = UUID.fromString("00000000-0000-7000-8000-000000000001");

    private static ReadModelRows rows;

    @BeforeAll
    static void twoHundredThousandTickets() {
        rows = new ReadModelRows();
        // Vacuum calls visible only what is flushed.
        rows.jooq.execute("""
                begin; set local synchronous_commit = on;
                insert into readmodel.ticket_g1 (id, number, version, last_position, created_at, updated_at, priority,
                    type, status, queue, channel)
                select ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, n, 5, n * 8, at, at, 1 + n % 5,
                    'INCIDENT', case when n % 4 > 0 then 'CLOSED'
                        else (array['NEW', 'OPEN', 'PENDING', 'ON_HOLD', 'RESOLVED'])[1 + n / 4 % 5] end,
                    case when n % 50 > 0 then 'queue-' || n % 31 end, 'API'
                from (select n, now() - n * interval '1 minute' as at from generate_series(1, 200000) n) numbered;
                commit
                """);
        rows.jooq.execute("vacuum analyze readmodel.ticket_g1");
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    @Test
    void all_queues_are_counted_from_an_index_alone() {
        assertThat(plan(new QueueSummaries.Of.Every()))
                .contains("Index Only Scan")
                .doesNotContain("Sort");
    }

    @Test
    void one_queue_reads_its_own_part_of_it() {
        assertThat(plan(new QueueSummaries.Of.One("queue-3"))).contains("Index Only Scan", "queue = 'queue-3'");
        assertThat(plan(new QueueSummaries.Of.One(null))).contains("Index Only Scan", "queue IS NULL");
    }

    private static String plan(QueueSummaries.Of of) {
        var statement =
                new QueueSummaries().counting(TicketSource.NOW, Visibility.EVERYTHING, of, false, Instant.now());
        return rows.jooq.explain(statement).plan();
    }

    @Test
    @Tag("drill")
    void how_long_they_take() {
        var web = new Web(rows);
        var agent = Web.caller(SOMEBODY, Role.AGENT);
        System.out.println(plan(new QueueSummaries.Of.Every()));
        System.out.println(
                "call                                    p50 ms   p95 ms   p99 ms  (one client, 200,000 tickets)");
        for (String[] call : new String[][] {
            {"/queues/summaries"}, {"/queues/queue-3/summary"}, {"/queues/summaries", "include", "final"}
        }) {
            String[] parameters = Arrays.copyOfRange(call, 1, call.length);
            double[] took = new double[300];
            for (int i = -50; i < took.length; i++) {
                long start = System.nanoTime();
                assertThat(web.get(agent, call[0], parameters).status()).isEqualTo(200);
                if (i >= 0) {
                    took[i] = (System.nanoTime() - start) / 1e6;
                }
            }
            Arrays.sort(took);
            System.out.printf("%-38s %8.2f %8.2f %8.2f%n", String.join(" ", call), took[150], took[285], took[297]);
        }
        System.out.println(rows.jooq.fetch("select indexrelname, pg_size_pretty(pg_relation_size(indexrelid))"
                + " from pg_stat_user_indexes where relname = 'ticket_g1'"));
    }
}
