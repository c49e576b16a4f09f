package dev.hindsight.ops.erasure;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.attachments.ContentCleaner;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Expected;
import dev.hindsight.command.erasure.DataKeyErasure;
import dev.hindsight.command.erasure.ErasureCommand.FinishErasure;
import dev.hindsight.command.erasure.ErasureCommand.GoOnWithErasure;
import dev.hindsight.command.erasure.Erasures;
import dev.hindsight.command.erasure.Erasures.Row;
import dev.hindsight.command.erasure.Erasures.State;
import dev.hindsight.command.erasure.OnErasure;
import dev.hindsight.command.erasure.Retention;
import dev.hindsight.command.erasure.Retention.Outcome;
import dev.hindsight.command.erasure.RetentionRuns;
import dev.hindsight.command.erasure.RetentionRuns.Run;
import dev.hindsight.command.erasure.TicketErasing;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import dev.hindsight.ops.erasure.Remains.Report;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Carries out what was asked: erases the tickets of people whose keys are destroyed, has everything made of them made
 * anew, takes away what stores leave behind, and writes the receipt. Every node has it, one at a time works (a session's
 * advisory lock says which); what a node that died has begun, the next one does again from the start, and every step done
 * again changes nothing.
 */
final class ErasureJob implements SmartLifecycle, OnErasure {

    private static final Logger LOG = LoggerFactory.getLogger(ErasureJob.class);
    private static final Duration PACE = Duration.ofSeconds(2);
    private static final int HOLDS_EVERY = 15;
    private static final int AT_ONCE = 8;
    private static final int BATCH = 500;
    private static final Duration MODELS_WAIT = Duration.ofMinutes(2);

    /**
     * What the job needs of the application.
     *
     * @param elsewhere counts what a person wrote on tickets of other requesters
     * @param recovered has everything that was recovered to a point forget what was erased since
     */
    record Tools(
            CommandDispatch dispatch,
            Erasures erasures,
            TicketErasing tickets,
            Retention retention,
            RetentionRuns runs,
            DataKeyErasure keys,
            ContentCleaner contents,
            EventLog log,
            FreshnessGate freshness,
            JdbcClient jdbc,
            ToLongFunction<UUID> elsewhere,
            Runnable recovered,
            List<Remains> remains,
            Clock clock) {}

    /** Connects outside the pool. */
    interface Connections {
        Connection open() throws SQLException;
    }

    private final Tools tools;
    private final Connections connections;
    private final Duration retentionEvery;
    private final Semaphore wishes = new Semaphore(0);
    private volatile @Nullable Thread worker;

    /** @param retentionEvery how long after a pass the next one begins by itself */
    ErasureJob(Tools tools, Connections connections, Duration retentionEvery) {
        this.tools = tools;
        this.retentionEvery = retentionEvery;
        this.connections = connections;
    }

    @Override
    public void wake() {
        wishes.release();
    }

    @Override
    public void start() {
        Thread fresh = Thread.ofPlatform().name("erasure").daemon().unstarted(this::work);
        worker = fresh;
        fresh.start();
    }

    private void work() {
        for (int round = 0; Thread.currentThread().equals(worker); round++) {
            try {
                boolean asked = wishes.tryAcquire(PACE.toMillis(), TimeUnit.MILLISECONDS);
                wishes.drainPermits();
                look(asked || round % HOLDS_EVERY == 0);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException fault) {
                LOG.warn("Erasures wait: {}; tried again", fault.toString());
            }
        }
    }

    /**
     * Does what is due, where no other node does.
     *
     * @param all also what waits for holds
     */
    private void look(boolean all) throws InterruptedException {
        List<Row> open = tools.erasures.in(State.WAITING, State.ERASING);
        boolean retain = !tools.runs.open().isEmpty() || (all && retentionIsDue());
        if (!retain && open.stream().noneMatch(row -> all || row.state() == State.ERASING)) {
            return;
        }
        try (Connection connection = connections.open()) {
            if (!locked(connection)) {
                return;
            }
            eraseDue(all);
            if (retain) {
                retain();
            }
        } catch (SQLException fault) {
            throw new TransientDataAccessResourceException("The database does not answer", fault);
        }
    }

    /** @param all also what waits for holds */
    private void eraseDue(boolean all) throws InterruptedException {
        if (all) {
            tools.erasures.in(State.WAITING).forEach(this::goOn);
        }
        List<Row> erasing = tools.erasures.in(State.ERASING);
        if (!erasing.isEmpty()) {
            erase(erasing);
        }
    }

    /** Where nothing is in its way any more. One that fails keeps nobody else's waiting. */
    private void goOn(Row row) {
        try {
            tools.dispatch.send(
                    call(row),
                    new GoOnWithErasure(row.person(), tools.keys.doubtful(row.person()), tools.clock.instant()));
            if (row.fault() != null) {
                tools.erasures.failed(row.id(), null);
            }
        } catch (RuntimeException fault) {
            failed(row, fault);
        }
    }

