package dev.hindsight.query.tickets;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_PAST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.projections.readmodel.PastSpans;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.TicketWords;
import dev.hindsight.projections.tickets.TicketRow;
import dev.hindsight.query.Moment;
import dev.hindsight.query.PastRowsOfHistories;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Web;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A thousand histories: what lists and counts say of a moment is what a fold of that prefix makes. */
class PastListLawTest {

    private static final UUID ANA = UUID.fromString("00000000-0000-7000-8000-00000000000a");
    private static final Caller AGENT = Web.caller(ANA, Role.AGENT);
    private static final int COLLECTS = 10_000;
    private static final int WALKS = 0;

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
    void at_every_position_and_every_instant_the_row_that_is_valid_is_the_state_of_that_prefix() {
        var found = new TreeMap<UUID, List<String>>();
        rows.jooq
                .selectFrom(TICKET_PAST)
                .orderBy(TICKET_PAST.ID, TICKET_PAST.VERSION)
                .forEach(row -> found.computeIfAbsent(row.getId(), id -> new ArrayList<>())
                        .add(row.getVersion() + " " + row.getStatus() + " " + row.getQueue() + " " + row.getAssignee()
                                + " " + row.getSubject() + " " + List.of(row.getTags()) + " " + row.getUpdatedAt() + " "
                                + row.getNextAt() + " " + row.getLastPosition() + " " + row.getNextPosition() + " "
                                + row.getLasted() + " " + row.getStood() + " " + row.getEvent() + " "
                                + row.getWasStatus() + " " + row.getWasQueue() + " " + row.getWasAssignee()));
        var expected = new TreeMap<UUID, List<String>>();
        histories.tickets().forEach((id, steps) -> {
            var its = new ArrayList<String>();
            for (int i = 0; i < steps.size(); i++) {
                TicketRow row = steps.get(i).row();
                TicketRow before = i == 0 ? null : steps.get(i - 1).row();
                Instant to = i + 1 < steps.size() ? steps.get(i + 1).row().updatedAt() : PastSpans.ENDLESS;
                long next = i + 1 < steps.size() ? steps.get(i + 1).row().lastPosition() : PastSpans.LAST;
                its.add(row.version() + " " + row.status() + " " + row.queue() + " " + row.assignee() + " "
                        + row.subject() + " " + row.tags() + " " + row.updatedAt() + " " + to + " "
                        + row.lastPosition() + " " + next + " " + PastSpans.lasted(row.updatedAt(), to) + " "
                        + PastSpans.stood(row.lastPosition(), next) + " "
                        + steps.get(i).event().event().getClass().getSimpleName() + " "
                        + (before == null
                                ? "null null null"
                                : before.status() + " " + before.queue() + " " + before.assignee()));
            }
            expected.put(id, its);
        });

        assertThat(found).isEqualTo(expected).hasSizeGreaterThan(PastRowsOfHistories.HISTORIES);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void a_list_of_the_past_is_the_list_that_there_was(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 30; i++) {
            Moment moment = histories.random(random);
            List<String> parameters = new ArrayList<>(parameters(moment));
            Predicate<TicketRow> matches = row -> true;
            for (Filter filter : filters(random)) {
                if (random.nextInt(4) == 0
                        && parameters.stream().noneMatch(given -> given.startsWith(filter.name() + "="))) {
                    parameters.add(filter.name() + "=" + filter.value());
                    matches = matches.and(filter.matches());
                }
            }
            String sort = List.of("createdAt", "-createdAt", "updatedAt", "-updatedAt", "number", "priority", "-status")
                    .get(random.nextInt(7));
            parameters.add("sort=" + sort);
            List<TicketRow> expected = histories.at(moment).stream()
                    .filter(matches)
                    .sorted(order(sort))
                    .toList();
            int first = Math.min(400, expected.size());

            for (int counted : new int[] {COLLECTS, WALKS}) {
                var seen = new ArrayList<TicketSummary>();
                String cursor = null;
                do {
                    var asked = new ArrayList<>(parameters);
                    asked.add("limit=200");
                    asked.add("cursor=" + cursor);
                    TicketPage page = page(counted, asked);
                    seen.addAll(page.items());
                    cursor = page.nextCursor();
                    assertThat(page.total()).as("%s", parameters).isEqualTo(counted == WALKS ? 0 : expected.size());
                } while (cursor != null && seen.size() < first);
                assertThat(seen.stream().limit(first).map(PastListLawTest::text))
                        .as("%s", parameters)
                        .containsExactlyElementsOf(expected.stream()
                                .limit(first)
                                .map(PastListLawTest::text)
                                .toList());
            }
        }
    }

