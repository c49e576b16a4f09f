package dev.hindsight.ops.watch;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;

import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import dev.hindsight.domain.ticket.TicketEvent.TicketResolved;
import dev.hindsight.projections.readmodel.ReadModels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jooq.impl.DSL;

/**
 * What becomes of tickets: {@code tickets.created} by priority and {@code tickets.resolved} count what commands of this
 * node committed, imports apart (they tell of the past); {@code hindsight.tickets} and {@code tickets.open} are counted in
 * the read model, every 15 s at most.
 */
final class TicketMetrics {

    private static final Duration COUNTED_EVERY = Duration.ofSeconds(15);
    /** Those that still are somebody's work. All lie in one index, and are few beside those that are done. */
    private static final List<Status> UNRESOLVED = List.of(Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD);

    private final Map<Priority, Counter> created = new EnumMap<>(Priority.class);
    private final Counter resolved;

    TicketMetrics(MeterRegistry meters, EventStore events, ReadModels models) {
        for (Priority priority : Priority.values()) {
            created.put(
                    priority,
                    Counter.builder("tickets.created")
                            .description("Tickets opened through this node")
                            .tag("priority", priority.name())
                            .register(meters));
        }
        resolved = Counter.builder("tickets.resolved")
                .description("Resolutions through this node; a ticket that is resolved again counts again")
                .register(meters);
        var counts = new Sampled<>("tickets", COUNTED_EVERY, () -> count(models));
        for (Status status : UNRESOLVED) {
            Gauge.builder("hindsight.tickets", counts, sampled -> count(sampled, status))
                    .description("Tickets by status, where they are neither resolved nor final")
                    .tag("status", status.name())
                    .register(meters);
        }
        Gauge.builder("tickets.open", counts, sampled -> count(sampled, Status.NEW) + count(sampled, Status.OPEN))
                .description("Tickets in the category open: NEW and OPEN")
                .register(meters);
        events.subscribe(this::heard);
    }

    /** Called while the unit of work prepares its commit. */
    private void heard(List<? extends EventMessage<?>> events) {
        for (EventMessage<?> event : events) {
            if (event.getPayload() instanceof TicketOpened opened) {
                afterCommit(() -> created(Priority.valueOf(opened.priority())).increment());
            } else if (event.getPayload() instanceof TicketResolved) {
                afterCommit(resolved::increment);
            }
        }
    }

    private Counter created(Priority priority) {
        return Objects.requireNonNull(created.get(priority), "there is one for each");
    }

    private static void afterCommit(Runnable count) {
        if (CurrentUnitOfWork.isStarted()) {
            CurrentUnitOfWork.get().root().afterCommit(unit -> count.run());
        } else {
            count.run();
        }
    }

    private static double count(Sampled<Map<String, Integer>> sampled, Status status) {
        Map<String, Integer> counts = sampled.get();
        return counts == null ? Double.NaN : counts.getOrDefault(status.name(), 0);
    }

    private static Map<String, Integer> count(ReadModels models) {
        return models.read(snapshot -> snapshot.jooq()
                .select(TICKET.STATUS, DSL.count())
                .from(TICKET)
                .where(TICKET.STATUS.in(UNRESOLVED.stream().map(Status::name).toList()))
                .groupBy(TICKET.STATUS)
                .fetchMap(TICKET.STATUS, DSL.count()));
    }
}
