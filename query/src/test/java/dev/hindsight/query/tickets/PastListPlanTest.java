package dev.hindsight.query.tickets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.PastSpans;
import dev.hindsight.projections.readmodel.jooq.Tables;
import dev.hindsight.query.PastMoment;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.Web;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Lists, counts and reports as of moments in the middle of the past: which way the database takes and how long it needs.
 * With {@code -Dpast.tickets=150000} of a million events.
 */
class PastListPlanTest {

    private static final UUID AGENT_7 = UUID.fromString("00000000-0000-7000-8000-000000000007");
    private static final Caller AGENT = Web.caller(AGENT_7, Role.AGENT);
    private static final int TICKETS = Integer.getInteger("past.tickets", 20_000);
    private static final Instant END = Instant.parse("2026-03-03T14:30:00Z");
    private static final Instant BEGIN = END.minusSeconds(TICKETS * 420L);

    private static ReadModelRows rows;

    @BeforeAll
    static void states() {
        rows = new ReadModelRows();
        rows.jooq.execute("""
                create table step as
                with ticket as (
                    select n, ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id, n %% 33 < 2 as stays,
                        timestamptz '%s' - (%d - n) * interval '7 minutes' as at,
                        3 + (hashint4(n) & 7) + case when n %% 3 = 0 then 1 else 0 end as steps
                    from generate_series(1, %d) n)
                select id, n, v, steps, at, stays, row_number() over (order by happened, id, v) as position, happened
                from (select ticket.*, v, at + (v - 1) * (v - 1) / 60.0 * (1 + (hashint4(n * 7) & 63)) * interval '5 hours'
                        as happened
                    from ticket, generate_series(1, steps) v) each_step
                where happened < '%s'""".formatted(END, TICKETS, TICKETS, END));
        rows.jooq.execute("create index on step (id, v); create index on step (position); analyze step");
        rows.jooq.execute("""
                insert into readmodel.ticket_past_g1 (id, number, version, last_position, next_position, created_at,
                    updated_at, next_at, lasted, stood, status, type, priority, queue, category, requester, assignee,
                    actor, event, actor_kind, channel, tags, subject, was_status, was_queue, was_assignee)
                select a.id, a.n, a.v, a.position, coalesce(b.position, %d), a.at, a.happened, coalesce(b.happened, '%s'),
                    case when b.id is null then %d
                        when b.happened - a.happened < interval '4096 s' then 0
                        else 1 + floor(log(2, extract(epoch from b.happened - a.happened) / 4096)) end,
                    case when b.id is null then %d when b.position - a.position < 1024 then 0
                        else 1 + floor(log(2, (b.position - a.position) / 1024.0)) end,
                    %s, (array['INCIDENT', 'SERVICE_REQUEST', 'QUESTION', 'TASK'])[1 + a.n %% 4], 1 + a.n %% 5,
                    case when a.n %% 10 > 0 then 'queue-' || a.n %% 9 end, 'cat-' || a.n %% 21,
                    ('00000000-0000-7000-8000-' || lpad(to_hex(a.n %% 5000), 12, '0'))::uuid,
                    case when a.v > 1 then ('00000000-0000-7000-8000-' || lpad(to_hex(a.n %% 60), 12, '0'))::uuid end,
                    ('00000000-0000-7000-8000-' || lpad(to_hex(a.n %% 60), 12, '0'))::uuid,
                    case a.v when 1 then 'TicketOpened' when a.steps - 1 then 'TicketResolved' else 'PublicReplyAdded' end,
                    'AGENT', 'API', case when a.n %% 3 = 0 then '{vip}'::text[] else '{}' end,
                    'Paper jam number ' || a.n, case when a.v > 1 then 'OPEN' end,
                    case when a.v > 1 and a.n %% 10 > 0 then 'queue-' || a.n %% 9 end,
                    case when a.v > 2 then ('00000000-0000-7000-8000-' || lpad(to_hex(a.n %% 60), 12, '0'))::uuid end
                from step a left join step b on b.id = a.id and b.v = a.v + 1 order by a.position""".formatted(
                        PastSpans.LAST,
                        PastSpans.ENDLESS,
                        PastSpans.LONGEST_LASTED,
                        PastSpans.LONGEST_STOOD,
                        "case when a.v = 1 then 'NEW' when a.v = a.steps and not a.stays"
                                + " then case when a.n % 47 = 5 then 'CANCELLED' else 'CLOSED' end"
                                + " when a.v = a.steps - 1 and not a.stays then 'RESOLVED'"
                                + " else (array['OPEN', 'PENDING', 'OPEN', 'ON_HOLD'])[1 + a.v % 4] end"));
        rows.jooq.execute("""
                insert into readmodel.ticket_past_words_g1 (id, version, last_position, next_position, updated_at, next_at,
                    words)
                select id, 1, last_position, %d, created_at, '%s', strip(to_tsvector('simple', subject))
                from readmodel.ticket_past_g1 where version = 1""".formatted(PastSpans.LAST, PastSpans.ENDLESS));
        rows.jooq.execute("""
                insert into readmodel.ticket_g1 (id, number, version, last_position, created_at, updated_at, status, type,
                    queue, requester, channel)
                select id, number, version, last_position, created_at, updated_at, status, type, queue, requester, channel
                from readmodel.ticket_past_g1 where next_position = %d""".formatted(PastSpans.LAST));
        for (String table : List.of("ticket_past_g1", "ticket_past_words_g1", "ticket_g1")) {
            rows.jooq.execute("vacuum analyze readmodel." + table);
        }
        rows.position(rows.jooq.fetchCount(Tables.TICKET_PAST));
        rows.log.latestOccurred(PastListPlanTest::happened);
    }

