package dev.hindsight.projections.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import dev.hindsight.projections.ProjectionsModule;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every history, here for seeded random ones. */
class ReadModelLawsTest {

    private static final int EVENTS = 900;

    private static Database database;

    @BeforeAll
    static void start() {
        database = new Database();
    }

    @AfterAll
    static void end() {
        database.close();
    }

    /** Every model of tickets, by each of these numbers. */
    static Stream<Arguments> batches() {
        return each(1, 7, 128, EVENTS);
    }

    static Stream<Arguments> seeds() {
        return each(1, 2, 3);
    }

    static Stream<Arguments> erasures() {
        return each(21, 22, 23, 24, 25);
    }

    private static Stream<Arguments> each(int... numbers) {
        return Stream.of(ReadModel.TICKETS, ReadModel.TICKET_PAST)
                .flatMap(model -> Arrays.stream(numbers).mapToObj(number -> Arguments.of(model, number)));
    }

    @ParameterizedTest
    @MethodSource("batches")
    void rows_are_the_same_whatever_the_batch_size(ReadModel model, int batch) {
        var log = new MemoryLog().append(Histories.of(4711, EVENTS));
        assertThat(Database.differences(projected(log, model, batch), refolded(log, model)))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_history_delivered_twice_leaves_the_rows_of_once(ReadModel model, int seed) {
        var log = new MemoryLog().append(Histories.of(seed, EVENTS));
        var fold = fresh(model);
        project(log, fold, 100);
        var once = database.rows(model);
        project(log, fold, 64);
        assertThat(Database.differences(database.rows(model), once)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_batch_that_begins_in_what_was_delivered_before_goes_on_from_there(ReadModel model, int seed) {
        var log = new MemoryLog().append(Histories.of(seed, EVENTS));
        var fold = fresh(model);
        var arrivals = log.arrivals(fold);
        var projector = new BatchProjector<>(fold, log);
        database.transact(connection -> projector.project(connection, arrivals.subList(0, 600)));
        database.transact(connection -> projector.project(connection, arrivals.subList(400, EVENTS)));
        assertThat(Database.differences(database.rows(model), refolded(log, model)))
                .isEmpty();
    }

    /** A ticket is erased at some moment; rows made before and made anew after are the same. */
    @ParameterizedTest
    @MethodSource("erasures")
    void what_is_erased_is_gone_from_rows_whether_they_are_made_live_or_anew(ReadModel model, int seed) {
        var history = new ArrayList<>(Histories.of(seed, EVENTS));
        var random = new Random(seed);
        var streams =
                history.stream().map(LoggedEvent::stream).distinct().limit(40).toList();
        for (var stream : streams) {
            if (random.nextBoolean() && history.stream().noneMatch(it -> erases(it, stream))) {
                var version = history.stream()
                                .filter(it -> it.stream().equals(stream))
                                .count()
                        + 1;
                history.add(Histories.logged(
                        history.size() + 1,
                        version,
                        new TicketContentErased(
                                UUID.fromString(stream.substring("ticket-".length())),
                                history.getLast().event().at(),
                                "PERSON_ERASED",
                                null),
                        UUID.randomUUID()));
            }
        }
        var log = new MemoryLog().append(history);
        var live = projected(log, model, 1 + random.nextInt(200));
        assertThat(Database.differences(live, refolded(log, model))).isEmpty();
        var erased = history.stream()
                .filter(it -> it.event() instanceof TicketContentErased)
                .map(it -> "id\": \"" + it.stream().substring("ticket-".length()) + '"')
                .toList(); // of the ticket's own rows, not of those that refer to it
        assertThat(erased).hasSizeGreaterThan(10);
        var all = String.join(
                "\n",
                live.values().stream()
                        .flatMap(List::stream)
                        .filter(row -> erased.stream().anyMatch(row::contains))
                        .toList());
        assertThat(all)
                .contains("[erased]")
                .doesNotContain("jam", "LOAD LETTER", "Not again", "a.log", "snow", "the boss");
    }

    private static boolean erases(LoggedEvent event, String stream) {
        return event.stream().equals(stream) && event.event() instanceof TicketContentErased;
    }

    @Test
    void every_kind_of_ticket_event_is_in_these_histories() {
        var kinds = Histories.of(4711, EVENTS).stream()
                .map(event -> event.event().getClass().getSimpleName())
                .collect(Collectors.toSet());
        assertThat(kinds)
                .containsExactlyInAnyOrderElementsOf(
                        leaves(TicketEvent.class).map(Class::getSimpleName).collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> leaves(Class<?> family) {
        return family.isSealed()
                ? Arrays.stream(family.getPermittedSubclasses()).flatMap(ReadModelLawsTest::leaves)
                : Stream.of(family);
    }

    private static Map<String, List<String>> projected(MemoryLog log, ReadModel model, int batch) {
        project(log, fresh(model), batch);
        return database.rows(model);
    }

    /** Each ticket alone, from its first event on. */
    private static Map<String, List<String>> refolded(MemoryLog log, ReadModel model) {
        refold(log, fresh(model));
        return database.rows(model);
    }

    private static <R> void refold(MemoryLog log, StreamFold<R> model) {
        streams(log)
                .forEach(stream -> database.transact(connection -> {
                    var rows = model.begin(stream);
                    log.eventsOf(stream).forEach(event -> model.apply(rows, event));
                    model.write(connection, List.of(rows));
                }));
    }

    private static Stream<String> streams(MemoryLog log) {
        return log.all().stream().map(LoggedEvent::stream).distinct();
    }

    private static <R> void project(MemoryLog log, StreamFold<R> model, int batch) {
        var projector = new BatchProjector<>(model, log);
        var arrivals = log.arrivals(model);
        for (var i = 0; i < arrivals.size(); i += batch) {
            var part = arrivals.subList(i, Math.min(arrivals.size(), i + batch));
            database.transact(connection ->
                    assertThat(projector.project(connection, part)).isZero());
        }
    }

    private static StreamFold<?> fresh(ReadModel model) {
        database.truncate(model, 1);
        return Objects.requireNonNull(ProjectionsModule.FOLDS.get(model)).apply(1);
    }
}
