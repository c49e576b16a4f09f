package dev.hindsight.query.tickets;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_WORDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.query.ReadModelRows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Laws of the list, held against random tickets. Both ways to a page are taken: collecting and walking. */
class TicketListLawTest {

    private static final UUID ANA = UUID.fromString("00000000-0000-7000-8000-00000000000a");
    private static final UUID BEN = UUID.fromString("00000000-0000-7000-8000-00000000000b");
    private static final Caller AGENT = new Caller(ANA, Set.of(Role.AGENT), null);
    private static final int COLLECTS = 10_000;
    private static final int WALKS = 0;

    private static ReadModelRows rows;

    @BeforeAll
    static void start() {
        rows = new ReadModelRows();
    }

    @AfterAll
    static void stop() {
        rows.close();
    }

    @BeforeEach
    void empty() {
        rows.jooq.deleteFrom(TICKET).execute();
        rows.jooq.deleteFrom(TICKET_WORDS).execute();
    }

    @ParameterizedTest
    @CsvSource({
        "createdAt, 0",
        "createdAt, 40",
        "createdAt, 10000",
        "-createdAt, 0",
        "-createdAt, 10000",
        "updatedAt, 0",
        "-updatedAt, 0",
        "-updatedAt, 40",
        "-updatedAt, 10000",
        "number, 0",
        "-number, 10000",
        "priority, 0",
        "priority, 40",
        "priority, 10000",
        "-priority, 0",
        "-priority, 10000",
        "status, 0",
        "status, 40",
        "status, 10000",
        "-status, 0",
        "-status, 10000"
    })
    void a_ticket_that_does_not_change_is_neither_skipped_nor_repeated(String sort, int counted) {
        for (int seed = 0; seed < 2; seed++) {
            empty();
            var random = new Random(seed);
            Set<UUID> unchanged = new HashSet<>();
            for (int i = 0; i < 80; i++) {
                unchanged.add(randomTicket(random));
            }
            List<UUID> seen = new ArrayList<>();
            String cursor = null;
            do {
                TicketPage page =
                        page(counted, "limit=" + (1 + random.nextInt(30)), "sort=" + sort, "cursor=" + cursor);
                page.items().forEach(ticket -> seen.add(ticket.id()));
                cursor = page.nextCursor();
                disturb(random, unchanged);
            } while (cursor != null);

            assertThat(seen.stream().filter(unchanged::contains)).containsExactlyInAnyOrderElementsOf(unchanged);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "createdAt",
        "-createdAt",
        "updatedAt",
        "-updatedAt",
        "number",
        "-number",
        "priority",
        "-priority",
        "status",
        "-status"
    })
    void both_ways_to_a_page_give_the_same_order(String sort) {
        var random = new Random(5);
        for (int i = 0; i < 150; i++) {
            randomTicket(random);
        }
        List<UUID> walked = walkThrough(WALKS, sort);

        assertThat(walkThrough(COLLECTS, sort)).isEqualTo(walked).hasSize(150).doesNotHaveDuplicates();
        assertThat(walked).isEqualTo(sortedHere(sort));
    }

    /** The order that the sort promises, made without a database. */
    private static List<UUID> sortedHere(String sort) {
        boolean descending = sort.startsWith("-");
        String by = descending ? sort.substring(1) : sort;
        Comparator<Record> bucket = Comparator.comparing(row -> switch (by) {
            case "priority" -> row.get(TICKET.PRIORITY) == null ? 9 : row.get(TICKET.PRIORITY) * (descending ? -1 : 1);
            case "status" ->
                List.of(Status.values()).indexOf(Status.valueOf(row.get(TICKET.STATUS))) * (descending ? -1 : 1);
            default -> 0;
        });
        Comparator<Record> key = Comparator.comparing(row -> switch (by) {
            case "number" -> Instant.ofEpochSecond(row.get(TICKET.NUMBER));
            case "updatedAt" -> row.get(TICKET.UPDATED_AT);
            default -> row.get(TICKET.CREATED_AT);
        });
        Comparator<Record> id = Comparator.comparing(row -> row.get(TICKET.ID).toString());
        Comparator<Record> inside = key.thenComparing(id);
        return rows.jooq.selectFrom(TICKET).fetch().stream()
                .sorted(bucket.thenComparing(descending ? inside.reversed() : inside))
                .map(row -> row.get(TICKET.ID))
                .toList();
    }