    /** Positions are in the order of what happened. */
    private static Instant happened(long position) {
        return rows.jooq
                .resultQuery("select happened from step where position = {0}", DSL.val(position))
                .fetchSingle(0, Instant.class);
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    private static Instant at(double part) {
        return BEGIN.plusSeconds((long) (TICKETS * 420L * part));
    }

    @ParameterizedTest
    @CsvSource({
        "status=OPEN",
        "status=OPEN&sort=-updatedAt",
        "status='NEW,OPEN,PENDING,ON_HOLD'&sort=priority",
        "assignee=me&status=OPEN",
        "queue=queue-3&status=OPEN",
        "requester=me",
        "status=CLOSED",
        "status=CLOSED&sort=createdAt",
        "category=cat-5&status=CLOSED",
        "text=4711"
    })
    void lists_of_the_past_do_not_read_every_state(String list) {
        for (Select<?> statement : statements(list.replace("'", ""))) {
            rows.jooq.transaction(transaction -> {
                var jooq = transaction.dsl();
                jooq.execute("SET LOCAL plan_cache_mode = force_custom_plan");
                assertThat(jooq.explain(statement).plan()).as(list).doesNotContain("Seq Scan on ticket_past");
            });
        }
    }

    private static List<Select<?>> statements(String list) {
        var request = Requests.of(list.split("&"));
        var filter = TicketFilter.of(request, AGENT);
        List<Select<?>> statements = new ArrayList<>();
        long middle = rows.jooq.fetchCount(Tables.TICKET_PAST) / 2L;
        for (PastMoment moment : List.of(
                new PastMoment(at(0.5), null, 1, 1, at(0.5), at(0.5)),
                new PastMoment(null, middle, 1, 1, END, happened(middle)))) {
            var search = new TicketSearch(
                    new TicketSource(moment),
                    filter,
                    Visibility.EVERYTHING,
                    TicketSort.of(request.sort()),
                    TicketSearch.TEN_THOUSAND);
            statements.add(search.collecting(null, 51));
        }
        return statements;
    }

    @Test
    @Tag("drill")
    void how_long_they_take() {
        var web = new Web(rows);
        System.out.printf(
                "%,d states of %,d tickets; %s and %s with indexes%n",
                rows.jooq.fetchCount(Tables.TICKET_PAST),
                TICKETS,
                size("pg_relation_size('readmodel.ticket_past_g1')"),
                size("pg_total_relation_size('readmodel.ticket_past_g1')"
                        + " + pg_total_relation_size('readmodel.ticket_past_words_g1')"));
        System.out.printf(
                "%-100s %8s %8s %8s   %s%n",
                "call, one client, moments at random", "p50 ms", "p95 ms", "p99 ms", "slowest at");
        String[][] calls = {
            {"/tickets", "status", "OPEN"},
            {"/tickets", "status", "NEW,OPEN,PENDING,ON_HOLD", "sort", "priority"},
            {"/tickets", "status", "OPEN", "sort", "-updatedAt", "queue", "queue-3"},
            {"/tickets", "assignee", "me", "status", "OPEN,PENDING"},
            {"/tickets", "requester", AGENT_7.toString()},
            {"/tickets", "status", "CLOSED"},
            {"/tickets", "status", "CLOSED", "sort", "-updatedAt"},
            {"/tickets", "queue", "queue-3", "priority", "P2"},
            {"/tickets", "tag", "vip", "status", "OPEN"},
            {"/tickets", "text", "4711"},
            {"/tickets", "limit", "200"},
            {"/tickets", "sort", "-updatedAt"},
            {"/queues/summaries"},
            {"/queues/queue-3/summary"},
        };
        int states = rows.jooq.fetchCount(Tables.TICKET_PAST);
        for (String timeline : List.of("asOf", "atPosition")) {
            for (String[] call : calls) {
                var random = new Random(1);
                time(web, 100, call, () -> new String[] {
                    timeline,
                    timeline.equals("asOf")
                            ? at(0.05 + 0.9 * random.nextDouble()).toString()
                            : Long.toString(1 + random.nextInt(states))
                });
            }
        }
        var year = new String[] {"from", "2025-03-03", "to", "2026-03-03"};
        for (String[] call : new String[][] {
            {"/reports/backlog", "by", "day", "queue", "queue-3"},
            {"/reports/backlog", "by", "day,queue"},
            {"/reports/opened", "by", "day"},
            {"/reports/time-to-resolution", "by", "queue,week"},
            {"/reports/time-in-status", "by", "queue"},
            {"/reports/time-in-status", "by", "day", "queue", "queue-3"},
            {"/reports/handovers", "by", "agent"},
        }) {
            time(web, 10, call, () -> year);
        }
        time(web, 50, new String[] {"/queues/queue-3/changes"}, () ->
                new String[] {"from", "2025-09-01", "to", "2025-10-01"});
    }

    private static String size(String what) {
        return rows.jooq.fetchValue("select pg_size_pretty(" + what + ")").toString();
    }

    private static void time(Web web, int times, String[] call, java.util.function.Supplier<String[]> more) {
        double[] took = new double[times];
        double most = 0;
        String slowest = "";
        for (int i = -times / 5; i < times; i++) {
            var asked = new ArrayList<>(List.of(call).subList(1, call.length));
            asked.addAll(List.of(more.get()));
            long start = System.nanoTime();
            var answer = web.get(AGENT, call[0], asked.toArray(String[]::new));
            if (i >= 0) {
                took[i] = (System.nanoTime() - start) / 1e6;
                slowest = took[i] > most ? asked.getLast() : slowest;
                most = Math.max(most, took[i]);
            }
            assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        }
        Arrays.sort(took);
        System.out.printf(
                "%-100s %8.1f %8.1f %8.1f   %s%n",
                String.join(" ", call) + " " + more.get()[0],
                took[times / 2],
                took[times * 95 / 100],
                took[times * 99 / 100],
                slowest);
    }
}
