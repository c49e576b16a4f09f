package dev.hindsight.query.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.embedded.SharedOpenSearch;
import dev.hindsight.projections.readmodel.Grants;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IndexSearchTest {

    private static final UUID ANA = UUID.randomUUID();
    private static final UUID RITA = UUID.randomUUID();
    private static final SearchScope AGENT = SearchScope.of(Grants.NONE, new Caller(ANA, Set.of(Role.AGENT), null));
    private static final SearchScope REQUESTER =
            SearchScope.of(Grants.NONE, new Caller(RITA, Set.of(Role.REQUESTER), null));

    private static SearchStage stage;
    private static IndexSearch search;

    @BeforeAll
    static void tickets() {
        stage = new SearchStage(SharedOpenSearch.uri());
        search = new IndexSearch(stage.connection, stage.index);
        stage.ticket("Printers on floor 3 jam")
                .description("The paper jam light is on; we tried printing twice.")
                .queue("service-desk")
                .category("hardware")
                .tags("vip", "printer")
                .priority(1)
                .requester(RITA)
                .note("He is kicking the zebra device, secretword")
                .save();
        stage.ticket("VPN für Herrn Müller")
                .description("Café Zürich: no tunnel since résumé upload")
                .status("PENDING")
                .queue("network")
                .assignee(ANA)
                .requester(RITA)
                .created("2026-02-10T08:00:00Z")
                .reply("Please reboot the gateway")
                .save();
        stage.ticket("Cannot log in to the intranet")
                .description("Password expired <script>alert('login')</script>")
                .status("RESOLVED")
                .type("SERVICE_REQUEST")
                .queue("service-desk")
                .assignee(ANA)
                .created("2026-03-01T08:00:00Z")
                .reply("The jam of requests is over, your paper is signed")
                .save();
        stage.ticket("Scanner 用户 makes noise")
                .customFields("{\"symptom\": \"Symptom 471\", \"floors\": [\"attic\", \"cellar\"]}")
                .priority(5)
                .created("2026-03-02T08:00:00Z")
                .save();
        stage.awaitFindable();
    }

    @AfterAll
    static void close() throws Exception {
        stage.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "printer                       | 1001",
                "PRINTED                       | 1001", // stem of printing
                "muller                        | 1002",
                "mueller                       | 1002", // one letter off
                "zurich cafe                   | 1002",
                "resume                        | 1002",
                "zürich                        | 1002",
                "gatewy                        | 1002", // a typo
                "scaner                        | 1004",
                "jam                           | 1001 1003",
                "printer jam                   | 1001",
                "intranet signed               | 1003", // words in different texts
                "\"paper jam\"                 | 1001",
                "\"jam paper\"                 | ",
                "\"papers jam\"                | ", // a phrase is as it is spelled
                "jam -printer                  | 1003",
                "jam -\"paper jam\"            | 1003",
                "printer OR scanner            | 1001 1004",
                "printer OR status:resolved    | 1001 1003",
                "jam -status:open OR zebra     | 1001 1003",
                "status:open                   | 1001 1004",
                "status:open,pending           | 1001 1002 1004",
                "-status:open                  | 1002 1003",
                "priority:p1                   | 1001",
                "priority:planning,critical    | 1001 1004",
                "type:service-request          | 1003",
                "queue:none                    | 1004",
                "queue:network,none            | 1002 1004",
                "-queue:none                   | 1001 1002 1003",
                "category:hardware             | 1001",
                "tag:vip                       | 1001",
                "assignee:me                   | 1002 1003",
                "assignee:none                 | 1001 1004",
                "requester:none                | 1003 1004",
                "channel:web status:resolved   | 1003",
                "number:HD-1002                | 1002",
                "number:1001,1003              | 1001 1003",
                "hd-1003                       | 1003",
                "1003                          | 1003",
                "created:2026-02-10            | 1002",
                "created:>2026-02-10           | 1003 1004",
                "created:<=2026-02-10          | 1001 1002",
                "created:2026-02-01..2026-03-01| 1002 1003",
                "updated:>2026-03-02T08:00:00Z | 1004",
                "\"symptom 471\"               | 1004",
                "attic                         | 1004",
                "用户                           | 1004",
                "zebra                         | 1001", // a note
                "printer ***                   | 1001",
            })
    void finds(String query, @Nullable String numbers) {
        assertThat(numbers(AGENT, query)).isEqualTo(expected(numbers));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jam                           | 1001",
                "zebra                         | ",
                "secretword                    | ",
                "secretwor                     | ",
                "\"zebra device\"              | ",
                "-zebra                        | 1001 1002",
                "zebra OR muller               | 1002",
                "status:open                   | 1001",
                "requester:none                | ",
                "                              | 1001 1002",
            })
    void a_requester_finds_their_own_tickets_and_never_by_a_note(@Nullable String query, @Nullable String numbers) {
        String asked = query == null ? "" : query;
        assertThat(numbers(REQUESTER, asked)).isEqualTo(expected(numbers));
        assertThat(found(REQUESTER, asked, 50, null).total())
                .isEqualTo(expected(numbers).size());
    }

    @Test
    void notes_are_highlighted_for_agents_only() {
        assertThat(found(AGENT, "zebra OR jam", 50, null).tickets())
                .anySatisfy(hit -> assertThat(hit.highlights()).containsKey("internalNotes"));
        assertThat(found(REQUESTER, "zebra OR jam", 50, null).tickets())
                .singleElement()
                .satisfies(hit -> assertThat(hit.highlights().toString())
                        .contains("<em>jam</em>")
                        .doesNotContain("zebra", "internalNotes"));
    }

    @Test
    void highlights_mark_what_was_found_and_escape_the_rest() {
        assertThat(found(AGENT, "printer", 50, null).tickets().getFirst().highlights())
                .containsEntry("subject", List.of("<em>Printers</em> on floor 3 jam"));
        assertThat(found(AGENT, "expired", 50, null).tickets().getFirst().highlights())
                .hasEntrySatisfying(
                        "description",
                        fragments -> assertThat(fragments.toString())
                                .contains("Password <em>expired</em>")
                                .contains("&lt;script&gt;")
                                .doesNotContain("<script>"));
    }

    @Test
    void a_hit_in_the_subject_comes_before_one_in_a_reply() {
        assertThat(found(AGENT, "jam", 50, null).tickets())
                .extracting(IndexSearch.FoundTicket::score)
                .isSortedAccordingTo((a, b) -> Double.compare(b, a))
                .allMatch(score -> score > 0);
        assertThat(ordered(AGENT, "jam")).containsExactly(1001L, 1003L);
    }

    @Test
    void hidden_tickets_change_neither_score_nor_order() throws Exception {
        var closed = scope(Role.AGENT, new Grants(Set.of("vault"), Set.of(), Set.of()));
        var granted = scope(Role.CLIENT, new Grants(Set.of("vault"), Set.of("open"), Set.of()));
        var requester = SearchScope.of(Grants.NONE, new Caller(RITA, Set.of(Role.REQUESTER), null));
        try (var own = new SearchStage(SharedOpenSearch.uri())) {
            var asked = new IndexSearch(own.connection, own.index);
            var first = own.ticket("Quokka heater whistles")
                    .description("The whistling heater is near the wombat enclosure")
                    .queue("open")
                    .requester(RITA)
                    .save();
            own.ticket("Heater in the wombat enclosure")
                    .description("Quokka heater again")
                    .queue("open")
                    .requester(RITA)
                    .note("A quokka whistles")
                    .save();
            own.awaitFindable();
            var before = new ArrayList<String>();
            for (var scope : List.of(closed, granted, requester)) {
                before.addAll(told(asked, scope, first));
            }
            String everything = told(asked, AGENT, first).toString();
            assertThat(before).allMatch(line -> line.contains("="));

            for (String word : List.of("quokka", "quokka whistles", "wombat", "enclosure heater")) {
                own.ticket(word)
                        .description(word)
                        .queue("vault")
                        .requester(ANA)
                        .note(word)
                        .save();
            }
            own.awaitFindable();

            var after = new ArrayList<String>();
            for (var scope : List.of(closed, granted, requester)) {
                after.addAll(told(asked, scope, first));
            }
            assertThat(after).isEqualTo(before);
            assertThat(told(asked, AGENT, first).toString()).isNotEqualTo(everything);
        }
    }

    private static SearchScope scope(Role role, Grants grants) {
        return SearchScope.of(grants, new Caller(ANA, Set.of(role), null));
    }

    /** Everything that ranks, with ids and scores in their order. */
    private static List<String> told(IndexSearch asked, SearchScope scope, SearchStage.Row ticket) {
        var told = new ArrayList<String>();
        for (String query :
                List.of("quokka", "whistles", "\"heater whistles\"", "quoka", "wombat OR quokka", "HD-1001")) {
            told.add(query
                    + asked.search(scope, SearchQueryParser.parse(query), 1, 10, null, false).tickets().stream()
                            .map(hit -> hit.id() + "=" + hit.score())
                            .toList());
        }
        told.add("similar"
                + asked.similar(scope, ticket.id, "Quokka heater whistles near the enclosure", 1, 10).stream()
                        .map(hit -> hit.id() + "=" + hit.score())
                        .toList());
        told.add("suggested=" + asked.suggest(scope, "heater", 1, 10).tickets());
        return told;
    }

    @Test
    void a_requesters_hit_in_the_subject_comes_before_one_in_the_description() {
        assertThat(found(REQUESTER, "floor OR tunnel", 50, null).tickets())
                .extracting(IndexSearch.FoundTicket::score)
                .containsExactly(4.8, 2.4); // a fifth of it for being spelled nearly so, too
    }

    @Test
    void without_text_the_tickets_changed_last_come_first() {
        assertThat(ordered(AGENT, "")).containsExactly(1004L, 1003L, 1002L, 1001L);
    }

    @Test
    void facets_count_what_the_caller_may_find() {
        assertThat(facets(AGENT).get("queue"))
                .containsExactlyInAnyOrder(
                        new IndexSearch.Count("service-desk", 2), new IndexSearch.Count("network", 1));
        assertThat(facets(AGENT).get("status")).contains(new IndexSearch.Count("OPEN", 2));
        assertThat(facets(REQUESTER).get("status"))
                .containsExactlyInAnyOrder(new IndexSearch.Count("OPEN", 1), new IndexSearch.Count("PENDING", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "floor OR tunnel OR intranet OR noise"})
    void pages_join_without_gap_or_repetition(String query) {
        var seen = new ArrayList<UUID>();
        List<String> after = null;
        int pages = 0;
        do {
            var page = found(AGENT, query, 1, after);
            page.tickets().forEach(ticket -> seen.add(ticket.id()));
            after = page.after();
            pages++;
        } while (after != null && pages < 10);
        assertThat(pages).isEqualTo(4);
        assertThat(seen).doesNotHaveDuplicates().hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "p              | 1001",
                "pri            | 1001",
                "Printers fl    | 1001",
                "floor pri      | 1001",
                "mull           | 1002",
                "HD-10          | 1001 1002 1003 1004",
                "1003           | 1003",
                "kick           | ",
                "tunn           | ", // only subjects are offered
            })
    void suggests_by_beginnings(String typed, @Nullable String numbers) {
        var suggested = new LinkedHashSet<Long>();
        search.suggest(AGENT, typed, 1, 10).tickets().forEach(one -> suggested.add(stage.number(one)));
        assertThat(suggested).isEqualTo(expected(numbers));
    }

    @Test
    void suggestions_of_a_requester_are_their_own_tickets() {
        assertThat(search.suggest(REQUESTER, "can", 1, 10).tickets()).isEmpty();
        assertThat(search.suggest(REQUESTER, "HD-1", 1, 10).tickets())
                .extracting(stage::number)
                .containsExactlyInAnyOrder(1001L, 1002L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"}}]}{\"match_all\":{}}",
                "{\"query\":{\"match_all\":{}}}",
                "*:* OR _exists_:note",
                "/.*/ .* [a-z]+ ~5 ^9 && || !",
                "\\\\ \\\" \\u0000",
                "title~2 (((( )))) ",
                "\u0000\u0007\u001b[31m",
                "\ud83d\ude00 \u202e \u200b \ufeff",
                "\ud83d printer \ude00",
                "’ ' ` ´ % _ ; -- /* */ ' OR '1'='1",
                "_source:* _id:1",
                "${jndi:ldap://x} #{7*7} <b>",
            })
    void odd_input_is_answered_or_refused(String query) {
        assertAnsweredOrRefused(query);
    }

    @Test
    void long_input_is_answered_or_refused() {
        assertAnsweredOrRefused("x".repeat(10_000));
        assertAnsweredOrRefused("x".repeat(1_000));
        assertAnsweredOrRefused("\"" + "paper ".repeat(160) + "\"");
        assertAnsweredOrRefused("printe".repeat(30) + " jam");
        var words = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            words.append("pa").append((char) ('a' + i % 26)).append("nter ");
        }
        assertThat(found(AGENT, words.toString(), 50, null).tickets()).isEmpty();
        assertThat(found(AGENT, words.toString().strip().replace(" ", " OR "), 10, null))
                .isNotNull();
    }

    @Test
    void random_input_is_answered_or_refused() {
        var random = new Random(7);
        for (int i = 0; i < 150; i++) {
            var query = new StringBuilder();
            for (int length = 1 + random.nextInt(20); length > 0; length--) {
                query.append(random.nextInt(3) == 0 ? (char) random.nextInt(65_536) : (char) (32 + random.nextInt(95)));
            }
            assertAnsweredOrRefused(query.toString());
        }
    }

    private static void assertAnsweredOrRefused(String query) {
        try {
            assertThat(found(AGENT, query, 50, null).tickets()).hasSizeLessThanOrEqualTo(4);
            assertThat(search.suggest(AGENT, SearchQueryParser.cleaned(query), 1, 10)
                            .tickets())
                    .hasSizeLessThanOrEqualTo(4);
        } catch (InvalidRequest refused) {
            assertThat(refused.errors()).isNotEmpty();
        }
    }

    private static IndexSearch.Found found(SearchScope scope, String query, int limit, @Nullable List<String> after) {
        return search.search(scope, SearchQueryParser.parse(query), 1, limit, after, false);
    }

    private static java.util.Map<String, List<IndexSearch.Count>> facets(SearchScope scope) {
        return search.search(scope, SearchQueryParser.parse(""), 1, 1, null, true)
                .facets();
    }

    private static Set<Long> numbers(SearchScope scope, String query) {
        return new LinkedHashSet<>(ordered(scope, query).stream().sorted().toList());
    }

    private static List<Long> ordered(SearchScope scope, String query) {
        return found(scope, query, 50, null).tickets().stream()
                .map(ticket -> stage.number(ticket.id()))
                .toList();
    }

    private static Set<Long> expected(@Nullable String numbers) {
        var expected = new LinkedHashSet<Long>();
        if (numbers != null) {
            for (String number : numbers.strip().split(" ")) {
                expected.add(Long.parseLong(number));
            }
        }
        return expected;
    }
}
