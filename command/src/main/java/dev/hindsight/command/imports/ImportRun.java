package dev.hindsight.command.imports;

import static java.util.Objects.requireNonNull;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.configuration.ConfigurationCommand;
import dev.hindsight.command.configuration.ConfigurationCommand.PutCategory;
import dev.hindsight.command.configuration.ConfigurationCommand.PutField;
import dev.hindsight.command.configuration.ConfigurationCommand.PutQueue;
import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Expected;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.dispatch.Step;
import dev.hindsight.command.dispatch.TicketNumbers;
import dev.hindsight.command.imports.CaseTranslator.Mentioned;
import dev.hindsight.command.imports.CaseTranslator.Translated;
import dev.hindsight.command.imports.ImportJob.State;
import dev.hindsight.command.imports.SourceFile.SourceRow;
import dev.hindsight.command.people.ImportedPeople;
import dev.hindsight.command.ticket.ImportResult;
import dev.hindsight.command.ticket.TicketCommand.ImportCase;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.configuration.FieldDefinition;
import dev.hindsight.domain.configuration.FieldType;
import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.domain.operations.OperationsEvent.ImportFinished;
import dev.hindsight.domain.operations.OperationsEvent.ImportStarted;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.ImportedCase;
import dev.hindsight.domain.ticket.PriorityMatrix;
import dev.hindsight.domain.ticket.TicketType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a file through a mapping: first the people, queues, categories and fields that it mentions, then its
 * cases, several at a time, each in one command. A run that was cut off is run again: what is in stays in.
 */
final class ImportRun implements Runnable {

    /** What a run needs of the application. */
    record Tools(
            CommandDispatch dispatch,
            ImportedPeople people,
            KnownConfiguration configuration,
            TicketNumbers numbers,
            Clock clock) {}

    private static final Logger LOG = LoggerFactory.getLogger(ImportRun.class);
    private static final UUID TICKETS = UUID.fromString("6f1d9a40-93f5-5d1c-8a5e-0d6c3f2b7e11");
    private static final Actor IMPORT = new Actor(ActorKind.IMPORT, null, List.of());

    /** Waiting for commits, not computing: more than there are processors. */
    private static final int WORKERS = 8;

    private static final int PEOPLE_AT_ONCE = 50;

    /** So many faults in a row are no longer the fault of the rows. */
    private static final int MOST_FAULTS = 5;

    private final UUID id = UuidCreator.getTimeOrderedEpochPlus1();
    private final ImportMapping mapping;
    private final String mappingName;
    private final SourceFile file;
    private final String fileSha256;
    private final Call operator;
    private final Tools tools;
    private final ImportTally tally = new ImportTally();
    private final Instant began;
    private final AtomicInteger faults = new AtomicInteger();
    private final Map<String, UUID> persons = new ConcurrentHashMap<>();
    private final CaseTranslator translator;
    private final ImportedCase about;
    private volatile State state = State.RUNNING;
    private volatile @Nullable Instant ended;
    private volatile boolean stopped;

    /** @param operator who started it, and how */
    ImportRun(
            ImportMapping mapping, String mappingName, SourceFile file, String fileSha256, Call operator, Tools tools) {
        this.mapping = mapping;
        this.mappingName = mappingName;
        this.file = file;
        this.fileSha256 = fileSha256;
        // an import repeats itself harmlessly: one key must not stand for its several commands
        this.operator = new Call(
                operator.actor(),
                operator.client(),
                operator.onBehalfOf(),
                operator.correlation(),
                operator.request(),
                operator.channel(),
                null,
                new Expected.Nothing());
        this.tools = tools;
        this.began = tools.clock().instant();
        this.translator = new CaseTranslator(
                mapping, file.columns(), name -> requireNonNull(persons.get(name), "registered before the rows"));
        var matrix = mapping.matrix();
        this.about = new ImportedCase(
                mapping.source(),
                "",
                mapping.type() == null ? TicketType.INCIDENT : mapping.type(),
                Channel.IMPORT,
                mapping.subject() != null,
                matrix == null ? null : new PriorityMatrix(matrix.name(), matrix.rows()),
                null);
    }

    UUID id() {
        return id;
    }

    String source() {
        return mapping.source();
    }

    /** The ticket of a case, the same for ever. */
    static UUID ticketOf(String source, String caseId) {
        return UuidCreator.getNameBasedSha1(TICKETS, source + "\n" + caseId);
    }