    @Test
    void counts_of_the_past_are_the_counts_that_there_were() {
        var random = new Random(9);
        for (int i = 0; i < 60; i++) {
            Moment moment = histories.random(random);
            boolean finalToo = random.nextBoolean();
            List<TicketRow> there = histories.at(moment).stream()
                    .filter(row -> finalToo || !Status.valueOf(row.status()).isFinal())
                    .toList();
            var asked = new ArrayList<String>();
            parameters(moment).forEach(one -> asked.addAll(List.of(one.split("=", 2))));
            if (finalToo) {
                asked.addAll(List.of("include", "final"));
            }
            JsonNode all = web.get(AGENT, "/queues/summaries", asked.toArray(String[]::new))
                    .body();
            Map<String, Long> expected = new TreeMap<>();
            there.forEach(row -> {
                expected.merge(row.queue() + " " + row.status(), 1L, Long::sum);
                expected.merge(row.queue() + " P" + (row.priority() == null ? "none" : row.priority()), 1L, Long::sum);
                expected.merge(row.queue() + " total", 1L, Long::sum);
            });
            Map<String, Long> found = new TreeMap<>();
            all.path("items").forEach(queue -> {
                String key = queue.path("queue").asString(null);
                queue.path("byStatus")
                        .properties()
                        .forEach(one -> add(found, key + " " + one.getKey(), one.getValue()));
                queue.path("byPriority")
                        .properties()
                        .forEach(one -> add(
                                found,
                                key + " P"
                                        + (one.getKey().equals("none")
                                                ? "none"
                                                : one.getKey().substring(1)),
                                one.getValue()));
                add(found, key + " total", queue.path("total"));
            });

            assertThat(found).as("%s", moment).isEqualTo(expected);
        }
    }

    private static void add(Map<String, Long> counts, String key, JsonNode count) {
        if (count.asLong() > 0) {
            counts.put(key, count.asLong());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sort=-updatedAt",
                "status=OPEN,PENDING&sort=priority",
                "status=CLOSED,CANCELLED",
                "sort=status",
                "text=paper",
                "queue=hr,none",
                "tag=vip"
            })
    void a_list_as_of_now_is_the_live_list(String list) {
        var parameters = new ArrayList<String>(List.of("limit", "200"));
        if (!list.isEmpty()) {
            for (String one : list.split("&")) {
                parameters.addAll(List.of(one.split("=")));
            }
        }
        var then = new ArrayList<>(parameters);
        then.addAll(List.of("asOf", histories.end.toString()));
        var known = new ArrayList<>(parameters);
        known.addAll(List.of("atPosition", Integer.toString(histories.events.size())));
        String live = body(parameters);

        assertThat(body(then)).isEqualTo(live);
        assertThat(body(known)).isEqualTo(live);
        assertThat(live).contains("\"total\"");
    }

    /** Cursors are sealed for their own question; all else is the same, byte for byte. */
    private static String body(List<String> parameters) {
        var answer = web.get(AGENT, "/tickets", parameters.toArray(String[]::new));
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().toString().replaceAll("\"nextCursor\":\"[^\"]*\"", "\"nextCursor\":\"…\"");
    }

    @Test
    void counts_as_of_now_are_the_live_counts() {
        for (String[] parameters : new String[][] {{}, {"include", "final"}}) {
            var then = new ArrayList<>(List.of(parameters));
            then.addAll(List.of("asKnownAt", histories.end.toString()));
            JsonNode live = web.get(AGENT, "/queues/summaries", parameters).body();
            JsonNode past = web.get(AGENT, "/queues/summaries", then.toArray(String[]::new))
                    .body();
            for (String part : List.of("byStatus", "byPriority", "total", "queue", "name")) {
                assertThat(past.path("items").findValues(part))
                        .isEqualTo(live.path("items").findValues(part))
                        .isNotEmpty();
            }
        }
    }

