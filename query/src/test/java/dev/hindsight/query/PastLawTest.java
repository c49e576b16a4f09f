package dev.hindsight.query;

import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_ATTACHMENT;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_LINK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.PastTicket;
import dev.hindsight.projections.tickets.FoldedTickets;
import dev.hindsight.projections.tickets.TicketFold;
import dev.hindsight.projections.tickets.TicketModel;
import dev.hindsight.projections.tickets.TicketRow;
import dev.hindsight.query.ticket.TicketReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was told of tickets while 1,000 random histories went on is told again when the same moments are asked for later:
 * every state of every ticket against the rows that the live model had, and samples over HTTP, word for word.
 */
class PastLawTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int HISTORIES = 1_000;
    private static final int EVENTS = 10_000;
    /** Each of another ticket, so that every state is seen. */
    private static final int BATCH = 40;

    private static final List<String> READS = List.of("", "/conversation", "/timeline", "/links");

    private final Random random = new Random(7);
    private final Caller auditor = Web.caller(new UUID(0, 1), Role.AUDITOR);

    /** What the live model held of a ticket. */
    private record Rows(Record ticket, List<List<Object>> links, List<List<Object>> attachments) {}

    private record Seen(UUID ticket, long position, String read, JsonNode answer) {}

    @Test
    void theWholePastIsToldAsItWasTold() throws SQLException {
        try (var rows = new ReadModelRows()) {
            var web = new Web(rows);
            rows.field("floor", "NUMBER");
            List<UUID> people = IntStream.range(0, 8)
                    .mapToObj(i -> rows.person("person " + i, true))
                    .toList();
            var histories = new RandomTickets(42, people);
            var model = new TicketModel(1);
            Map<UUID, Map<Long, Rows>> live = new HashMap<>();
            var seen = new ArrayList<Seen>();
            while (rows.log.head() < EVENTS) {
                rename(rows, people);
                List<LoggedEvent> batch = batch(histories);
                batch.forEach(rows.log::append);
                project(rows, model, batch);
                rows.position(rows.log.head());
                read(rows, batch, live);
                for (int i = 0; i < 2; i++) {
                    UUID ticket = id(batch.get(random.nextInt(batch.size())));
                    String read = READS.get(random.nextInt(READS.size()));
                    seen.add(new Seen(ticket, rows.log.head(), read, answer(web, ticket, read)));
                    seen.add(new Seen(ticket, rows.log.head(), "", answer(web, ticket, "")));
                }
            }
            assertThat(live).hasSizeGreaterThanOrEqualTo(HISTORIES);
            var reader = new TicketReader(rows.freshness(), rows.log, new FoldedTickets());
            everyStateIsWhatTheLiveModelHeld(reader, live);
            bothTimelinesAreFoldsOfWhatTheyInclude(rows, reader, live.keySet());
            for (Seen then : seen) {
                assertThat(answer(web, then.ticket(), then.read(), "atPosition", Long.toString(then.position())))
                        .as(then.toString())
                        .isEqualTo(then.answer());
            }
            String now = Instant.now().toString();
            for (UUID ticket : live.keySet().stream().limit(100).toList()) {
                for (String read : READS) {
                    assertThat(answer(web, ticket, read, "asOf", now)).isEqualTo(answer(web, ticket, read));
                }
            }
        }
    }

    private void rename(ReadModelRows rows, List<UUID> people) {
        if (random.nextInt(10) == 0) {
            UUID person = people.get(random.nextInt(people.size()));
            String name = "name " + rows.log.head();
            long since = rows.log.head() + 1;
            rows.jooq.execute(
                    "update {0} set name = {1}, names = names || {1}, names_since = names_since || {2} where id = {3}",
                    PERSON, DSL.val(name), DSL.val(since), DSL.val(person));
        }
    }

    private List<LoggedEvent> batch(RandomTickets histories) {
        var batch = new ArrayList<LoggedEvent>();
        var taken = new ArrayList<Integer>();
        while (batch.size() < BATCH) {
            int known = histories.tickets();
            if (known == taken.size() || (known < HISTORIES && random.nextInt(9) == 0)) {
                batch.add(histories.open());
                taken.add(known);
            } else {
                int ticket = known - 1 - random.nextInt(Math.min(known, 200));
                if (!taken.contains(ticket)) {
                    taken.add(ticket);
                    batch.add(histories.next(ticket));
                }
            }
        }
        return batch;
    }

    private static <R> void project(ReadModelRows rows, StreamFold<R> fold, List<LoggedEvent> events)
            throws SQLException {
        rows.write(connection -> {
            Map<String, R> known = new LinkedHashMap<>(fold.load(
                    connection, events.stream().map(LoggedEvent::stream).toList()));
            for (LoggedEvent event : events) {
                fold.apply(known.computeIfAbsent(event.stream(), fold::begin), event);
            }
            fold.write(connection, known.values());
        });
    }

    private static void read(ReadModelRows rows, List<LoggedEvent> batch, Map<UUID, Map<Long, Rows>> live) {
        UUID[] ids = batch.stream().map(PastLawTest::id).toArray(UUID[]::new);
        Map<UUID, List<List<Object>>> links = new HashMap<>();
        rows.jooq
                .selectFrom(TICKET_LINK)
                .where(TICKET_LINK.TICKET_ID.in(ids))
                .orderBy(TICKET_LINK.LAST_POSITION)
                .forEach(row -> links.computeIfAbsent(row.getTicketId(), id -> new ArrayList<>())
                        .add(row.intoList()));
        Map<UUID, List<List<Object>>> attachments = new HashMap<>();
        rows.jooq
                .selectFrom(TICKET_ATTACHMENT)
                .where(TICKET_ATTACHMENT.TICKET_ID.in(ids))
                .orderBy(TICKET_ATTACHMENT.AT, TICKET_ATTACHMENT.ID)
                .forEach(row -> attachments
                        .computeIfAbsent(row.getTicketId(), id -> new ArrayList<>())
                        .add(row.intoList()));
        rows.jooq
                .selectFrom(TICKET)
                .where(TICKET.ID.in(ids))
                .forEach(row -> live.computeIfAbsent(row.getId(), id -> new HashMap<>())
                        .put(
                                row.getLastPosition(),
                                new Rows(
                                        row,
                                        links.getOrDefault(row.getId(), List.of()),
                                        attachments.getOrDefault(row.getId(), List.of()))));
    }

    private void everyStateIsWhatTheLiveModelHeld(TicketReader reader, Map<UUID, Map<Long, Rows>> live) {
        int compared = 0;
        for (var ticket : live.entrySet()) {
            var found = reader.find(auditor, ticket.getKey().toString(), null, List.of());
            for (var then : ticket.getValue().entrySet()) {
                PastTicket past = reader.at(found, new Moment(null, null, then.getKey(), null));
                Rows rows = then.getValue();
                assertThat(byColumn(past.row())).isEqualTo(byColumn(rows.ticket()));
                assertThat(values(past.links())).isEqualTo(rows.links());
                assertThat(values(past.attachments())).isEqualTo(rows.attachments());
                compared++;
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(EVENTS);
    }

    private static Map<String, @Nullable Object> byColumn(Record row) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        for (var field : TICKET.fields()) {
            values.put(field.getName(), same(row.get(field)));
        }
        return values;
    }

    private static @Nullable Object same(@Nullable Object value) {
        return switch (value) {
            case Object[] array -> List.of(array);
            case JSONB json -> JSON.readTree(json.data());
            case null -> null;
            default -> value;
        };
    }

    private static List<List<Object>> values(Collection<? extends Record> rows) {
        return rows.stream().map(Record::intoList).toList();
    }

    /** By the fold alone, over the events that a moment includes. */
    private void bothTimelinesAreFoldsOfWhatTheyInclude(
            ReadModelRows rows, TicketReader reader, Collection<UUID> tickets) {
        int several = 0;
        for (UUID ticket : tickets) {
            List<LoggedEvent> events;
            try (Stream<LoggedEvent> all = rows.log.eventsOf("ticket-" + ticket)) {
                events = all.toList();
            }
            var found = reader.find(auditor, ticket.toString(), null, List.of());
            for (int i = 0; i < 3; i++) {
                LoggedEvent one = events.get(random.nextInt(events.size()));
                LoggedEvent other = events.get(random.nextInt(events.size()));
                Instant was = one.event().at().plusNanos(1_000L * random.nextInt(3));
                Instant known = other.recordedAt().plusNanos(1_000L * random.nextInt(3));
                boolean both = i == 2;
                Moment moment = i == 0
                        ? new Moment(was, null, null, null)
                        : both ? new Moment(was, known, null, null) : new Moment(null, known, null, null);
                TicketRow expected = folded(
                        events,
                        event -> (moment.asOf() == null || !event.event().at().isAfter(was))
                                && (moment.asKnownAt() == null
                                        || !event.recordedAt().isAfter(known)));
                PastTicket past = reader.at(found, moment);
                assertThat(past.version()).isEqualTo(expected.version());
                assertThat(past.row().getStatus()).isEqualTo(expected.status());
                assertThat(past.row().getUpdatedAt()).isEqualTo(expected.updatedAt());
                several += past.version() < events.size() ? 1 : 0;
            }
        }
        assertThat(several).isGreaterThan(HISTORIES);
    }

    private static TicketRow folded(List<LoggedEvent> events, Predicate<LoggedEvent> included) {
        TicketRow row = null;
        for (LoggedEvent event : events) {
            if (included.test(event)) {
                row = TicketFold.step(row, event).row();
            }
        }
        return Objects.requireNonNull(row);
    }

    /** Without the page's own position, which tells how far the log was when it was answered. */
    private JsonNode answer(Web web, UUID ticket, String read, String... parameters) {
        var answer = web.get(auditor, "/tickets/" + ticket + read, parameters);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        if (!read.isEmpty() && answer.body() instanceof ObjectNode page) {
            page.remove("position");
        }
        return answer.body();
    }

    private static UUID id(LoggedEvent event) {
        return UUID.fromString(event.stream().substring("ticket-".length()));
    }
}