    @Test
    void a_list_holds_exactly_the_tickets_that_match_all_its_filters() {
        var random = new Random(11);
        for (int i = 0; i < 400; i++) {
            randomTicket(random);
        }
        for (int i = 0; i < 300; i++) {
            List<String> parameters = new ArrayList<>(List.of("limit=200", "sort=number"));
            Predicate<Record> expected = row -> true;
            for (Filter filter : filters(random)) {
                String name = filter.parameter().substring(0, filter.parameter().indexOf('=') + 1);
                if (random.nextInt(3) == 0 && parameters.stream().noneMatch(given -> given.startsWith(name))) {
                    parameters.add(filter.parameter());
                    expected = expected.and(filter.matches());
                }
            }
            List<UUID> matching = rows.jooq.selectFrom(TICKET).orderBy(TICKET.NUMBER).fetch().stream()
                    .filter(expected)
                    .map(row -> row.get(TICKET.ID))
                    .toList();
            for (int counted : new int[] {COLLECTS, WALKS}) {
                TicketPage page = page(counted, parameters.toArray(String[]::new));

                assertThat(page.items().stream().map(TicketSummary::id))
                        .as("%s", parameters)
                        .containsExactlyElementsOf(matching.stream().limit(200).toList());
            }
            assertThat(page(COLLECTS, parameters.toArray(String[]::new)).total())
                    .as("%s", parameters)
                    .isEqualTo(matching.size());
        }
    }

    /** @param parameter as in a URL */
    private record Filter(String parameter, Predicate<Record> matches) {}

    private static List<Filter> filters(Random random) {
        Instant from = ReadModelRows.START.plusSeconds(random.nextInt(400));
        return List.of(
                new Filter(
                        "status=NEW,resolved", row -> Set.of("NEW", "RESOLVED").contains(row.get(TICKET.STATUS))),
                new Filter(
                        "priority=P1,HIGH", row -> row.get(TICKET.PRIORITY) != null && row.get(TICKET.PRIORITY) <= 2),
                new Filter(
                        "priority=none,P5", row -> row.get(TICKET.PRIORITY) == null || row.get(TICKET.PRIORITY) == 5),
                new Filter("type=INCIDENT", row -> row.get(TICKET.TYPE).equals("INCIDENT")),
                new Filter(
                        "queue=hardware,none",
                        row -> row.get(TICKET.QUEUE) == null
                                || row.get(TICKET.QUEUE).equals("hardware")),
                new Filter("queue=none", row -> row.get(TICKET.QUEUE) == null),
                new Filter("category=printer", row -> "printer".equals(row.get(TICKET.CATEGORY))),
                new Filter("assignee=me", row -> ANA.equals(row.get(TICKET.ASSIGNEE))),
                new Filter("assignee=none", row -> row.get(TICKET.ASSIGNEE) == null),
                new Filter("assignee=me," + BEN, row -> row.get(TICKET.ASSIGNEE) != null),
                new Filter("requester=" + BEN, row -> BEN.equals(row.get(TICKET.REQUESTER))),
                new Filter("organization=none", row -> row.get(TICKET.ORGANIZATION) == null),
                new Filter("organization=" + ANA, row -> ANA.equals(row.get(TICKET.ORGANIZATION))),
                new Filter("tag=vip", row -> List.of(row.get(TICKET.TAGS)).contains("vip")),
                new Filter(
                        "tag=vip,none",
                        row -> row.get(TICKET.TAGS).length == 0
                                || List.of(row.get(TICKET.TAGS)).contains("vip")),
                new Filter("text=JA", row -> row.get(TICKET.SUBJECT) != null),
                new Filter("text=PAPER, jam", row -> "Paper jam".equals(row.get(TICKET.SUBJECT))),
                new Filter("text=100% sûre", row -> row.get(TICKET.DESCRIPTION) != null),
                new Filter("text=100%_ s", row -> row.get(TICKET.DESCRIPTION) != null),
                new Filter("text=000", row -> false),
                new Filter("text=%_", row -> false),
                new Filter(
                        "createdAfter=" + from,
                        row -> !row.get(TICKET.CREATED_AT).isBefore(from)),
                new Filter(
                        "createdBefore=" + from,
                        row -> row.get(TICKET.CREATED_AT).isBefore(from)),
                new Filter(
                        "updatedAfter=" + from,
                        row -> !row.get(TICKET.UPDATED_AT).isBefore(from)),
                new Filter(
                        "updatedBefore=2026-03-04",
                        row -> row.get(TICKET.UPDATED_AT).isBefore(Instant.parse("2026-03-04T00:00:00Z"))));
    }

