package dev.hindsight.query.tickets;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.readmodel.Grants;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Visibility;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ManyMatchesTest {

    private static final Caller AGENT = new Caller(new UUID(0, 10), Set.of(Role.AGENT), null);
    private static final Caller REQUESTER = new Caller(new UUID(0, 10), Set.of(Role.REQUESTER), null);

    private final ManyMatches many = new ManyMatches();

    @Test
    void every_event_may_have_taken_one_ticket_out() {
        many.remember(list(AGENT, "status=NEW"), 1, 500, 20_000);

        assertThat(many.moreThan(10_000, list(AGENT, "status=NEW"), 1, 500)).isTrue();
        assertThat(many.moreThan(10_000, list(AGENT, "status=NEW"), 1, 9_499)).isTrue();
        assertThat(many.moreThan(10_000, list(AGENT, "status=NEW"), 1, 9_500)).isFalse();
    }

    @Test
    void what_was_counted_holds_for_the_same_filters_sight_and_generation_alone() {
        many.remember(list(AGENT, "status=NEW,OPEN"), 1, 500, 20_000);

        assertThat(many.moreThan(10_000, list(AGENT, "status=OPEN,NEW"), 1, 500))
                .isTrue();
        assertThat(many.moreThan(10_000, list(AGENT, "status=NEW"), 1, 500)).isFalse();
        assertThat(many.moreThan(10_000, list(REQUESTER, "status=NEW,OPEN"), 1, 500))
                .isFalse();
        assertThat(many.moreThan(10_000, list(AGENT, "status=NEW,OPEN"), 2, 500))
                .isFalse();
    }

    @Test
    void totals_stay_exact_while_tickets_leave_the_list() {
        try (var rows = new ReadModelRows()) {
            rows.jooq.execute("""
                    insert into readmodel.ticket_g1 (id, number, version, last_position, created_at, updated_at, type,
                        status, channel)
                    select gen_random_uuid(), n, 1, n, now(), now(), 'INCIDENT', 'NEW', 'API'
                    from generate_series(1, 3000) n
                    """);
            var lists = new TicketLists(
                    rows.freshness(),
                    rows.log,
                    rows.cursors,
                    new TicketSummaries(new CustomFields(new JsonMapper())),
                    1_200);
            for (int gone = 0; gone <= 2_000; gone += 100) {
                rows.jooq
                        .update(TICKET)
                        .set(TICKET.STATUS, "OPEN")
                        .where(TICKET.NUMBER.le((long) gone))
                        .execute();
                rows.position(3_000 + gone);

                TicketPage page = lists.page(AGENT, Requests.of("status=NEW"));
                assertThat(page.total()).isEqualTo(Math.min(1_200, 3_000 - gone));
                assertThat(page.totalIsMore()).isEqualTo(3_000 - gone > 1_200);
                assertThat(page.items()).hasSize(50);
            }
        }
    }

    private static ManyMatches.Question list(Caller caller, String parameter) {
        return new ManyMatches.Question(
                TicketSource.NOW, TicketFilter.of(Requests.of(parameter), caller), Visibility.of(Grants.NONE, caller));
    }
}
