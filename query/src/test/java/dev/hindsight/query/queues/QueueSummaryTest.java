package dev.hindsight.query.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Web;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the summaries of queues count. */
class QueueSummaryTest {

    private static final UUID SOMEBODY = UUID.fromString("00000000-0000-7000-8000-000000000001");
    private static final Caller AGENT = Web.caller(SOMEBODY, Role.AGENT);

    private static ReadModelRows rows;
    private static Web web;

    @BeforeAll
    static void tickets() {
        rows = new ReadModelRows();
        web = new Web(rows);
        rows.queue("hardware", "Things with plugs");
        rows.queue("empty", "Empty");
        ticket("hardware", "NEW", 1, Duration.ofHours(1));
        ticket("hardware", "NEW", 1, Duration.ofHours(23));
        ticket("hardware", "OPEN", 2, Duration.ofHours(25));
        ticket("hardware", "PENDING", null, Duration.ofDays(4));
        ticket("hardware", "RESOLVED", 5, Duration.ofDays(29));
        ticket("hardware", "ON_HOLD", 5, Duration.ofDays(31));
        ticket("hardware", "CLOSED", 5, Duration.ofDays(400));
        ticket("hardware", "CANCELLED", 3, Duration.ofDays(2));
        ticket(null, "NEW", 4, Duration.ofMinutes(1));
        ticket("imported", "OPEN", 4, Duration.ofDays(365));
        ticket("closed-only", "CLOSED", 4, Duration.ofDays(365));
        rows.position(77);
    }

    private static void ticket(@Nullable String queue, String status, @Nullable Integer priority, Duration age) {
        rows.ticket(row -> {
            row.setQueue(queue);
            row.setStatus(status);
            row.setPriority(priority == null ? null : priority.shortValue());
            row.setCreatedAt(Instant.now().minus(age).truncatedTo(ChronoUnit.MICROS));
        });
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    @Test
    void all_queues_come_by_name_with_the_tickets_without_one_last() {
        var answer = web.get(AGENT, "/queues/summaries");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Hindsight-Position")).isEqualTo("77");
        assertThat(answer.body().path("position").asLong()).isEqualTo(77);
        assertThat(answer.body().path("parked").asInt()).isZero();
        assertThat(Instant.parse(answer.body().path("at").asString()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(answer.body()
                        .path("items")
                        .valueStream()
                        .map(item -> item.path("queue").asString(null)))
                .containsExactly("empty", "hardware", "imported", null);
        assertThat(answer.body()
                        .path("items")
                        .valueStream()
                        .map(item -> item.path("name").asString(null)))
                .containsExactly("Empty", "Things with plugs", null, null);
    }

    @Test
    void what_is_not_final_is_counted_by_status_priority_and_age() {
        JsonNode hardware = item(web.get(AGENT, "/queues/summaries").body(), "hardware");

        assertThat(hardware.path("total").asInt()).isEqualTo(6);
        assertThat(counts(hardware, "byStatus"))
                .isEqualTo(Map.of("NEW", 2, "OPEN", 1, "PENDING", 1, "ON_HOLD", 1, "RESOLVED", 1));
        assertThat(counts(hardware, "byPriority"))
                .isEqualTo(Map.of("P1", 2, "P2", 1, "P3", 0, "P4", 0, "P5", 2, "none", 1));
        assertThat(counts(hardware, "byAge"))
                .isEqualTo(Map.of("under1Day", 2, "under3Days", 1, "under7Days", 1, "under30Days", 1, "from30Days", 1));
    }

    @Test
    void final_tickets_are_counted_where_they_are_asked_for() {
        JsonNode all = web.get(AGENT, "/queues/summaries", "include", "final").body();

        assertThat(item(all, "hardware").path("total").asInt()).isEqualTo(8);
        assertThat(counts(item(all, "hardware"), "byStatus"))
                .containsEntry("CLOSED", 1)
                .containsEntry("CANCELLED", 1)
                .containsEntry("MERGED", 0);
        assertThat(counts(item(all, "hardware"), "byAge")).containsEntry("from30Days", 2);
        assertThat(item(all, "closed-only").path("total").asInt()).isEqualTo(1);
    }

    @Test
    void one_queue_answers_what_all_say_of_it() {
        JsonNode all = web.get(AGENT, "/queues/summaries").body();

        for (String queue : new String[] {"hardware", "empty", "imported"}) {
            var one = web.get(AGENT, "/queues/" + queue + "/summary");
            assertThat(one.body()).isEqualTo(item(all, queue));
            assertThat(one.header("Hindsight-Position")).isEqualTo("77");
        }
        assertThat(web.get(AGENT, "/queues/none/summary").body()).isEqualTo(item(all, null));
    }

    @Test
    void what_is_no_queue_is_not_found_and_what_is_not_understood_is_refused() {
        assertThat(web.get(AGENT, "/queues/nowhere/summary").status()).isEqualTo(404);
        assertThat(web.get(AGENT, "/queues/closed-only/summary").status()).isEqualTo(404);
        assertThat(web.get(AGENT, "/queues/summaries", "include", "closed").status())
                .isEqualTo(400);
        assertThat(web.get(AGENT, "/queues/summaries", "status", "NEW").status())
                .isEqualTo(400);
        assertThat(web.get(AGENT, "/queues/summaries", "minPosition", "78").code())
                .isEqualTo("NOT_YET_PROJECTED");
    }

    private static JsonNode item(JsonNode list, @Nullable String queue) {
        return list.path("items")
                .valueStream()
                .filter(item -> Objects.equals(item.path("queue").asString(null), queue))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, Integer> counts(JsonNode item, String by) {
        return item.path(by).properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, count -> count.getValue().asInt()));
    }
}