    /** Lets what is under way end, begins nothing more. */
    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        try {
            record(operator, new ImportStarted(id, now(), source(), mappingName, fileSha256));
            try (ExecutorService workers = Executors.newFixedThreadPool(
                    WORKERS, Thread.ofVirtual().name("import-", 0).factory())) {
                prepare(workers);
                tally.rejected(file.rejected());
                List<Runnable> cases = new ArrayList<>();
                file.cases().forEach((caseId, rows) -> cases.add(() -> importCase(caseId, rows)));
                all(workers, cases);
            }
            var counts = tally.counts();
            if (stopped) {
                throw new Stopped();
            }
            record(
                    operator,
                    new ImportFinished(
                            id,
                            now(),
                            file.rows(),
                            counts.tickets(),
                            counts.events(),
                            counts.irregular(),
                            counts.rejected()));
            end(State.DONE);
        } catch (Stopped stop) {
            tally.failed("The server was stopped. Run the import again: what is in stays in.");
            end(State.FAILED);
        } catch (RuntimeException e) {
            LOG.error("The import {} of {} failed", id, source(), e);
            tally.failed("Something broke on our side. Run the import again: what is in stays in.");
            end(State.FAILED);
        }
    }

    private void end(State last) {
        ended = tools.clock().instant();
        state = last;
    }

    private void prepare(ExecutorService workers) {
        Mentioned mentioned = translator.mentioned(file.cases().values());
        List<Runnable> steps = new ArrayList<>();
        List<String> names = List.copyOf(mentioned.people());
        for (int i = 0; i < names.size(); i += PEOPLE_AT_ONCE) {
            List<String> some = names.subList(i, Math.min(names.size(), i + PEOPLE_AT_ONCE));
            steps.add(() -> persons.putAll(tools.people().of(source(), some, call())));
        }
        mentioned.queues().forEach((key, name) -> steps.add(() -> put(new PutQueue(key, name, now()))));
        mentioned.categories().forEach((key, name) -> steps.add(() -> put(new PutCategory(key, name, null, now()))));
        mapping.fieldColumns()
                .forEach((key, column) -> steps.add(() -> put(
                        new PutField(new FieldDefinition(key, label(key, column), FieldType.TEXT, List.of()), now()))));
        all(workers, steps);
    }

    private static String label(String key, String column) {
        return key.equals(ImportMapping.SOURCE_NUMBER) ? "Number in the source" : column;
    }

    /** What admins made or renamed stays as it is. */
    private void put(ConfigurationCommand command) {
        if (!stopped && !tools.configuration().exists(command)) {
            tools.dispatch().send(call(), command);
            tools.configuration().forget(command.streamId());
        }
    }

    private void importCase(String caseId, List<SourceRow> rows) {
        if (stopped) {
            return;
        }
        Translated translated = translator.translate(rows);
        tally.rejected(translated.rejected());
        if (translated.rows().isEmpty()) {
            return;
        }
        UUID ticketId = ticketOf(source(), caseId);
        var command = new ImportCase(
                ticketId,
                IMPORT,
                tools.clock().instant(),
                id,
                () -> numbered(ticketId),
                new ImportedCase(
                        about.source(),
                        caseId,
                        about.type(),
                        about.channel(),
                        about.subjectDerived(),
                        about.matrix(),
                        about.reopenWindow()),
                translated.rows());
        long line = translated.rows().getFirst().line();
        int left = translated.rows().size();
        try {
            var result = new AtomicReference<@Nullable ImportResult>();
            tools.dispatch().send(call(), () -> Step.of(command), answer -> {
                ImportResult imported = (ImportResult) answer;
                result.set(imported);
                return Receipt.written(command.streamId(), imported.version());
            });
            faults.set(0);
            tally.imported(requireNonNull(result.get(), "set where nothing was thrown"));
        } catch (Refusal refusal) {
            tally.refused(line, left, refusal.code() + ": case " + caseId + ", " + refusal.getMessage());
        } catch (InvalidRequest invalid) {
            tally.refused(line, left, "case " + caseId + ": " + invalid.getMessage());
        } catch (RuntimeException fault) {
            if (faults.incrementAndGet() >= MOST_FAULTS) {
                stopped = true;
                throw fault;
            }
            LOG.error("Case {} of {} could not be imported", caseId, source(), fault);
            tally.refused(line, left, "case " + caseId + " broke on our side; the server's log says more");
        }
    }

    private long numbered(UUID ticketId) {
        long number = tools.numbers().next();
        tools.numbers().record(number, ticketId);
        return number;
    }

    private static void all(ExecutorService workers, Collection<Runnable> tasks) {
        List<? extends Future<?>> begun = tasks.stream().map(workers::submit).toList();
        try {
            for (Future<?> one : begun) {
                one.get();
            }
        } catch (ExecutionException e) {
            begun.forEach(one -> one.cancel(false));
            throw e.getCause() instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
        } catch (InterruptedException e) {
            begun.forEach(one -> one.cancel(false));
            Thread.currentThread().interrupt();
            throw new Stopped();
        }
    }

    private Call call() {
        return new Call(
                IMPORT,
                operator.client(),
                operator.actor().person(),
                id.toString(),
                operator.request(),
                Channel.IMPORT.name(),
                null,
                new Expected.Nothing());
    }

    private void record(Call by, OperationsEvent event) {
        tools.dispatch().send(by, new OperationsHandler.RecordOperation(event));
    }

    private Instant now() {
        return tools.clock().instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** How far it is at this moment. */
    ImportJob job() {
        State now = state;
        var counts = tally.counts();
        Instant until = ended == null ? tools.clock().instant() : ended;
        double seconds = Math.max(0.001, Duration.between(began, until).toNanos() / 1e9);
        double rate = counts.done() / seconds;
        Instant eta = now == State.RUNNING && counts.done() > 0
                ? until.plusMillis(Math.round((file.rows() - counts.done()) / rate * 1_000))
                        .truncatedTo(ChronoUnit.MILLIS)
                : null;
        return new ImportJob(
                id,
                now,
                source(),
                counts.done(),
                file.rows(),
                Math.round(rate * 10) / 10.0,
                eta,
                counts.events(),
                counts.tickets(),
                counts.irregular(),
                counts.rejected(),
                counts.unchanged(),
                counts.problems());
    }

    /** Told to stop before it was done. */
    private static final class Stopped extends RuntimeException {
        Stopped() {
            super("stopped", null, false, false);
        }
    }
}
