package dev.hindsight.query.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.embedded.SharedOpenSearch;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.tickets.CustomFields;
import dev.hindsight.query.tickets.TicketSummaries;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Run by name with {@code -Dgroups=drill -DexcludedGroups=}: prints how fast tickets become findable and are found. */
@Tag("drill")
class SearchMeasurement {

    private static final int TICKETS = 20_000;
    private static final int SEARCHES = 500;

    @Test
    void twenty_thousand_tickets_one_client() throws Exception {
        try (var stage = new SearchStage(SharedOpenSearch.uri())) {
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
            var random = new Random(1);
            for (String limit : List.of("10", "50")) {
                long[] nanos = new long[SEARCHES];
                for (int i = -300; i < SEARCHES; i++) {
                    String query =
                            SearchStage.words(random, 1 + random.nextInt(3)) + (i % 3 == 0 ? " status:open" : "");
                    long before = System.nanoTime();
                    var page = search.search(agent, new SearchController.Question(query, limit, null, null));
                    if (i >= 0) {
                        nanos[i] = System.nanoTime() - before;
                    }
                    assertThat(page.position()).isEqualTo(stage.position());
                }
                Arrays.sort(nanos);
                System.out.printf(
                        "search with highlights and facets, %s hits a page: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms (load %.1f)%n",
                        limit,
                        nanos[SEARCHES / 2] / 1e6,
                        nanos[SEARCHES * 95 / 100] / 1e6,
                        nanos[SEARCHES * 99 / 100] / 1e6,
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
            }
        }
    }
}