    @Test
    void the_total_is_exact_up_to_the_limit_of_counting_and_says_so_beyond() {
        for (int i = 0; i < 7; i++) {
            rows.ticket(row -> {});
        }

        assertThat(page(7, "limit=2")).satisfies(page -> {
            assertThat(page.total()).isEqualTo(7);
            assertThat(page.totalIsMore()).isFalse();
        });
        assertThat(page(6, "limit=2", "status=NEW")).satisfies(page -> {
            assertThat(page.total()).isEqualTo(6);
            assertThat(page.totalIsMore()).isTrue();
            assertThat(page.items()).hasSize(2);
        });
    }

    @Test
    void an_empty_list_has_a_total_of_none_and_no_next_page() {
        assertThat(page(COLLECTS, "status=CLOSED")).satisfies(page -> {
            assertThat(page.items()).isEmpty();
            assertThat(page.total()).isZero();
            assertThat(page.nextCursor()).isNull();
        });
    }

    @Test
    void a_page_that_holds_the_last_ticket_has_no_next_page() {
        for (int i = 0; i < 4; i++) {
            rows.ticket(row -> {});
        }
        for (int counted : new int[] {COLLECTS, WALKS}) {
            assertThat(page(counted, "limit=4").nextCursor()).isNull();
            assertThat(page(counted, "limit=3").nextCursor()).isNotNull();
        }
    }

    private static UUID randomTicket(Random random) {
        return rows.ticket(row -> {
            row.setCreatedAt(ReadModelRows.START.plusSeconds(random.nextInt(300)));
            row.setUpdatedAt(row.getCreatedAt().plusSeconds(random.nextInt(60_000)));
            row.setStatus(oneOf(random, "NEW", "OPEN", "PENDING", "ON_HOLD", "RESOLVED", "CLOSED", "CANCELLED"));
            row.setPriority(random.nextInt(6) == 0 ? null : (short) (1 + random.nextInt(5)));
            row.setType(oneOf(random, "INCIDENT", "TASK"));
            row.setSubject(oneOrNone(random, "Paper jam", "Jam of another kind"));
            row.setDescription(oneOrNone(random, "100%_ sure", "1000 sure"));
            row.setQueue(oneOrNone(random, "hardware", "software"));
            row.setCategory(oneOrNone(random, "printer", "laptop"));
            row.setAssignee(oneOrNone(random, ANA, BEN));
            row.setRequester(oneOrNone(random, ANA, BEN));
            row.setOrganization(oneOrNone(random, ANA));
            row.setTags(oneOf(random, new String[0], new String[] {"vip"}, new String[] {"slow", "vip"}));
        });
    }

    /** What other people do between two pages. */
    private static void disturb(Random random, Set<UUID> unchanged) {
        randomTicket(random);
        List<UUID> candidates = unchanged.stream().sorted().toList();
        for (int i = 0; i < 3 && i < candidates.size(); i++) {
            UUID id = candidates.get(random.nextInt(candidates.size()));
            unchanged.remove(id);
            rows.jooq
                    .update(TICKET)
                    .set(TICKET.UPDATED_AT, ReadModelRows.START.plusSeconds(100_000 + random.nextInt(1_000)))
                    .set(TICKET.STATUS, oneOf(random, "OPEN", "CLOSED"))
                    .set(TICKET.PRIORITY, (short) (1 + random.nextInt(5)))
                    .where(TICKET.ID.eq(id))
                    .execute();
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static <T> T oneOf(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static <T> @Nullable T oneOrNone(Random random, T... values) {
        int choice = random.nextInt(values.length + 1);
        return choice == values.length ? null : values[choice];
    }

    private static List<UUID> walkThrough(int counted, String sort) {
        List<UUID> seen = new ArrayList<>();
        String cursor = null;
        do {
            TicketPage page = page(counted, "limit=13", "sort=" + sort, "cursor=" + cursor);
            page.items().forEach(ticket -> seen.add(ticket.id()));
            cursor = page.nextCursor();
        } while (cursor != null);
        return seen;
    }

    private static TicketPage page(int counted, String... parameters) {
        var lists = new TicketLists(
                rows.freshness(),
                rows.log,
                rows.cursors,
                new TicketSummaries(new CustomFields(new JsonMapper())),
                counted);
        return lists.page(AGENT, Requests.of(parameters));
    }
}