    private boolean retentionIsDue() {
        return tools.retention.dueAgain(retentionEvery) || tools.retention.someReleased();
    }

    /** All that was asked for, or what is due by itself. */
    private void retain() throws InterruptedException {
        if (tools.runs.open().isEmpty() && retentionIsDue()) { // no other node did meanwhile
            tools.runs.ask(UuidCreator.getTimeOrderedEpochPlus1(), null);
        }
        for (Run run : tools.runs.open()) {
            try {
                retain(run);
            } catch (RuntimeException fault) {
                LOG.warn("The retention pass {} is not finished; tried again", run.id(), fault);
                tools.runs.failed(run.id(), fault.getClass().getSimpleName());
            }
        }
    }

    private void retain(Run run) throws InterruptedException {
        var erased = new AtomicInteger();
        Outcome outcome = tools.retention.pass(run.id(), call(run), () -> {
            if (erased.incrementAndGet() % BATCH == 0) {
                forget(run);
                eraseDue(true); // a pass may take hours, which nobody who is to be forgotten waits for
            }
        });
        forget(run);
        if (tools.runs.read(run.id()).erased() > 0) { // in whichever try
            awaitModels();
            tools.recovered.run();
            Report report = new Report();
            for (Remains each : tools.remains) {
                each.clean(report);
            }
            LOG.info(
                    "The retention pass {} is finished: {}; not possible: {}",
                    run.id(),
                    report.done(),
                    report.notPossible());
        }
        tools.runs.finished(
                run.id(),
                outcome.held(),
                outcome.failed() == 0 ? null : outcome.failed() + " tickets passed over: " + outcome.fault());
    }

    /** What a pass has erased, what one that stopped half way left included. */
    private void forget(Run run) {
        List<UUID> erased = tools.runs.toForget(run.id(), BATCH);
        while (!erased.isEmpty()) {
            forgetRecovered(streams(erased));
            forget(erased);
            tools.runs.forgotten(run.id(), erased);
            erased = tools.runs.toForget(run.id(), BATCH);
        }
    }

    private static Call call(Run run) {
        UUID by = run.askedBy();
        return new Call(
                by == null
                        ? new Actor(ActorKind.SYSTEM, null, List.of())
                        : new Actor(ActorKind.ADMIN, by, List.of("admin")),
                null,
                null,
                run.id().toString(),
                null,
                Channel.API.name(),
                null,
                new Expected.Nothing());
    }

