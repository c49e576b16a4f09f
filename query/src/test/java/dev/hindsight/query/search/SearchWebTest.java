package dev.hindsight.query.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.embedded.SharedOpenSearch;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Web;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Search and suggestions as they are asked over HTTP. */
class SearchWebTest {

    private static final UUID RITA = UUID.randomUUID();
    private static final Caller AGENT = Web.caller(UUID.randomUUID(), Role.AGENT);
    private static final Caller REQUESTER = Web.caller(RITA, Role.REQUESTER);

    private static SearchStage stage;
    private static Web web;
    private static SearchStage.Row lamp;

    @BeforeAll
    static void tickets() {
        stage = new SearchStage(SharedOpenSearch.uri());
        web = web(stage.connection);
        lamp = stage.ticket("Lamp over the desk flickers")
                .description("It does so since Monday")
                .queue("facilities")
                .tags("electric")
                .requester(RITA)
                .note("The landlord is sued, codeword ostrich")
                .save();
        stage.ticket("Lamp in the secret archive")
                .status("PENDING")
                .queue("human-resources")
                .requester(UUID.randomUUID())
                .tags("confidential")
                .save();
        stage.awaitFindable();
    }

    private static Web web(OpenSearchConnection connection) {
        var cursors = new Cursors("a key for tests only".getBytes(StandardCharsets.UTF_8));
        return new Web(stage.models, stage.gate, cursors, context -> {
            context.registerBean(OpenSearchConnection.class, () -> connection);
            context.registerBean(TicketIndex.class, () -> stage.index);
            context.registerBean(SearchModule.class);
        });
    }

    @AfterAll
    static void close() throws IOException {
        stage.close();
    }

    @Test
    void hits_come_with_highlights_facets_and_position() {
        var answer = web.get(AGENT, "/search", "q", "lamps status:open");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Hindsight-Position")).isEqualTo(Long.toString(stage.position()));
        JsonNode page = answer.body();
        assertThat(page.path("total").asInt()).isEqualTo(1);
        assertThat(page.path("totalIsMore").asBoolean()).isFalse();
        assertThat(page.path("nextCursor").isNull()).isTrue();
        JsonNode hit = page.path("items").path(0);
        assertThat(hit.at("/ticket/id").asString()).isEqualTo(lamp.id.toString());
        assertThat(hit.at("/ticket/status").asString()).isEqualTo("OPEN");
        assertThat(hit.path("score").asDouble()).isPositive();
        assertThat(hit.at("/highlights/subject/0").asString()).isEqualTo("<em>Lamp</em> over the desk flickers");
        assertThat(page.at("/facets/queue/0/value").asString()).isEqualTo("facilities");
        assertThat(page.at("/facets/queue/0/count").asInt()).isEqualTo(1);
    }

    @Test
    void the_next_page_has_no_facets() {
        var first = web.get(AGENT, "/search", "q", "lamp", "limit", "1");
        var second = web.get(
                AGENT,
                "/search",
                "q",
                "lamp",
                "limit",
                "1",
                "cursor",
                first.body().path("nextCursor").asString());

        assertThat(second.status()).isEqualTo(200);
        assertThat(second.body().path("facets").isNull()).isTrue();
        assertThat(second.body().path("nextCursor").isNull()).isTrue();
        assertThat(second.body().at("/items/0/ticket/id"))
                .isNotEqualTo(first.body().at("/items/0/ticket/id"));
    }

