package dev.hindsight.projections.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ticket.Reversal;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.PublicReplyAdded;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.tickets.TicketModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reverting any suffix of any history brings back every row of the ticket as it was, but for what says that time went on
 * and for what cannot be undone: messages, the first response they may have been, attachments, erasure and holds.
 */
class RevertLawTest {

    private static final int EVENTS = 900;
    private static final JsonMapper JSON = JsonMapper.shared();

    private static Database database;

    @BeforeAll
    static void start() {
        database = new Database();
    }

    @AfterAll
    static void end() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103, 104, 105, 106, 107, 108})
    void reverting_any_suffix_brings_back_the_rows(long seed) {
        var random = new Random(seed);
        var history = Histories.of(seed, EVENTS);
        var streams = new LinkedHashMap<String, List<LoggedEvent>>();
        history.forEach(event -> streams.computeIfAbsent(event.stream(), any -> new ArrayList<>())
                .add(event));
        streams.values().removeIf(events -> events.stream().anyMatch(it -> it.event() instanceof TicketContentErased));
        var prefixes = new ArrayList<LoggedEvent>();
        var reverted = new ArrayList<LoggedEvent>();
        var reverts = 0;
        var position = EVENTS;
        for (var events : streams.values()) {
            var version = random.nextInt(1, events.size() + 1);
            prefixes.addAll(events.subList(0, version));
            reverted.addAll(events);
            var decided = Reversal.to(
                            events.stream().map(it -> (TicketEvent) it.event()).toList(), version, Histories.ANYBODY)
                    .decide("by mistake", events.getLast().event().at());
            for (var event : decided) {
                position++;
                reverts++;
                reverted.add(Histories.logged(position, events.size() + 1L, event, UUID.randomUUID()));
            }
        }
        assertThat(reverts).isGreaterThan(30);
        var then = rows(prefixes);
        var responded = streams.values().stream()
                .flatMap(List::stream)
                .filter(it -> it.event() instanceof PublicReplyAdded)
                .map(it -> it.stream().substring("ticket-".length()))
                .collect(Collectors.toSet());
        var now = rows(reverted);
        for (var table : List.of("ticket", "ticket_link", "ticket_words")) {
            assertThat(then.getOrDefault(table, List.of())).isNotEmpty();
            var differing = new HashSet<>(comparable(now.getOrDefault(table, List.of()), responded));
            var expected = comparable(then.getOrDefault(table, List.of()), responded);
            assertThat(expected.stream().filter(row -> !differing.contains(row)))
                    .as(table + " of then")
                    .isEmpty();
            expected.forEach(differing::remove);
            assertThat(differing).as(table + " of now").isEmpty();
        }
    }

    private static Map<String, List<String>> rows(List<LoggedEvent> events) {
        database.truncate(ReadModel.TICKETS, 1);
        var model = new TicketModel(1);
        var log = new MemoryLog().append(events);
        var projector = new BatchProjector<>(model, log);
        database.transact(connection ->
                assertThat(projector.project(connection, log.arrivals(model))).isZero());
        return database.rows(ReadModel.TICKETS);
    }

    private static List<Map<String, Object>> comparable(List<String> rows, Set<String> responded) {
        return rows.stream()
                .filter(row -> !row.contains("\"words\": \"\"")) // the same as none
                .map(row -> {
                    var json = (ObjectNode) JSON.readTree(row);
                    json.remove(List.of("version", "last_position", "updated_at"));
                    if (responded.contains(json.path("id").asString(""))) {
                        json.remove("first_responded_at");
                    }
                    Map<String, Object> members = new TreeMap<>();
                    json.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
                    return members;
                })
                .toList();
    }
}