    /** Until the connection ends. */
    private static boolean locked(Connection connection) throws SQLException {
        try (PreparedStatement lock =
                        connection.prepareStatement("select pg_try_advisory_lock(hashtext('hindsight.erasure'))");
                ResultSet row = lock.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** All that are open, so that what is done to whole tables is done once. */
    private void erase(List<Row> erasing) throws InterruptedException {
        Map<Row, Report> reports = new LinkedHashMap<>();
        Map<UUID, Integer> erasedTickets = new HashMap<>();
        for (Row row : erasing) {
            try {
                Report report = new Report();
                erasedTickets.put(row.id(), content(row, report));
                reports.put(row, report);
            } catch (RuntimeException fault) {
                failed(row, fault);
            }
        }
        if (reports.isEmpty()) {
            return;
        }
        Report shared = new Report();
        try {
            awaitModels();
            tools.recovered.run();
            for (Remains each : tools.remains) {
                each.clean(shared);
            }
        } catch (RuntimeException fault) {
            reports.keySet().forEach(row -> failed(row, fault));
            return;
        }
        for (var each : reports.entrySet()) {
            Row row = each.getKey();
            try {
                // One that was opened while the key ended on another node is met by the next try.
                if (eraseTickets(row, tools.keys.ticketsOf(row.person())) != erasedTickets.getOrDefault(row.id(), -1)) {
                    throw new IllegalStateException("a ticket of theirs was opened meanwhile");
                }
                finish(row, each.getValue(), shared);
            } catch (RuntimeException fault) {
                failed(row, fault);
            }
        }
    }

    private void failed(Row row, RuntimeException fault) {
        LOG.warn("The erasure {} is not finished; tried again", row.id(), fault);
        tools.erasures.failed(row.id(), fault.getClass().getSimpleName());
    }

    /**
     * Tickets, their files, and what is remembered of calls.
     *
     * @return how many tickets
     */
    private int content(Row row, Report report) throws InterruptedException {
        List<UUID> tickets = tools.keys.ticketsOf(row.person());
        int erased = eraseTickets(row, tickets);
        List<String> told = new ArrayList<>(streams(tickets));
        told.add("person-" + row.person());
        forgetRecovered(told); // of the log alone, so that nothing slower keeps them telling
        report.done("keys", (1 + tickets.size()) + " destroyed: the person's and their tickets'");
        report.done("tickets", erased + " erased");
        // By the log, which says the same to a node that does again what another one had begun.
        report.done("attachments", files(tickets) + " files, none of their contents is left");
        forget(tickets);
        tools.jdbc
                .sql("delete from command.idempotency where stream = ?")
                .param("person-" + row.person())
                .update();
        report.done("calls", "none that wrote to them or their tickets is remembered");
        report.done("people", "address, token and names in import sources lead to nobody any more");
        long elsewhere = tools.elsewhere.applyAsLong(row.person());
        if (elsewhere > 0) {
            report.notPossible(
                    "other tickets",
                    elsewhere + " messages that they wrote on tickets of other requesters are part of these");
        }
        return erased;
    }

    /** Files of erased tickets, and what is remembered of calls that wrote to them. */
    private void forget(List<UUID> tickets) {
        tools.contents.clean();
        long left = contents(tickets);
        if (left > 0) {
            throw new IllegalStateException(left + " attachment contents could not be deleted yet");
        }
        tools.jdbc
                .sql("delete from command.idempotency where stream in (:streams)")
                .param("streams", streams(orNone(tickets)))
                .update();
        tools.jdbc
                .sql("delete from command.bulk_selection where tickets && :tickets::text[]")
                .param("tickets", tickets.stream().map(UUID::toString).toArray(String[]::new))
                .update();
    }

    /** How many were ever attached. */
    private long files(List<UUID> tickets) {
        try (Stream<LoggedEvent> events = tools.log.eventsOf(streams(tickets))) {
            return events.filter(event -> event.event() instanceof AttachmentAdded)
                    .count();
        }
    }

    private static List<String> streams(List<UUID> tickets) {
        return tickets.stream().map(ticket -> "ticket-" + ticket).toList();
    }

    private long contents(List<UUID> tickets) {
        return tools.jdbc
                .sql("select count(*) from command.attachment_content where ticket_id in (:tickets)")
                .param("tickets", orNone(tickets))
                .query(Long.class)
                .single();
    }

    private static List<UUID> orNone(List<UUID> tickets) {
        return tickets.isEmpty() ? List.of(new UUID(0, 0)) : tickets;
    }

    private int eraseTickets(Row row, List<UUID> tickets) throws InterruptedException {
        int erased = 0;
        try (ExecutorService some = Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofPlatform().name("erasure-", 0).daemon().factory())) {
            List<Future<Boolean>> underway = tickets.stream()
                    .map(ticket -> some.submit(() -> erase(row, ticket)))
                    .toList();
            for (Future<Boolean> one : underway) {
                erased += one.get() ? 1 : 0;
            }
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException fault ? fault : new IllegalStateException(failed);
        }
        return erased;
    }

    /** @return false where a key was made for a ticket that was then not opened */
    private boolean erase(Row row, UUID ticket) {
        try {
            tools.tickets.ofPerson(call(row), ticket);
            return true;
        } catch (NotFound neverOpened) {
            LOG.debug("The key of {} seals nothing", ticket, neverOpened);
            return false;
        }
    }

    /**
     * What was recovered to a point looks for events in the order of the log: those without a place it would not see.
     *
     * @param streams whose events say what was erased
     */
    private void forgetRecovered(Collection<String> streams) {
        long unplaced = tools.log.unplaced(streams);
        if (unplaced > 0) {
            throw new IllegalStateException(unplaced + " events of what is erased have no position yet");
        }
        tools.recovered.run();
    }

    private void awaitModels() {
        long head = tools.log.head();
        for (ReadModel model : ReadModel.values()) {
            if (!tools.freshness.await(model, head, MODELS_WAIT)) {
                throw new IllegalStateException("read model " + model.id() + " is behind");
            }
        }
    }

    private void finish(Row row, Report report, Report shared) {
        Map<String, String> done = new LinkedHashMap<>(report.done());
        done.put("read models", "made anew from the log, those recovered to a point included");
        done.put("memory", "forgotten by every node that follows the log");
        done.putAll(shared.done());
        Map<String, String> notPossible = new LinkedHashMap<>(report.notPossible());
        notPossible.putAll(shared.notPossible());
        notPossible.put(
                "backups", "copies of the database and its keys that were made before are not reached from here");
        tools.dispatch.send(
                call(row), new FinishErasure(row.person(), row.id(), done, notPossible, tools.clock.instant()));
        LOG.info("The erasure {} is finished", row.id());
    }

    /** On behalf of whoever asked; all of it shares the erasure's id. */
    private static Call call(Row row) {
        return new Call(
                new Actor(ActorKind.ADMIN, row.askedBy(), List.of("admin")),
                null,
                null,
                row.id().toString(),
                null,
                Channel.API.name(),
                null,
                new Expected.Nothing());
    }

    @Override
    public void stop() {
        Thread last = worker;
        worker = null;
        if (last != null) {
            last.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return worker != null;
    }
}