    @Test
    void suggestions_begin_as_was_typed() {
        var answer = web.get(AGENT, "/search/suggestions", "q", "lamp ov");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Hindsight-Position")).isEqualTo(Long.toString(stage.position()));
        assertThat(answer.body().path("items").size()).isEqualTo(1);
        JsonNode item = answer.body().at("/items/0");
        assertThat(item.path("id").asString()).isEqualTo(lamp.id.toString());
        assertThat(item.path("number").asString()).isEqualTo("HD-" + lamp.number);
        assertThat(item.path("subject").asString()).isEqualTo("Lamp over the desk flickers");
        assertThat(item.path("status").asString()).isEqualTo("OPEN");
        assertThat(web.get(AGENT, "/search/suggestions", "q", "lamp", "limit", "1")
                        .body()
                        .path("items")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void suggestions_offer_tags_that_the_caller_sees() {
        var agent = web.get(AGENT, "/search/suggestions", "q", "Conf").body();
        assertThat(agent.at("/tags/0/value").asString()).isEqualTo("confidential");
        assertThat(agent.at("/tags/0/count").asInt()).isEqualTo(1);
        assertThat(web.get(REQUESTER, "/search/suggestions", "q", "conf").body().path("tags"))
                .isEmpty();
        assertThat(web.get(REQUESTER, "/search/suggestions", "q", "elec")
                        .body()
                        .at("/tags/0/value")
                        .asString())
                .isEqualTo("electric");
        for (String odd : new String[] {"c.*", ".*", "con|x", "\\", "[a", "\"", "~", "@", "<1-9>", ""}) {
            var answer = web.get(AGENT, "/search/suggestions", "q", odd);
            assertThat(answer.status()).as(odd).isEqualTo(200);
            assertThat(answer.body().path("tags")).as(odd).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "English | The printers were refusing jobs      | printer refuse job",
                "German  | Die Häuser haben keine Drucker mehr  | haus druckern",
                "French  | Les imprimantes françaises            | imprimante francaise",
                "Spanish | Las impresoras están rotas            | impresora rota",
                "Italian | Le stampanti sono guaste              | stampante guasta",
                "Dutch   | De afdrukken zijn verdwenen           | afdruk",
            })
    void words_are_found_in_their_other_forms_whatever_the_language(String language, String subject, String query)
            throws IOException {
        try (var other = new SearchStage(SharedOpenSearch.uri())) {
            var ticket = other.ticket(subject).save();
            other.awaitFindable();
            var asked = new Web(
                    other.models,
                    other.gate,
                    new Cursors("a key for tests only".getBytes(StandardCharsets.UTF_8)),
                    context -> {
                        context.registerBean(OpenSearchConnection.class, () -> other.connection);
                        context.registerBean(TicketIndex.class, () -> other.index);
                        context.registerBean(SearchModule.class);
                    });
            var hits = asked.get(AGENT, "/search", "q", query).body();
            assertThat(hits.at("/items/0/ticket/id").asString("")).as(language).isEqualTo(ticket.id.toString());
            assertThat(hits.at("/items/0/highlights/subject/0").asString()).contains("<em>");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lamp assignee:none status:open            | 1",
                "lamp requester:me                         | 0",
                "lamp -tag:electric                        | 1",
                "lamp tag:electric,confidential            | 2",
                "lamp tag:none                             | 0",
                "\"lamp over\"                              | 1",
                "\"over lamp\"                              | 0",
                "lmap                                      | 2",
                "lamp -\"secret archive\" -status:pending   | 1",
                "created:2026-01-01..2026-01-31 lamp       | 2",
                "created:>=2026-02-01 lamp                 | 0",
                "queue:facilities OR queue:human-resources | 2",
                "watcher:me                                | 0",
                "watcher:none lamp                         | 2",
            })
    void the_query_language_finds_what_it_says(String query, int total) {
        assertThat(web.get(AGENT, "/search", "q", query).body().path("total").asInt())
                .as(query)
                .isEqualTo(total);
    }

    @Test
    void similar_tickets_are_the_callers_own_and_never_the_ticket_itself() {
        var similar = web.get(AGENT, "/tickets/" + lamp.id + "/similar");
        assertThat(similar.status()).isEqualTo(200);
        assertThat(similar.header("Hindsight-Position")).isEqualTo(Long.toString(stage.position()));
        assertThat(similar.body().path("items").size()).isEqualTo(1);
        assertThat(similar.body().at("/items/0/ticket/subject").asString()).isEqualTo("Lamp in the secret archive");
        assertThat(similar.body().at("/items/0/score").asDouble()).isPositive();
        var own = web.get(REQUESTER, "/tickets/" + lamp.id + "/similar");
        assertThat(own.status()).isEqualTo(200);
        assertThat(own.body().path("items")).isEmpty();
        assertThat(web.get(AGENT, "/tickets/" + lamp.id + "/similar", "limit", "0")
                        .status())
                .isEqualTo(400);
        assertThat(web.get(AGENT, "/tickets/HD-999999/similar").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "status:unheard         | column 8",
                "lamp \"in the         | column 6",
                "lamp status:           | column 13",
            })
    void a_query_that_is_not_understood_points_at_the_spot(String query, String spot) {
        var answer = web.get(AGENT, "/search", "q", query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("INVALID_REQUEST");
        assertThat(answer.body().at("/detail/0/field").asString()).isEqualTo("q");
        assertThat(answer.body().at("/detail/0/message").asString()).contains(spot);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/search", "/search/suggestions"})
    void other_parameters_are_checked_too(String path) {
        assertThat(web.get(AGENT, path).status()).isEqualTo(400);
        for (String limit : new String[] {"0", "201", "many"}) {
            assertThat(web.get(AGENT, path, "q", "lamp", "limit", limit).status())
                    .as(limit)
                    .isEqualTo(400);
        }
        assertThat(web.get(AGENT, path, "q", "lamp", "sort", "number").status()).isEqualTo(400);
        assertThat(web.get(AGENT, path, "q", "lamp", "cursor", "edited").status())
                .isEqualTo(400);
    }

    @Test
    void a_position_is_waited_for() {
        String reached = Long.toString(stage.position());
        assertThat(web.get(AGENT, "/search", "q", "lamp", "minPosition", reached)
                        .status())
                .isEqualTo(200);

        var ahead = web.get(AGENT, "/search", "q", "lamp", "minPosition", Long.toString(stage.position() + 1_000));
        assertThat(ahead.status()).isEqualTo(503);
        assertThat(ahead.code()).isEqualTo("NOT_YET_PROJECTED");
        assertThat(web.get(AGENT, "/search", "q", "lamp", "minPosition", "-1").status())
                .isEqualTo(400);
    }

    @Test
    void where_opensearch_is_down_search_says_so_and_lists_answer() throws IOException {
        URI nobody;
        try (var free = new ServerSocket(0)) {
            nobody = URI.create("http://127.0.0.1:" + free.getLocalPort());
        }
        try (var connection = new OpenSearchConnection(OpenSearchSettings.of(nobody))) {
            var without = web(connection);
            for (String path : new String[] {"/search", "/search/suggestions"}) {
                var answer = without.get(AGENT, path, "q", "lamp");
                assertThat(answer.status()).as(path).isEqualTo(503);
                assertThat(answer.code()).isEqualTo("SEARCH_UNAVAILABLE");
            }
            assertThat(without.get(AGENT, "/tickets", "text", "lamp").status()).isEqualTo(200);
        }
    }

    @Test
    void a_requester_meets_neither_other_tickets_nor_notes() {
        for (String query : new String[] {"lamp", "", "lamp OR ostrich", "ostrich OR tag:confidential OR flickers"}) {
            var answer = web.get(REQUESTER, "/search", "q", query);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body().path("total").asInt()).as(query).isEqualTo(1);
            assertThat(answer.body().at("/items/0/ticket/id").asString()).isEqualTo(lamp.id.toString());
            assertThat(answer.body().path("items").toString() + answer.body().path("facets"))
                    .as(query)
                    .doesNotContain(
                            "ostrich", "landlord", "internalNotes", "confidential", "human-resources", "secret");
        }
        for (String query :
                new String[] {"ostrich", "ostrisch", "\"codeword ostrich\"", "landlord flickers", "secret"}) {
            var answer = web.get(REQUESTER, "/search", "q", query);
            assertThat(answer.body().path("total").asInt()).as(query).isZero();
            assertThat(answer.body().path("facets").findValues("count"))
                    .as(query)
                    .isEmpty();
        }
        assertThat(web.get(REQUESTER, "/search/suggestions", "q", "lamp")
                        .body()
                        .path("items")
                        .size())
                .isEqualTo(1);
        for (String typed : new String[] {"ost", "lamp in", "secr", "HD-" + (lamp.number + 1)}) {
            assertThat(web.get(REQUESTER, "/search/suggestions", "q", typed)
                            .body()
                            .path("items"))
                    .as(typed)
                    .isEmpty();
        }
    }

    @Test
    void whoever_reads_no_tickets_is_refused() {
        var operator = Web.caller(UUID.randomUUID(), Role.OPERATOR);
        for (String path : new String[] {"/search", "/search/suggestions"}) {
            assertThat(web.get(operator, path, "q", "lamp").status()).isEqualTo(403);
        }
    }

    @Test
    void what_the_index_knows_longer_than_the_table_is_left_out() throws IOException {
        try (var other = new SearchStage(SharedOpenSearch.uri())) {
            var asked = new Web(
                    other.models,
                    other.gate,
                    new Cursors("a key for tests only".getBytes(StandardCharsets.UTF_8)),
                    context -> {
                        context.registerBean(OpenSearchConnection.class, () -> other.connection);
                        context.registerBean(TicketIndex.class, () -> other.index);
                        context.registerBean(SearchModule.class);
                    });
            var stays = other.ticket("Kettle stays").requester(RITA).save();
            var goes = other.ticket("Kettle goes").requester(RITA).save();
            var moves = other.ticket("Kettle moves").requester(RITA).save();
            other.awaitFindable();
            other.follower.stop();

            goes.delete();
            moves.requester(UUID.randomUUID())
                    .subject("Kettle of somebody else")
                    .save();
            stays.subject("Kettle stays and sings").save();
            other.park(stays);

            // A parked ticket is shown as far as it is known, from the row, though the index is older.
            var hits = asked.get(REQUESTER, "/search", "q", "kettle").body();
            assertThat(hits.path("items").size()).isEqualTo(1);
            assertThat(hits.at("/items/0/ticket/id").asString()).isEqualTo(stays.id.toString());
            assertThat(hits.at("/items/0/ticket/subject").asString()).isEqualTo("Kettle stays and sings");
            var offered =
                    asked.get(REQUESTER, "/search/suggestions", "q", "kettle").body();
            assertThat(offered.path("items").size()).isEqualTo(1);
            assertThat(offered.at("/items/0/subject").asString()).isEqualTo("Kettle stays and sings");

            // Pages go on over what is left out.
            var first = asked.get(AGENT, "/search", "q", "kettle", "limit", "2").body();
            var second = asked.get(
                            AGENT,
                            "/search",
                            "q",
                            "kettle",
                            "limit",
                            "2",
                            "cursor",
                            first.path("nextCursor").asString())
                    .body();
            assertThat(first.path("items").size() + second.path("items").size()).isEqualTo(2);

            other.release(stays);
            stays.save();
            other.follower.start();
            other.awaitFindable();
            assertThat(asked.get(AGENT, "/search", "q", "sings")
                            .body()
                            .path("total")
                            .asInt())
                    .isEqualTo(1);
        }
    }
}