    @Test
    void a_cursor_belongs_to_its_moment() {
        String moment = histories.end.toString();
        String cursor = web.get(AGENT, "/tickets", "limit", "1", "asOf", moment)
                .body()
                .path("nextCursor")
                .asString();

        assertThat(web.get(AGENT, "/tickets", "limit", "1", "asOf", moment, "cursor", cursor)
                        .status())
                .isEqualTo(200);
        assertThat(web.get(AGENT, "/tickets", "limit", "1", "cursor", cursor).code())
                .isEqualTo("INVALID_CURSOR");
        assertThat(web.get(AGENT, "/tickets", "limit", "1", "atPosition", "9", "cursor", cursor)
                        .code())
                .isEqualTo("INVALID_CURSOR");
    }

    @Test
    void what_is_not_there_yet_is_not_answered() {
        assertThat(web.get(AGENT, "/tickets", "atPosition", "99999999").code()).isEqualTo("NOT_YET_PROJECTED");
        assertThat(web.get(AGENT, "/tickets", "asOf", "2999-01-01").code()).isEqualTo("INVALID_REQUEST");
        assertThat(web.get(AGENT, "/queues/summaries", "asOf", "2020-01-01", "version", "3")
                        .code())
                .isEqualTo("INVALID_REQUEST");
    }

    /** A ticket that was in a closed queue, or is in one now, is seen by nobody who may not see both; auditors apart. */
    @Test
    void rights_of_today_allow_the_scope_then_and_the_scope_now() {
        rows.grants.restrict("hr");
        try {
            var random = new Random(31);
            Map<UUID, TicketRow> today = new TreeMap<>();
            histories.at(Moment.NOW).forEach(row -> today.put(row.id(), row));
            for (int i = 0; i < 20; i++) {
                Moment moment = histories.random(random);
                var asked = new ArrayList<String>(List.of("limit", "1"));
                parameters(moment).forEach(one -> asked.addAll(List.of(one.split("=", 2))));
                List<TicketRow> there = histories.at(moment);
                long both = there.stream()
                        .filter(row -> !"hr".equals(row.queue())
                                && !"hr"
                                        .equals(Objects.requireNonNull(today.get(row.id()))
                                                .queue()))
                        .count();

                assertThat(total(AGENT, asked)).as("%s", moment).isEqualTo(both);
                assertThat(total(Web.caller(ANA, Role.AUDITOR), asked)).isEqualTo(there.size());
            }
        } finally {
            rows.grants.forgetAll();
        }
    }

    private static long total(Caller caller, List<String> parameters) {
        return web.get(caller, "/tickets", parameters.toArray(String[]::new))
                .body()
                .path("total")
                .asLong();
    }

    @Test
    void a_requester_sees_what_was_theirs_and_still_is() {
        UUID requester = histories.at(Moment.NOW).stream()
                .map(TicketRow::requester)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        Map<UUID, TicketRow> today = new TreeMap<>();
        histories.at(Moment.NOW).forEach(row -> today.put(row.id(), row));
        Moment moment = new Moment(null, null, histories.events.size() / 2L, null);

        assertThat(total(
                        Web.caller(requester, Role.REQUESTER),
                        List.of("atPosition", Long.toString(histories.events.size() / 2))))
                .isEqualTo(histories.at(moment).stream()
                        .filter(row -> requester.equals(row.requester())
                                && requester.equals(Objects.requireNonNull(today.get(row.id()))
                                        .requester()))
                        .count());
    }

    private static List<String> parameters(Moment moment) {
        var parameters = new ArrayList<String>();
        if (moment.asOf() != null) {
            parameters.add("asOf=" + moment.asOf());
        }
        if (moment.asKnownAt() != null) {
            parameters.add("asKnownAt=" + moment.asKnownAt());
        }
        if (moment.atPosition() != null) {
            parameters.add("atPosition=" + moment.atPosition());
        }
        return parameters;
    }

    /** @param name of the parameter */
    private record Filter(String name, String value, Predicate<TicketRow> matches) {}

