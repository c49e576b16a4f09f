package dev.hindsight.ops.demo;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.configuration.ConfigurationCommand.PutCategory;
import dev.hindsight.command.configuration.ConfigurationCommand.PutQueue;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Expected;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.dispatch.Step;
import dev.hindsight.command.dispatch.TicketNumbers;
import dev.hindsight.command.people.People;
import dev.hindsight.command.people.PersonCommand.AppointAgent;
import dev.hindsight.command.people.PersonCommand.RegisterPerson;
import dev.hindsight.command.ticket.TicketCommand.ImportCase;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.ticket.Channel;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.springframework.context.ApplicationContext;

/**
 * Fills an installation with the made-up history, once. What was begun is written beside the data, so that a fill that
 * was cut off goes on with the same history at the next start.
 */
public final class DemoFill {

    private static final String FILE = "demo-history.properties";
    private static final long SEED = 20_261_121;
    private static final Duration SPAN = Duration.ofDays(150);
    private static final int WORKERS = 4;

    private final CommandDispatch dispatch;
    private final People people;
    private final TicketNumbers numbers;

    private DemoFill(CommandDispatch dispatch, People people, TicketNumbers numbers) {
        this.dispatch = dispatch;
        this.people = people;
        this.numbers = numbers;
    }

    /** @param application a running one */
    public static DemoFill of(ApplicationContext application) {
        return new DemoFill(
                application.getBean(CommandDispatch.class),
                application.getBean(People.class),
                application.getBean(TicketNumbers.class));
    }

    /**
     * @param data folder of the installation
     * @param tickets how many; counts only at the first call
     * @param progress told how many cases of how many are in, from several threads
     * @return false when the history was there already
     */
    public boolean fill(Path data, int tickets, BiConsumer<Integer, Integer> progress) throws InterruptedException {
        Path file = data.resolve(FILE);
        Properties begun = load(file);
        if (Boolean.parseBoolean(begun.getProperty("done"))) {
            return false;
        }
        begun.putIfAbsent("end", Instant.now().truncatedTo(ChronoUnit.MICROS).toString());
        begun.putIfAbsent("tickets", Integer.toString(tickets));
        begun.putIfAbsent("import", UuidCreator.getTimeOrderedEpochPlus1().toString());
        store(file, begun);

        Instant end = Instant.parse(begun.getProperty("end"));
        int count = Integer.parseInt(begun.getProperty("tickets"));
        UUID importId = UUID.fromString(begun.getProperty("import"));
        DemoHistory.queues().forEach((key, name) -> send(new PutQueue(key, name, end)));
        DemoHistory.categories().forEach(key -> send(new PutCategory(key, words(key), null, end)));
        DemoHistory history = new DemoHistory(SEED, end, SPAN, new Registrar(end));
        AtomicInteger done = new AtomicInteger();
        try (ExecutorService workers = Executors.newFixedThreadPool(WORKERS)) {
            List<Future<?>> all = IntStream.range(0, count)
                    .<Future<?>>mapToObj(index -> workers.submit(() -> {
                        ImportCase made = history.make(index, count, importId, this::number);
                        dispatch.send(call(), () -> Step.of(made), result -> Receipt.made(made.streamId(), 0));
                        progress.accept(done.incrementAndGet(), count);
                    }))
                    .toList();
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("The history could not be filled in; start again to go on", e.getCause());
        }
        begun.setProperty("done", "true");
        store(file, begun);
        return true;
    }

    /** Whoever is made up has an address, so that a token with it is that person. */
    private final class Registrar implements DemoHistory.People {
        private final Instant at;

        Registrar(Instant at) {
            this.at = at;
        }

        @Override
        public UUID agent(String name) {
            UUID person = known(name);
            send(new AppointAgent(person, name, address(name), at));
            return person;
        }

        @Override
        public UUID requester(String name) {
            return known(name);
        }

        private UUID known(String name) {
            String email = address(name);
            People.Named named = people.named(email, name);
            UUID id = named.person();
            if (people.find(id).isEmpty()) {
                send(new RegisterPerson(id, name, email, at));
            }
            return id;
        }
    }

    private long number(UUID ticketId) {
        long number = numbers.next();
        numbers.record(number, ticketId);
        return number;
    }

    private static String address(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFD)
                        .replaceAll("\\p{M}", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9]+", ".")
                + "@example.org";
    }

    private static String words(String key) {
        String words = key.replace('-', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private void send(Object command) {
        dispatch.send(call(), command);
    }

    private static Call call() {
        String correlation = UuidCreator.getTimeOrderedEpochPlus1().toString();
        return new Call(
                new Actor(ActorKind.IMPORT, null, List.of()),
                null,
                null,
                correlation,
                null,
                Channel.IMPORT.name(),
                null,
                new Expected.Nothing());
    }

    private static Properties load(Path file) {
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (Reader in = Files.newBufferedReader(file)) {
                properties.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return properties;
    }

    private static void store(Path file, Properties properties) {
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, "The demo's made-up history");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
