package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.operations.OperationsEvent.DeadLetterSkipped;
import dev.hindsight.projections.live.ParkedStreams;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.rebuild.DeadLetters.DeadLetter;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/**
 * What operators ask of single streams of read models: to be repaired in place, and, where their fold fails, to be tried
 * again or to go on without an event. One stream is done at once; many are a job. Safe for concurrent use.
 */
public final class Repairs {

    private static final Logger LOG = LoggerFactory.getLogger(Repairs.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String TICKET = "ticket-";

    private final JdbcTemplate template;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Generations generations;
    private final StreamRepairs repairs;
    private final DeadLetters letters;
    private final Jobs jobs;
    private final OperationsRecord record;
    private final Clock clock;
    private final Runnable onOrder;
    /** The log is read while a connection is held: of the pool's, repairs never take more than two. */
    private final ReentrantLock turn = new ReentrantLock();

    /**
     * @param transactions over the same data source
     * @param onOrder told when there may be something to do
     */
    Repairs(
            Map<ReadModel, IntFunction<? extends StreamFold<?>>> folds,
            DataSource dataSource,
            TransactionOperations transactions,
            Generations generations,
            EventLog log,
            Jobs jobs,
            OperationsRecord record,
            Clock clock,
            Runnable onOrder) {
        this.template = new JdbcTemplate(dataSource);
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = transactions;
        this.generations = generations;
        this.repairs = new StreamRepairs(folds, log);
        this.letters = new DeadLetters(jdbc, generations, log);
        this.jobs = jobs;
        this.record = record;
        this.clock = clock;
        this.onOrder = onOrder;
    }

    /**
     * An order.
     *
     * @param id of the repair or the new job
     * @param dryRun true tells what would change and changes nothing
     * @param reason is recorded; null where none was given
     */
    public record Order(UUID id, boolean dryRun, @Nullable String reason, Envelope.Actor by) {}

    /** What is parked. */
    public DeadLetters deadLetters() {
        return letters;
    }

    /**
     * Repairs one ticket.
     *
     * @throws NotFound where there is no such model or ticket
     * @throws Refusal {@code NOT_REBUILDABLE} where the model is not made from streams
     */
    public RepairReport ticket(Order order, String modelName, UUID ticket) {
        var model = model(modelName);
        if (!hasTickets(model)) {
            throw new InvalidRequest("ticketId", "only the models tickets and ticket-past have tickets; give a stream");
        }
        var stream = TICKET + ticket;
        return repaired(order, model, RepairScope.stream(stream), stream, true);
    }

    private static boolean hasTickets(ReadModel model) {
        return model == ReadModel.TICKETS || model == ReadModel.TICKET_PAST;
    }

    /** The id of a ticket whose number the model knows; empty where it knows none. */
    public Optional<UUID> ticketOfNumber(long number) {
        return jdbc.sql("SELECT id FROM readmodel." + ReadModel.physicalName("ticket", answering(ReadModel.TICKETS))
                        + " WHERE number = ?")
                .param(number)
                .query(UUID.class)
                .optional();
    }

    /** The same for a stream by its name, such as {@code person-…}. */
    public RepairReport stream(Order order, String modelName, String stream) {
        var model = model(modelName);
        check(repairs.fold(model, answering(model)), stream);
        return repaired(order, model, RepairScope.stream(stream), stream, true);
    }

    /** Such a name is spelled as the log spells it: rows of any other would look as if they were surplus. */
    private void check(StreamFold<?> fold, String stream) {
        var table = fold.tables().stream()
                .filter(one -> fold.reads(stream) && stream.startsWith(one.prefix()))
                .findFirst()
                .orElseThrow(() -> new InvalidRequest(
                        "stream",
                        "is not one that the model reads; those begin with " + String.join(", ", fold.prefixes())));
        var key = stream.substring(table.prefix().length());
        if (TableShape.of(jdbc, table.name()).column(table.key()).type().equals("uuid") && !isId(key)) {
            throw new InvalidRequest("stream", "must end with an id, in small letters");
        }
    }

    private static boolean isId(String text) {
        try {
            return UUID.fromString(text).toString().equals(text);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /**
     * Begins a repair of the tickets that answer as lying in this queue, or that the log has ever put there.
     *
     * @throws Refusal {@code REBUILD_RUNNING}, {@code NOT_REBUILDABLE}
     */
    public Job queue(Order order, String modelName, String queue) {
        var model = model(modelName);
        if (!hasTickets(model)) {
            throw new InvalidRequest("queue", "only the models tickets and ticket-past have queues of tickets");
        }
        return begin(order, model, RepairScope.queue(queue));
    }

    /**
     * The same for all streams with events recorded in this time.
     *
     * @param to the first moment after it
     */
    public Job recorded(Order order, String modelName, Instant from, Instant to) {
        if (!from.isBefore(to)) {
            throw new InvalidRequest("to", "must be after from");
        }
        return begin(order, model(modelName), RepairScope.recorded(from, to));
    }

    /**
     * Folds a parked stream anew.
     *
     * @throws NotFound where it is not parked so any more
     */
    public RepairReport retry(Order order, UUID deadLetter) {
        var letter = letters.read(deadLetter);
        return repaired(
                order, Jobs.model(letter.model()), RepairScope.letters(List.of(deadLetter)), letter.stream(), true);
    }

    /**
     * Begins a retry of these, one job for each model that is concerned.
     *
     * @param jobId makes the ids of jobs
     * @throws NotFound where one of them is not parked so any more
     * @throws Refusal {@code REBUILD_RUNNING}
     */
    public List<Job> retry(Order order, List<UUID> deadLetters, Supplier<UUID> jobId) {
        deadLetters.forEach(letters::read);
        return retry(order, RepairScope.letters(deadLetters), jobId);
    }

    /** The same for all whose cause holds this text, whatever its case. */
    public List<Job> retryBecause(Order order, String cause, Supplier<UUID> jobId) {
        return retry(order, RepairScope.parkedBecause(cause), jobId);
    }

    /** The same for everything that is parked. */
    public List<Job> retryAll(Order order, Supplier<UUID> jobId) {
        return retry(order, RepairScope.parked(), jobId);
    }

    private List<Job> retry(Order order, RepairScope scope, Supplier<UUID> jobId) {
        return Objects.requireNonNull(transactions.execute(status -> {
            var begun = new ArrayList<Job>();
            for (var model : letters.models(scope)) {
                begun.add(begin(new Order(jobId.get(), order.dryRun(), order.reason(), order.by()), model, scope));
            }
            return begun;
        }));
    }

    /**
     * Has the model go on without the event at which the stream is parked, now and in every later fold. What stands on
     * record comes first: where this node dies after it, the order is to be given again.
     *
     * @param order with a reason
     * @throws NotFound where the stream is not parked there any more
     * @throws Refusal {@code REBUILD_RUNNING} while a generation is being filled, which would not hear of it
     */
    public RepairReport skip(Order order, UUID deadLetter) {
        var reason = order.reason();
        if (reason == null) {
            throw new InvalidRequest("reason", "is required: it is recorded");
        }
        turn.lock();
        try {
            var letter = skipped(order, deadLetter, reason);
            return repairedInTurn(
                    order,
                    Jobs.model(letter.model()),
                    RepairScope.letters(List.of(deadLetter)),
                    letter.stream(),
                    false);
        } finally {
            turn.unlock();
        }
    }

    /**
     * From the look at the parked stream to the skip's commit nobody releases the stream, repairs it or begins to fill a
     * generation: it is one transaction, on a connection of its own, because the record is committed within it.
     */
    private DeadLetter skipped(Order order, UUID deadLetter, String reason) {
        return Objects.requireNonNull(template.execute((ConnectionCallback<DeadLetter>) connection -> {
            connection.setAutoCommit(false);
            try {
                var locked = JdbcClient.create(new SingleConnectionDataSource(connection, true));
                var letter = letters.read(deadLetter);
                var model = Jobs.model(letter.model());
                Generations.lock(locked, model);
                // As repairs do it, and in their order.
                locked.sql("SELECT position FROM readmodel.generation WHERE model = ? AND generation = ? FOR UPDATE")
                        .params(model.id(), answering(model))
                        .query()
                        .listOfRows();
                letters.lock(locked, letter);
                var filling = locked.sql(
                                "SELECT EXISTS (SELECT FROM readmodel.generation g WHERE g.model = ? AND g.state = 'BUILDING'"
                                        + " AND NOT EXISTS (SELECT FROM readmodel.recovery r WHERE r.id = g.recovery"
                                        + " AND r.ready_at IS NOT NULL))")
                        .param(model.id())
                        .query(Boolean.class)
                        .single();
                if (filling) {
                    throw Jobs.running(model.id());
                }
                record.append(
                        order.id(),
                        "skipped",
                        order.by(),
                        new DeadLetterSkipped(
                                order.id(), now(), model.id(), letter.stream(), letter.position(), reason));
                new ParkedStreams(model, answering(model)).skip(connection, letter.position(), reason);
                connection.commit();
                return letter;
            } finally {
                connection.rollback(); // of nothing after the commit
                connection.setAutoCommit(true);
            }
        }));
    }

    private RepairReport repaired(Order order, ReadModel model, RepairScope scope, String stream, boolean recorded) {
        turn.lock();
        try {
            return repairedInTurn(order, model, scope, stream, recorded);
        } finally {
            turn.unlock();
        }
    }

    private RepairReport repairedInTurn(
            Order order, ReadModel model, RepairScope scope, String stream, boolean recorded) {
        var answering = answering(model);
        var streams = List.of(stream);
        if (!order.dryRun()) {
            for (var generation : generations.followed(model)) {
                if (generation != answering) {
                    inTransaction(connection -> repairs.repairOther(connection, model, generation, streams));
                }
            }
        }
        var report = inTransaction(connection -> {
            var outcome = repairs.repair(connection, model, answering, streams, order.dryRun());
            if (outcome.events() == 0 && outcome.rows() == 0) {
                throw new NotFound("Neither the log nor the model knows " + stream + ".");
            }
            var made = RepairReport.nothingYet(stream, order.dryRun()).plus(1, outcome);
            if (recorded && !order.dryRun()) {
                insert(
                        JdbcClient.create(new SingleConnectionDataSource(connection, true)),
                        order,
                        model,
                        scope,
                        "RECORDING",
                        answering,
                        made);
            }
            return made;
        });
        if (recorded && !order.dryRun()) {
            record(order, model, answering, scope, report);
        }
        return report;
    }

    private <T> T inTransaction(ConnectionCallback<T> work) {
        return Objects.requireNonNull(transactions.execute(status -> template.execute(work)));
    }

    /** What is done is done: where it can't be recorded now, it is recorded later by the job that was stored with it. */
    private void record(Order order, ReadModel model, int generation, RepairScope scope, RepairReport report) {
        try {
            record.append(
                    order.id(),
                    "repaired",
                    order.by(),
                    StreamRepairs.event(order.id(), now(), model, generation, scope.retries(), report, order.reason()));
            jdbc.sql("UPDATE readmodel.job SET state = 'DONE', phase = 'OVER', ended_at = clock_timestamp()"
                            + " WHERE id = ? AND ended_at IS NULL")
                    .param(order.id())
                    .update();
        } catch (RuntimeException e) {
            LOG.warn("Repair {} is recorded later", order.id(), e);
            onOrder.run();
        }
    }

    private Job begin(Order order, ReadModel model, RepairScope scope) {
        try {
            insert(jdbc, order, model, scope, "PREPARING", null, null);
        } catch (DuplicateKeyException e) {
            throw Jobs.running(model.id());
        }
        onOrder.run();
        return jobs.read(order.id());
    }

    private static void insert(
            JdbcClient jdbc,
            Order order,
            ReadModel model,
            RepairScope scope,
            String phase,
            @Nullable Integer generation,
            @Nullable RepairReport report) {
        jdbc.sql("INSERT INTO readmodel.job (id, kind, model, definition_version, state, phase, previous, switch_mode,"
                        + " gentle, scope, dry_run, repair, reason, actor) VALUES (?, 'REPAIR', ?, ?, ?, ?, ?, 'MANUAL',"
                        + " false, ?::jsonb, ?, ?::jsonb, ?, ?::jsonb)")
                .params(Arrays.<@Nullable Object>asList(
                        order.id(),
                        model.id(),
                        model.definitionVersion(),
                        report == null ? "WAITING" : "RUNNING",
                        phase,
                        generation,
                        JSON.writeValueAsString(scope),
                        order.dryRun(),
                        report == null ? null : JSON.writeValueAsString(report),
                        order.reason(),
                        JSON.writeValueAsString(order.by())))
                .update();
    }

    private static ReadModel model(String name) {
        var model = Jobs.model(name);
        if (!model.isOfTheLog()) {
            throw new Refusal("NOT_REBUILDABLE", "The model " + name + " follows the rows of tickets: repair those.");
        }
        return model;
    }

    private int answering(ReadModel model) {
        return generations.answering(model).orElseThrow();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