    private static List<Filter> filters(Random random) {
        Instant from = histories
                .events
                .get(random.nextInt(histories.events.size()))
                .event()
                .at();
        TicketRow some = histories.tickets().values().stream()
                .skip(random.nextInt(histories.tickets().size()))
                .findFirst()
                .orElseThrow()
                .getLast()
                .row();
        var filters = new ArrayList<>(List.of(
                new Filter(
                        "status",
                        "NEW,resolved",
                        row -> Set.of("NEW", "RESOLVED").contains(row.status())),
                new Filter(
                        "status", "CLOSED,OPEN", row -> Set.of("CLOSED", "OPEN").contains(row.status())),
                new Filter("status", "CANCELLED", row -> row.status().equals("CANCELLED")),
                new Filter("priority", "P1,none", row -> row.priority() == null || row.priority() == 1),
                new Filter("type", "INCIDENT", row -> row.type().equals("INCIDENT")),
                new Filter(
                        "queue",
                        "hr,none",
                        row -> row.queue() == null || row.queue().equals("hr")),
                new Filter("category", "printer", row -> "printer".equals(row.category())),
                new Filter("assignee", "none", row -> row.assignee() == null),
                new Filter("tag", "vip", row -> row.tags().contains("vip")),
                new Filter("text", "paper", row -> words(row).stream().anyMatch(word -> word.startsWith("paper"))),
                new Filter("text", "jammed", row -> words(row).stream().anyMatch(word -> word.startsWith("jammed"))),
                new Filter(
                        "createdAfter", from.toString(), row -> !row.createdAt().isBefore(from)),
                new Filter(
                        "updatedBefore", from.toString(), row -> row.updatedAt().isBefore(from))));
        UUID assignee = some.assignee();
        if (assignee != null) {
            filters.add(new Filter("assignee", assignee.toString(), row -> assignee.equals(row.assignee())));
        }
        UUID requester = some.requester();
        if (requester != null) {
            filters.add(new Filter("requester", requester.toString(), row -> requester.equals(row.requester())));
        }
        return filters;
    }

    private static Set<String> words(TicketRow row) {
        return TicketWords.of(row.subject(), row.description());
    }

    private static Comparator<TicketRow> order(String sort) {
        boolean descending = sort.startsWith("-");
        String by = descending ? sort.substring(1) : sort;
        Comparator<TicketRow> bucket = Comparator.comparing(row -> switch (by) {
            case "priority" -> row.priority() == null ? 9 : row.priority();
            case "status" -> -List.of(Status.values()).indexOf(Status.valueOf(row.status()));
            default -> 0;
        });
        Comparator<TicketRow> key = Comparator.comparing(row -> switch (by) {
            case "number" -> Instant.ofEpochSecond(row.number());
            case "updatedAt" -> row.updatedAt();
            default -> row.createdAt();
        });
        Comparator<TicketRow> inside = key.thenComparing(row -> row.id().toString());
        return bucket.thenComparing(descending ? inside.reversed() : inside);
    }

    private static String text(TicketRow row) {
        return row.id() + " " + row.version() + " " + row.status() + " " + row.queue() + " " + row.assignee() + " "
                + row.subject() + " " + row.tags() + " " + row.updatedAt() + " " + row.reopenCount();
    }

    private static String text(TicketSummary ticket) {
        return ticket.id() + " " + ticket.version() + " " + ticket.status() + " " + ticket.queue() + " "
                + (ticket.assignee() == null ? null : ticket.assignee().id()) + " " + ticket.subject() + " "
                + ticket.tags() + " " + ticket.updatedAt() + " " + ticket.reopenCount();
    }

    private static TicketPage page(int counted, List<String> parameters) {
        var lists = new TicketLists(
                rows.freshness(),
                rows.log,
                rows.cursors,
                new TicketSummaries(new CustomFields(new JsonMapper())),
                counted);
        return lists.page(AGENT, Requests.of(parameters.toArray(String[]::new)));
    }

    /** Rows of another model tell the same place. */
    @Test
    void an_answer_tells_how_far_the_past_is_known() {
        assertThat(web.get(AGENT, "/tickets", "asOf", histories.end.toString()).header("Hindsight-Position"))
                .isEqualTo(Long.toString(rows.models.position(ReadModel.TICKET_PAST)));
    }
}
