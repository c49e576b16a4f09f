package dev.hindsight.projections.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ticket.TicketEvent.SubjectChanged;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.tickets.TicketModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A ticket whose fold fails is set apart, alone. How it comes back, see {@code RepairTest}. */
class ParkingTest {

    private static final int EVENTS = 600;

    private static Database database;
    private final TicketModel model = new TicketModel(1);
    private final List<LoggedEvent> history = Histories.of(99, EVENTS);
    /** A ticket with several events before and after. */
    private final LoggedEvent victim = history.stream()
            .filter(event -> event.position() > 200 && event.version() == 4)
            .findFirst()
            .orElseThrow();

    @BeforeAll
    static void open() {
        database = new Database();
    }

    @AfterAll
    static void shut() {
        database.close();
    }

    @BeforeEach
    void empty() {
        database.empty();
    }

    @Test
    void a_ticket_with_an_unreadable_event_is_parked_there_and_the_others_go_on() {
        var log = new MemoryLog().append(history).spoil(victim.position(), new IllegalStateException("rotten: secret"));
        project(log, 50);

        assertThat(database.parked(ReadModel.TICKETS)).containsExactly(victim.stream());
        var parked = new ReadModels(database.pool)
                .read(snapshot -> snapshot.parked(ReadModel.TICKETS, id(victim)))
                .orElseThrow();
        assertThat(parked.firstPosition()).isEqualTo(victim.position());
        assertThat(parked.cause()).contains("IllegalStateException").doesNotContain("secret");
        assertThat(version(victim)).isEqualTo(3);
        assertThat(Database.differences(others(database.rows(ReadModel.TICKETS)), others(sound())))
                .isEmpty();
    }

    @Test
    void rows_that_the_database_refuses_park_their_ticket_alone() {
        var broken = new ArrayList<>(history);
        var at = Math.toIntExact(victim.position()) - 1;
        broken.set(
                at,
                replaced(victim, new SubjectChanged(id(victim), victim.event().at(), "nul \u0000 byte")));
        var log = new MemoryLog().append(broken);
        project(log, 50);

        assertThat(database.parked(ReadModel.TICKETS)).containsExactly(victim.stream());
        assertThat(Database.differences(others(database.rows(ReadModel.TICKETS)), others(sound())))
                .isEmpty();
        assertThat(database.jdbc
                        .sql("SELECT cause FROM readmodel.parked")
                        .query(String.class)
                        .single())
                .contains("SQLSTATE 22");
    }

    @Test
    void a_ticket_whose_version_is_not_the_next_is_parked() {
        var gap = new ArrayList<>(history);
        gap.remove(Math.toIntExact(victim.position()) - 1);
        var log = new MemoryLog().append(gap);
        project(log, log.arrivals(model));
        assertThat(database.parked(ReadModel.TICKETS)).containsExactly(victim.stream());
        assertThat(database.jdbc
                        .sql("SELECT cause FROM readmodel.parked")
                        .query(String.class)
                        .single())
                .startsWith("FoldFailure: version 4 expected, 5 came");
    }

    @Test
    void an_event_that_an_operator_skips_is_left_out_and_counted() {
        var log = new MemoryLog().append(history).spoil(victim.position(), new IllegalStateException());
        database.jdbc
                .sql("INSERT INTO readmodel.skip (model, position, reason) VALUES ('tickets', ?, 'rotten')")
                .param(victim.position())
                .update();
        project(log, 50);
        assertThat(database.parked(ReadModel.TICKETS)).isEmpty();
        var last = history.stream()
                .filter(event -> event.stream().equals(victim.stream()))
                .reduce((a, b) -> b)
                .orElseThrow();
        assertThat(version(victim)).isEqualTo(last.version());
        assertThat(Database.differences(others(database.rows(ReadModel.TICKETS)), others(sound())))
                .isEmpty();
    }

    private void project(MemoryLog log, int batch) {
        var arrivals = log.arrivals(model);
        for (var i = 0; i < EVENTS; i += batch) {
            project(log, arrivals.subList(i, i + batch));
        }
    }

    private void project(MemoryLog log, List<Arrival> arrivals) {
        database.transact(connection -> {
            new BatchProjector<>(model, log).project(connection, arrivals);
            try (var progress = connection.prepareStatement(
                    "UPDATE readmodel.generation SET position = ? WHERE model = 'tickets'")) {
                progress.setLong(1, arrivals.getLast().position());
                progress.executeUpdate();
            }
        });
    }

    /** The rows where nothing is broken. */
    private Map<String, List<String>> sound() {
        return database.expected(history);
    }

    private Map<String, List<String>> others(Map<String, List<String>> rows) {
        rows.values()
                .forEach(texts -> texts.removeIf(text ->
                        text.contains("\"id\": \"" + id(victim)) || text.contains("\"ticket_id\": \"" + id(victim))));
        return rows;
    }

    private long version(LoggedEvent event) {
        return database.jdbc
                .sql("SELECT version FROM readmodel.ticket_g1 WHERE id = ?")
                .param(id(event))
                .query(Long.class)
                .single();
    }

    private static UUID id(LoggedEvent event) {
        return UUID.fromString(event.stream().substring("ticket-".length()));
    }

    private static LoggedEvent replaced(LoggedEvent logged, SubjectChanged event) {
        return LoggedEvent.of(
                logged.position(), logged.stream(), logged.version(), logged.recordedAt(), logged.envelope(), event);
    }
}
