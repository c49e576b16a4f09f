package dev.hindsight.query.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.embedded.EmbeddedOpenSearch;
import dev.hindsight.projections.readmodel.Grants;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.tickets.CustomFields;
import dev.hindsight.query.tickets.TicketSummaries;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prints how fast tickets become findable and are found, by one client, everything on this machine. Run it with {@code
 * ./mvnw -Pdrills -pl query -am test -Dtest=SearchMeasurement -Dsurefire.failIfNoSpecifiedTests=false}, on a machine that
 * does nothing else.
 */
@Tag("drill")
class SearchMeasurement {

    private static final int TICKETS = 100_000;
    private static final int SEARCHES = 500;
    /** Until the node is compiled; the first searches after a start take several times as long. */
    private static final int WARMING = 500;

    @Test
    void one_client(@TempDir Path folder) throws Exception {
        try (var node = EmbeddedOpenSearch.start(EmbeddedOpenSearch.Options.in(folder));
                var stage = new SearchStage(node.uri())) {
            stage.follower.stop();
            stage.fill(TICKETS, 42);
            long start = System.nanoTime();
            stage.follower.start();
            assertThat(stage.gate.await(ReadModel.TICKET_SEARCH, stage.position(), Duration.ofMinutes(3)))
                    .isTrue();
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("rows to findable: %.0f tickets/s%n", TICKETS / seconds);

            var search = new SearchTickets(
                    stage.connection,
                    stage.index,
                    new Freshness(stage.models, stage.gate),
                    new Cursors("a key for tests only".getBytes(StandardCharsets.UTF_8)),
                    new TicketSummaries(new CustomFields(new JsonMapper())));
            var agent = new Caller(UUID.randomUUID(), Set.of(Role.AGENT), null);
            for (boolean rare : List.of(false, true)) {
                for (String limit : List.of("10", "50")) {
                    var random = new Random(1);
                    long[] nanos = new long[SEARCHES];
                    for (int i = -WARMING; i < SEARCHES; i++) {
                        String query = query(random, rare) + (i % 3 == 0 ? " status:open" : "");
                        long before = System.nanoTime();
                        var page = search.search(agent, new SearchController.Question(query, limit, null, null));
                        if (i >= 0) {
                            nanos[i] = System.nanoTime() - before;
                        }
                        assertThat(page.position()).isEqualTo(stage.position());
                    }
                    print(
                            "search, " + (rare ? "words that few tickets hold" : "words as frequent as written") + ", "
                                    + limit + " hits a page",
                            nanos);
                }
            }
            var typing = new Random(5);
            long[] typed = new long[SEARCHES];
            for (int i = -WARMING; i < SEARCHES; i++) {
                String word = SearchStage.words(typing, 1 + typing.nextInt(2));
                String begun = word.substring(0, 1 + typing.nextInt(word.length()));
                long before = System.nanoTime();
                var offered = search.suggest(agent, begun, null);
                if (i >= 0) {
                    typed[i] = System.nanoTime() - before;
                }
                assertThat(offered.position()).isEqualTo(stage.position());
            }
            print("suggestions of tickets and tags", typed);
            long[] alike = new long[SEARCHES];
            for (int i = -WARMING; i < SEARCHES; i++) {
                String text = SearchStage.words(typing, 8);
                long before = System.nanoTime();
                search.similar(agent, UUID.randomUUID(), text, 10, 0);
                if (i >= 0) {
                    alike[i] = System.nanoTime() - before;
                }
            }
            print("similar tickets", alike);
            var found = new IndexSearch(stage.connection, stage.index);
            var random = new Random(3);
            long[] index = new long[SEARCHES];
            for (int i = 0; i < SEARCHES; i++) {
                var query = SearchQueryParser.parse(query(random, false) + (i % 3 == 0 ? " status:open" : ""));
                long before = System.nanoTime();
                found.search(SearchScope.of(Grants.NONE, agent), query, 1, 50, null, true);
                index[i] = System.nanoTime() - before;
            }
            print("of which the index alone, words as frequent as written, 50 hits a page", index);
        }
    }

    private static String query(Random random, boolean rare) {
        int words = 1 + random.nextInt(3);
        if (!rare) {
            return SearchStage.words(random, words);
        }
        var query = new StringBuilder(SearchStage.word(100 + random.nextInt(2_000)));
        if (words > 1) {
            query.append(' ').append(SearchStage.words(random, words - 1));
        }
        return query.toString();
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%s: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms (load %.1f)%n",
                what,
                nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 95 / 100] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
