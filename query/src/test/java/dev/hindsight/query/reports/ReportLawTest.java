package dev.hindsight.query.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.TicketEvent.InternalNoteAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketReopened;
import dev.hindsight.domain.ticket.TicketEvent.TicketResolved;
import dev.hindsight.projections.readmodel.jooq.tables.TicketPast;
import dev.hindsight.projections.tickets.TicketRow;
import dev.hindsight.query.Moment;
import dev.hindsight.query.PastRowsOfHistories;
import dev.hindsight.query.PastRowsOfHistories.Step;
import dev.hindsight.query.ReadModelRows;
import dev.hindsight.query.Web;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A thousand histories: what a report says of a range is what a walk over every ticket's own events makes. */
class ReportLawTest {

    private static final UUID ANA = UUID.fromString("00000000-0000-7000-8000-00000000000a");
    private static final Caller AGENT = Web.caller(ANA, Role.AGENT);
    private static final Instant NEVER = Instant.MAX;

    private static final Map<String, BiPredicate<@Nullable TicketRow, Step>> BEGAN = Map.of(
            "opened", (before, step) -> before == null,
            "resolved", (before, step) -> step.event().event() instanceof TicketResolved,
            "reopened", (before, step) -> step.event().event() instanceof TicketReopened,
            "time-to-resolution", (before, step) -> step.event().event() instanceof TicketResolved,
            "time-to-first-response",
                    (before, step) -> step.row().firstRespondedAt() != null
                            && (before == null || before.firstRespondedAt() == null),
            "handovers",
                    (before, step) -> before != null
                            && before.assignee() != null
                            && step.row().assignee() != null
                            && !before.assignee().equals(step.row().assignee()));

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "opened",
                "resolved",
                "reopened",
                "handovers",
                "time-to-resolution",
                "time-to-first-response",
                "time-in-status",
                "backlog"
            })
    void a_report_says_what_the_events_say(String measure) {
        var random = new Random(measure.hashCode());
        for (int i = 0; i < 12; i++) {
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
            Instant to = (one.isBefore(other) ? other : one).plusSeconds(1);
            if (random.nextInt(3) == 0) {
                from = from.minus(Duration.ofDays(9));
                to = to.plus(Duration.ofDays(9));
            }
            List<String> by = List.of(
                            List.<String>of(),
                            List.of("queue"),
                            List.of("agent", "priority"),
                            List.of("day"),
                            List.of("queue", "week"),
                            List.of("category", "day"))
                    .get(i % 6);
            String queue = random.nextBoolean() ? "hr" : null;

            assertThat(found(measure, from, to, by, queue))
                    .as("%s %s %s %s %s", measure, from, to, by, queue)
                    .isEqualTo(expected(measure, from, to, by, queue));
        }
    }

    private static Map<String, String> found(
            String measure, Instant from, Instant to, List<String> by, @Nullable String queue) {
        var asked = new ArrayList<>(List.of("from", from.toString(), "to", to.toString()));
        if (!by.isEmpty()) {
            asked.addAll(List.of("by", String.join(",", by)));
        }
        if (queue != null) {
            asked.addAll(List.of("queue", queue));
        }
        var answer = web.get(AGENT, "/reports/" + measure, asked.toArray(String[]::new));
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        Map<String, String> lines = new TreeMap<>();
        answer.body().path("items").forEach(line -> {
            String key = line.path("group").properties().stream()
                    .map(one -> one.getKey() + "="
                            + (one.getKey().equals("agent") ? one.getValue().path("id") : one.getValue())
                                    .asString("null"))
                    .sorted()
                    .collect(Collectors.joining(" "));
            // With a level of none a group is there or not.
            if (!measure.equals("backlog") || line.path("count").asLong() > 0) {
                lines.put(key, text(line));
            }
        });
        return lines;
    }

    private static String text(JsonNode line) {
        return line.path("count").asLong()
                + figure(line.path("median"))
                + figure(line.path("p90"))
                + figure(line.path("mean"));
    }

    /** To a hundredth: sums of fractions differ by their order. */
    private static String figure(JsonNode figure) {
        return figure.isNull() ? "" : " " + Math.round(figure.asDouble() * 100);
    }

    private static Map<String, String> expected(
            String measure, Instant from, Instant to, List<String> by, @Nullable String queue) {
        Map<String, List<Double>> groups = new TreeMap<>();
        boolean times = measure.startsWith("time-");
        for (List<Step> steps : histories.tickets().values()) {
            Map<String, Double> ofTicket = new TreeMap<>();
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                TicketRow row = step.row();
                Instant next = i + 1 < steps.size() ? steps.get(i + 1).row().updatedAt() : NEVER;
                if (queue != null && !queue.equals(row.queue())) {
                    continue;
                }
                Status status = Status.valueOf(row.status());
                if (measure.equals("backlog")) {
                    for (Span span : spans(from, to, by)) {
                        if (!status.isFinal()
                                && status != Status.RESOLVED
                                && row.updatedAt().isBefore(span.end())
                                && !next.isBefore(span.end())) {
                            groups.computeIfAbsent(key(row, span.begin(), by, false), key -> new ArrayList<>())
                                    .add(0.0);
                        }
                    }
                } else if (measure.equals("time-in-status")) {
                    for (Span span : spans(from, to, by)) {
                        Instant begin = max(max(row.updatedAt(), from), span.begin());
                        Instant end = min(min(next, to), span.end());
                        if (!status.isFinal() && begin.isBefore(end)) {
                            ofTicket.merge(key(row, span.begin(), by, true), seconds(begin, end), Double::sum);
                        }
                    }
                } else if (!row.updatedAt().isBefore(from)
                        && row.updatedAt().isBefore(to)
                        && Objects.requireNonNull(BEGAN.get(measure))
                                .test(i == 0 ? null : steps.get(i - 1).row(), step)) {
                    groups.computeIfAbsent(key(row, begin(row.updatedAt(), by), by, false), key -> new ArrayList<>())
                            .add(seconds(row.createdAt(), row.updatedAt()));
                }
            }
            ofTicket.forEach((key, spent) ->
                    groups.computeIfAbsent(key, its -> new ArrayList<>()).add(spent));
        }
        Map<String, String> lines = new TreeMap<>();
        groups.forEach((key, values) -> lines.put(
                key,
                values.size()
                        + (times
                                ? " " + percentile(values, 0.5) + " " + percentile(values, 0.9) + " "
                                        + Math.round(rounded(values.stream()
                                                        .mapToDouble(value -> value)
                                                        .average()
                                                        .orElseThrow())
                                                * 100)
                                : "")));
        return lines;
    }

    private static double rounded(double value) {
        return Math.rint(value * 1_000) / 1_000;
    }

    private static long percentile(List<Double> values, double part) {
        double[] sorted = values.stream().mapToDouble(value -> value).sorted().toArray();
        double place = part * (sorted.length - 1);
        int below = (int) place;
        double above = below + 1 < sorted.length ? sorted[below + 1] : sorted[below];
        return Math.round(rounded(sorted[below] + (above - sorted[below]) * (place - below)) * 100);
    }

    private record Span(Instant begin, Instant end) {}

    private static List<Span> spans(Instant from, Instant to, List<String> by) {
        if (!by.contains("day") && !by.contains("week")) {
            return List.of(new Span(Instant.MIN, to));
        }
        var spans = new ArrayList<Span>();
        for (Instant begin = begin(from, by); begin.isBefore(to); ) {
            Instant end = begin.plus(Duration.ofDays(by.contains("week") ? 7 : 1));
            spans.add(new Span(begin, min(end, to)));
            begin = end;
        }
        return spans;
    }

    private static Instant begin(Instant at, List<String> by) {
        LocalDate day = LocalDate.ofInstant(at, ZoneOffset.UTC);
        return (by.contains("week") ? day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)) : day)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    }

    private static String key(TicketRow row, Instant begin, List<String> by, boolean status) {
        var words = new ArrayList<String>();
        if (status) {
            words.add("status=" + row.status());
        }
        for (String one : by) {
            words.add(one + "="
                    + switch (one) {
                        case "queue" -> row.queue();
                        case "agent" -> Objects.toString(row.assignee());
                        case "priority" -> row.priority() == null ? null : "P" + row.priority();
                        case "category" -> row.category();
                        default -> LocalDate.ofInstant(begin, ZoneOffset.UTC).toString();
                    });
        }
        return words.stream().sorted().collect(Collectors.joining(" "));
    }

    private static Instant max(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }

    private static Instant min(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static double seconds(Instant from, Instant to) {
        Duration between = Duration.between(from, to);
        return between.toSeconds() + between.toNanosPart() / 1e9;
    }

    /** What nobody thought of when the events were written. */
    private static final class Notes implements Measure {
        @Override
        public String name() {
            return "notes";
        }

        @Override
        public Kind kind() {
            return Kind.BEGAN;
        }

        @Override
        public Condition counts(TicketPast state) {
            return state.EVENT.eq("InternalNoteAdded");
        }
    }

    @Test
    void a_new_measure_is_one_small_class_that_works_over_the_whole_history() {
        var reports = new ReportController(rows.freshness(), rows.log, List.of(new Notes()));

        Report report = (Report) Objects.requireNonNull(reports.report(
                        AGENT,
                        "notes",
                        new ReportRequest(
                                "2020-01-01",
                                histories.end.toString(),
                                "queue",
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null),
                        null)
                .getBody());

        Map<String, Long> expected = histories.tickets().values().stream()
                .flatMap(List::stream)
                .filter(step -> step.event().event() instanceof InternalNoteAdded)
                .collect(Collectors.groupingBy(
                        step -> Objects.toString(step.row().queue()), TreeMap::new, Collectors.counting()));
        assertThat(report.items().stream()
                        .collect(Collectors.toMap(
                                line -> Objects.toString(line.group().get("queue")), Report.Line::count)))
                .isEqualTo(expected)
                .hasSize(5);
    }

    /** Rights of today, as in lists: what is hidden is not counted. */
    @Test
    void what_may_not_be_seen_is_not_counted() {
        rows.grants.restrict("hr");
        try {
            Map<UUID, TicketRow> today = new TreeMap<>();
            histories.at(Moment.NOW).forEach(row -> today.put(row.id(), row));
            long seen = histories.tickets().values().stream()
                    .filter(steps -> !"hr".equals(steps.getFirst().row().queue())
                            && !"hr"
                                    .equals(Objects.requireNonNull(today.get(
                                                    steps.getFirst().row().id()))
                                            .queue()))
                    .count();
            assertThat(total(AGENT)).isEqualTo(seen);
            assertThat(total(Web.caller(ANA, Role.AUDITOR)))
                    .isEqualTo(histories.tickets().size());
            assertThat(web.get(Web.caller(ANA, Role.REQUESTER), "/reports/opened", "from", "2020-01-01")
                            .status())
                    .isEqualTo(403);
        } finally {
            rows.grants.forgetAll();
        }
    }

    private static long total(Caller caller) {
        return web.get(caller, "/reports/opened", "from", "2020-01-01", "to", histories.end.toString())
                .body()
                .path("items")
                .path(0)
                .path("count")
                .asLong();
    }

    @Test
    void csv_has_the_same_figures() throws Exception {
        var reports = new ReportController(rows.freshness(), rows.log, Measures.ALL);
        var answer = reports.report(
                AGENT,
                "time-to-resolution",
                new ReportRequest(
                        "2020-01-01",
                        histories.end.toString(),
                        "queue",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                "text/csv");
        JsonNode json = web.get(
                        AGENT,
                        "/reports/time-to-resolution",
                        "from",
                        "2020-01-01",
                        "to",
                        histories.end.toString(),
                        "by",
                        "queue")
                .body();

        assertThat(String.valueOf(answer.getHeaders().getContentType())).startsWith("text/csv");
        List<String> lines = Arrays.asList(String.valueOf(answer.getBody()).split("\r\n", -1));
        assertThat(lines.getFirst()).isEqualTo("queue,count,median,p90,mean,total");
        assertThat(lines).hasSize(json.path("items").size() + 2);
        JsonNode first = json.path("items").path(0);
        assertThat(lines.get(1))
                .startsWith(first.at("/group/queue").asString() + ","
                        + first.path("count").asLong() + ",");
    }

    @Test
    void what_is_malformed_is_refused_by_name() {
        String[][] wrong = {
            {},
            {"from", "yesterday"},
            {"from", "2026-01-05", "to", "2026-01-01"},
            {"from", "2026-01-05", "to", "2999-01-01"},
            {"from", "1990-01-01"},
            {"from", "2026-01-01", "by", "weather"},
            {"from", "2026-01-01", "by", "day,week"},
            {"from", "2026-01-01", "format", "xml"},
            {"from", "2026-01-01", "status", "OPEN"},
        };
        for (String[] parameters : wrong) {
            assertThat(web.get(AGENT, "/reports/opened", parameters).code())
                    .as("%s", List.of(parameters))
                    .isEqualTo("INVALID_REQUEST");
        }
        assertThat(web.get(AGENT, "/reports/weather", "from", "2026-01-01").status())
                .isEqualTo(404);
    }
}
