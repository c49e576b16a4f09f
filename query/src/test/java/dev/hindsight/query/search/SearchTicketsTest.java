package dev.hindsight.query.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.embedded.SharedOpenSearch;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.RequesterRef;
import dev.hindsight.query.tickets.CustomFields;
import dev.hindsight.query.tickets.TicketSummaries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class SearchTicketsTest {

    private static final UUID RITA = UUID.randomUUID();
    private static final Caller AGENT = new Caller(UUID.randomUUID(), Set.of(Role.AGENT), null);
    private static final Caller REQUESTER = new Caller(RITA, Set.of(Role.REQUESTER), null);
    private static final int TICKETS = 7;

    private static SearchStage stage;
    private static SearchTickets search;

    @BeforeAll
    static void tickets() {
        stage = new SearchStage(SharedOpenSearch.uri());
        search = new SearchTickets(
                stage.connection,
                stage.index,
                new Freshness(stage.models, stage.gate),
                new Cursors("a key for tests only".getBytes(StandardCharsets.UTF_8)),
                new TicketSummaries(new CustomFields(new JsonMapper())));
        for (int i = 1; i <= TICKETS; i++) {
            stage.ticket("Broken chair " + i)
                    .status(i % 2 == 0 ? "OPEN" : "PENDING")
                    .requester(i == 1 ? RITA : UUID.randomUUID())
                    .note("squeaky")
                    .save();
        }
        stage.awaitFindable();
    }

    @AfterAll
    static void close() throws IOException {
        stage.close();
    }

    @Test
    void hits_are_tickets_as_lists_show_them() {
        var page = search.search(AGENT, question("chair status:open", null, null));
        assertThat(page.items()).hasSize(3).allSatisfy(hit -> {
            assertThat(hit.ticket().subject()).startsWith("Broken chair");
            assertThat(hit.ticket().number()).startsWith("HD-");
            assertThat(hit.score()).isPositive();
            assertThat(hit.highlights().toString()).contains("<em>chair</em>");
        });
        assertThat(page.total()).isEqualTo(3);
        assertThat(page.totalIsMore()).isFalse();
        assertThat(page.nextCursor()).isNull();
        assertThat(page.position()).isEqualTo(stage.position());
        assertThat(page.parked()).isZero();
        assertThat(page.facets()).containsKeys("status", "priority", "type", "queue", "category", "assignee", "tags");
    }

    @Test
    void pages_hold_every_ticket_once() {
        for (String query : new String[] {"chair", ""}) {
            var seen = new ArrayList<UUID>();
            String cursor = null;
            do {
                var page = search.search(AGENT, question(query, "2", cursor));
                page.items().forEach(hit -> seen.add(hit.ticket().id()));
                assertThat(page.total()).isEqualTo(TICKETS);
                cursor = page.nextCursor();
            } while (cursor != null && seen.size() <= TICKETS);
            assertThat(seen).hasSize(TICKETS).doesNotHaveDuplicates();
        }
    }

    @Test
    void a_cursor_that_is_edited_or_taken_elsewhere_is_refused() {
        String cursor = search.search(AGENT, question("chair", "2", null)).nextCursor();
        assertThat(cursor).isNotNull();
        String edited = (cursor.charAt(0) == 'A' ? "B" : "A") + cursor.substring(1);
        assertInvalidCursor(AGENT, "chair", edited);
        assertInvalidCursor(AGENT, "broken", cursor);
        assertInvalidCursor(REQUESTER, "chair", cursor);
        assertInvalidCursor(AGENT, "chair", "");
    }

    private static void assertInvalidCursor(Caller caller, String query, String cursor) {
        assertThatThrownBy(() -> search.search(caller, question(query, "2", cursor)))
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        refused -> assertThat(refused.code()).isEqualTo("INVALID_CURSOR"));
    }

    @Test
    void a_requester_sees_own_tickets_without_notes() {
        var page = search.search(REQUESTER, question("chair", null, null));
        assertThat(page.items())
                .singleElement()
                .satisfies(hit -> assertThat(hit.ticket().requester()).isEqualTo(new RequesterRef(RITA, null, null)));
        assertThat(page.total()).isEqualTo(1);
        assertThat(search.search(REQUESTER, question("squeaky", null, null)).total())
                .isZero();
        assertThat(search.suggest(REQUESTER, "squ", null).items()).isEmpty();
        assertThat(search.suggest(REQUESTER, "bro", null).items()).hasSize(1);
    }

    @Test
    void roles_that_read_no_tickets_do_not_search() {
        var operator = new Caller(UUID.randomUUID(), Set.of(Role.OPERATOR), null);
        assertThatThrownBy(() -> search.search(operator, question("chair", null, null)))
                .isInstanceOf(Forbidden.class);
        assertThatThrownBy(() -> search.suggest(operator, "ch", null)).isInstanceOf(Forbidden.class);
    }

    @Test
    void a_position_that_is_not_searched_yet_is_said() {
        var question = new SearchController.Question("chair", null, null, Long.toString(stage.position() + 100));
        assertThatThrownBy(() -> search.search(AGENT, question))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.code()).isEqualTo("NOT_YET_PROJECTED"));
    }

    @Test
    void the_question_is_needed() {
        assertThatThrownBy(() -> search.search(AGENT, new SearchController.Question(null, null, null, null)))
                .isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> search.suggest(AGENT, null, null)).isInstanceOf(InvalidRequest.class);
    }

    private static SearchController.Question question(String q, @Nullable String limit, @Nullable String cursor) {
        return new SearchController.Question(q, limit, cursor, null);
    }
}
