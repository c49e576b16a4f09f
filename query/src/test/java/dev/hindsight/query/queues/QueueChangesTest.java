package dev.hindsight.query.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.tickets.TicketRow;
import dev.hindsight.query.PastRowsOfHistories;
import dev.hindsight.query.PastRowsOfHistories.Step;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Web;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A thousand histories: what changed in a queue is what its tickets' own events say. */
class QueueChangesTest {

    private static final UUID ANA = UUID.fromString("00000000-0000-7000-8000-00000000000a");
    private static final Caller AGENT = Web.caller(ANA, Role.AGENT);

    private static ReadModelRows rows;
    private static PastRowsOfHistories histories;
    private static Web web;

    @BeforeAll
    static void start() throws Exception {
        rows = new ReadModelRows();
        histories = new PastRowsOfHistories(rows);
        web = new Web(rows);
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    @Test
    void every_change_between_two_moments_is_told_once_in_order() {
        var random = new Random(3);
        for (String queue : List.of("hr", "mail", "none")) {
            Instant one = histories
                    .events
                    .get(random.nextInt(histories.events.size()))
                    .event()
                    .at();
            Instant other = histories
                    .events
                    .get(random.nextInt(histories.events.size()))
                    .event()
                    .at();
            Instant from = one.isBefore(other) ? one : other;
            Instant to = one.isBefore(other) ? other : one;
            var seen = new ArrayList<String>();
            String cursor = null;
            do {
                var asked = new ArrayList<>(List.of("from", from.toString(), "to", to.toString(), "limit", "97"));
                if (cursor != null) {
                    asked.addAll(List.of("cursor", cursor));
                }
                JsonNode page = web.get(AGENT, "/queues/" + queue + "/changes", asked.toArray(String[]::new))
                        .body();
                page.path("items")
                        .forEach(change -> seen.add(change.path("ticketId").asString() + " "
                                + change.path("version").asLong() + " " + change.path("kinds") + " "
                                + change.at("/actor/id").asString()));
                cursor = page.path("nextCursor").asString(null);
            } while (cursor != null);

            assertThat(seen)
                    .as("%s %s %s", queue, from, to)
                    .containsExactlyElementsOf(expected(queue.equals("none") ? null : queue, from, to))
                    .hasSizeGreaterThan(100);
        }
    }

    private static List<String> expected(@org.jspecify.annotations.Nullable String queue, Instant from, Instant to) {
        record Told(Instant at, String id, long version, String text) {}
        var all = new ArrayList<Told>();
        for (List<Step> steps : histories.tickets().values()) {
            for (int i = 0; i < steps.size(); i++) {
                TicketRow row = steps.get(i).row();
                TicketRow before = i == 0 ? null : steps.get(i - 1).row();
                boolean here = Objects.equals(row.queue(), queue);
                boolean was = before != null && Objects.equals(before.queue(), queue);
                if (row.updatedAt().isBefore(from) || !row.updatedAt().isBefore(to) || !(here || was)) {
                    continue;
                }
                var kinds = new ArrayList<String>();
                if (before == null) {
                    kinds.add("\"OPENED\"");
                } else {
                    if (here != was || !Objects.equals(row.queue(), before.queue())) {
                        kinds.add(here ? "\"CAME\"" : "\"LEFT\"");
                    }
                    if (!row.status().equals(before.status())) {
                        String event = steps.get(i).event().event().getClass().getSimpleName();
                        kinds.add(
                                switch (event) {
                                    case "TicketReopened" -> "\"REOPENED\"";
                                    case "TicketResolved" -> "\"RESOLVED\"";
                                    case "TicketClosed", "TicketCancelled" -> "\"CLOSED\"";
                                    case "TicketReverted" ->
                                        switch (row.status()) {
                                            case "RESOLVED" -> "\"RESOLVED\"";
                                            case "CLOSED", "CANCELLED" -> "\"CLOSED\"";
                                            default -> "\"MOVED\"";
                                        };
                                    default -> "\"MOVED\"";
                                });
                    }
                    if (!Objects.equals(row.assignee(), before.assignee())) {
                        kinds.add("\"REASSIGNED\"");
                    }
                }
                if (!kinds.isEmpty()) {
                    all.add(new Told(
                            row.updatedAt(),
                            row.id().toString(),
                            row.version(),
                            row.id() + " " + row.version() + " [" + String.join(",", kinds) + "] "
                                    + steps.get(i).event().envelope().actor().person()));
                }
            }
        }
        return all.stream()
                .sorted(Comparator.comparing(Told::at).thenComparing(Told::id).thenComparingLong(Told::version))
                .map(Told::text)
                .toList();
    }

    @Test
    void a_closed_queue_is_not_there_for_whom_it_is_closed() {
        rows.grants.restrict("hr");
        try {
            assertThat(web.get(AGENT, "/queues/hr/changes", "from", "2020-01-01")
                            .status())
                    .isEqualTo(404);
            assertThat(web.get(Web.caller(ANA, Role.AUDITOR), "/queues/hr/changes", "from", "2020-01-01")
                            .status())
                    .isEqualTo(200);
        } finally {
            rows.grants.forgetAll();
        }
    }

    @Test
    void requesters_and_malformed_ranges_are_refused() {
        assertThat(web.get(Web.caller(ANA, Role.REQUESTER), "/queues/hr/changes", "from", "2020-01-01")
                        .status())
                .isEqualTo(403);
        assertThat(web.get(AGENT, "/queues/hr/changes").code()).isEqualTo("INVALID_REQUEST");
        assertThat(web.get(AGENT, "/queues/hr/changes", "from", "2026-02-01", "to", "2026-01-01")
                        .code())
                .isEqualTo("INVALID_REQUEST");
        assertThat(web.get(AGENT, "/queues/hr/changes", "from", "2026-01-01", "cursor", "AAAA")
                        .code())
                .isEqualTo("INVALID_CURSOR");
    }
}
