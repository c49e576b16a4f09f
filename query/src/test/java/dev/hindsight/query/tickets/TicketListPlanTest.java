package dev.hindsight.query.tickets;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.Grants;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Visibility;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jooq.Select;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The lists that people open all day, on 100,000 tickets: which way the database takes, and how long it needs. */
class TicketListPlanTest {

    private static final UUID AGENT_7 = UUID.fromString("00000000-0000-7000-8000-000000000007");
    private static final Caller AGENT = new Caller(AGENT_7, Set.of(Role.AGENT), null);
    private static final Caller REQUESTER = new Caller(AGENT_7, Set.of(Role.REQUESTER), null);
    private static final List<String> LISTS = List.of(
            "sort=-createdAt",
            "sort=createdAt",
            "sort=-updatedAt",
            "sort=-number",
            "sort=priority",
            "sort=status",
            "status=NEW,OPEN",
            "status=OPEN&sort=-updatedAt",
            "status=NEW,OPEN,PENDING,ON_HOLD&sort=priority",
            "status=CLOSED&sort=createdAt",
            "assignee=me&status=OPEN,PENDING",
            "assignee=none&status=NEW",
            "queue=queue-3&status=NEW,OPEN&sort=priority",
            "requester=me&sort=-updatedAt",
            "priority=P1&status=NEW,OPEN",
            "tag=printer&status=OPEN",
            "category=cat-5&priority=P2",
            "type=QUESTION",
            "type=QUESTION&status=OPEN&createdAfter=2026-03-01",
            "text=4711",
            "text=471&sort=-updatedAt",
            "text=paper",
            "text=number paper&status=NEW,OPEN",
            "text=all day&sort=priority",
            "text=eats 99&queue=queue-3");

    private static ReadModelRows rows;

    private static TicketLists lists;

    @BeforeAll
    static void aHundredThousandTickets() {
        rows = new ReadModelRows();
        lists = new TicketLists(
                rows.freshness(), rows.log, rows.cursors, new TicketSummaries(new CustomFields(new JsonMapper())));
        rows.jooq.execute("""
                insert into readmodel.ticket_g1 (id, number, version, last_position, created_at, updated_at, requester,
                    assignee, impact, urgency, priority, type, status, category, queue, channel, tags, subject, description)
                select ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, n, 5, n * 8, at,
                    at + (n % 7000) * interval '1 minute',
                    ('00000000-0000-7000-8000-' || lpad(to_hex(n % 5000), 12, '0'))::uuid,
                    case when n % 6 > 0 then ('00000000-0000-7000-8000-' || lpad(to_hex(n % 60), 12, '0'))::uuid end,
                    3, 3, 1 + n % 5, (array['INCIDENT', 'SERVICE_REQUEST', 'QUESTION', 'TASK'])[1 + n % 4],
                    case when n % 100 < 4 + n / 25000 then (array['NEW', 'OPEN', 'PENDING', 'ON_HOLD'])[1 + n / 100 % 4]
                        when n % 33 = 9 then 'RESOLVED' when n % 47 = 5 then 'CANCELLED' else 'CLOSED' end,
                    'cat-' || n % 21, case when n % 10 > 0 then 'queue-' || n % 9 end, 'API',
                    case when n % 3 = 0 then '{vip}'::text[] when n % 31 = 0 then '{printer,vip}' else '{}' end,
                    'Paper jam number ' || n, repeat('It eats paper, all day long. ', n % 30)
                from (select n, timestamptz '2026-03-03 14:30Z' - (100000 - n) * interval '3 minutes' as at
                    from generate_series(1, 100000) n) numbered
                """);
        rows.jooq.execute("""
                insert into readmodel.ticket_words_g1 (ticket_id, version, last_position, words)
                select id, 1, last_position, strip(to_tsvector('simple', subject || ' ' || description))
                from readmodel.ticket_g1
                """);
        rows.jooq.execute("vacuum analyze readmodel.ticket_g1");
        rows.jooq.execute("vacuum analyze readmodel.ticket_words_g1");
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    static List<String> standard() {
        return LISTS;
    }

    @ParameterizedTest
    @MethodSource("standard")
    void standard_lists_do_not_read_the_whole_table(String list) {
        for (Select<?> statement : statements(AGENT, list)) {
            assertThat(rows.jooq.explain(statement).plan()).as(list).doesNotContain("Seq Scan on ticket");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&sort=-updatedAt"})
    void the_usual_filters_are_counted_without_the_rows(String sort) {
        for (Select<?> statement : statements(AGENT, "status=CLOSED&priority=P2,P3&createdAfter=2026-02-20" + sort)) {
            assertThat(rows.jooq.explain(statement).plan()).contains("Index Only Scan");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "status=CLOSED", "sort=-updatedAt", "text=paper"})
    void a_requester_reads_no_more_than_their_own_tickets(String list) {
        for (Select<?> statement : statements(REQUESTER, list)) {
            assertThat(rows.jooq.explain(statement).plan())
                    .as(list)
                    .contains("requester")
                    .doesNotContain("Seq Scan on ticket");
        }
    }

    /** The statements that lead to the first page and to a page in the middle. */
    private static List<Select<?>> statements(Caller caller, String list) {
        var request = Requests.of(list.isEmpty() ? new String[0] : list.split("&"));
        var visibility = Visibility.of(Grants.NONE, caller);
        var filter = TicketFilter.of(request, caller);
        var sort = TicketSort.of(request.sort());
        var search = new TicketSearch(TicketSource.NOW, filter, visibility, sort, TicketSearch.TEN_THOUSAND);
        var middle = search.find(rows.jooq, null, 51, false);
        List<Select<?>> statements = new ArrayList<>();
        for (Place after : Arrays.asList(
                null, middle.places().isEmpty() ? null : middle.places().getLast())) {
            if (middle.total() > TicketSearch.TEN_THOUSAND) {
                statements.add(search.walking(after == null ? 0 : after.bucket(), after, 51));
            } else {
                statements.add(search.collecting(after, 51));
            }
        }
        return statements;
    }

    @Test
    void beyond_ten_thousand_the_total_is_said_to_be_more() {
        TicketPage page = lists.page(AGENT, Requests.of("status=CLOSED"));

        assertThat(page.total()).isEqualTo(10_000);
        assertThat(page.totalIsMore()).isTrue();
        assertThat(page.items()).hasSize(50);
    }

    @Test
    @Tag("drill")
    void how_long_a_page_takes() {
        System.out.println(
                "list                                              p50 ms   p99 ms  (one client, 100,000 tickets)");
        for (String list : LISTS) {
            var parameters = list.split("&");
            for (int i = 0; i < 30; i++) {
                lists.page(AGENT, Requests.of(parameters));
            }
            double[] took = new double[200];
            for (int i = 0; i < took.length; i++) {
                long start = System.nanoTime();
                lists.page(AGENT, Requests.of(parameters));
                took[i] = (System.nanoTime() - start) / 1e6;
            }
            Arrays.sort(took);
            System.out.printf("%-48s %8.2f %8.2f%n", list, took[100], took[198]);
        }
        assertThat(rows.jooq.fetchCount(TICKET)).isEqualTo(100_000);
    }
}
