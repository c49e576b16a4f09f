package dev.hindsight.command;

import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Expected;
import dev.hindsight.command.dispatch.IdempotencyKey;
import dev.hindsight.command.dispatch.Remembered;
import dev.hindsight.command.people.People;
import dev.hindsight.command.people.PeopleHandler;
import dev.hindsight.command.people.PersonIndex;
import dev.hindsight.command.rights.Rights;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.Event;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.config.Configuration;
import org.axonframework.config.Configurer;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.axonframework.spring.messaging.unitofwork.SpringTransactionManager;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * The module put together as the application does it, on a real PostgreSQL; only the events lie in memory, outside its
 * transactions, because the engine belongs to another module.
 */
public final class CommandRig implements AutoCloseable {

    private static final Actor AGENT = new Actor(ActorKind.AGENT, UUID.randomUUID(), List.of("agent"));

    public final CommandDatabase database = new CommandDatabase();
    public final JdbcTemplate jdbc = database.jdbc();
    public final Remembered remembered = new Remembered(jdbc);
    public final PersonIndex index = new PersonIndex(JdbcClient.create(jdbc), CommandRig::fingerprint);
    public final Rights rights = new Rights(JdbcClient.create(jdbc));
    public final EventStore events = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    public final Configuration axon;
    public final CommandDispatch dispatch;
    public final People people;

    /** @param handlers command handlers of the test's own */
    public CommandRig(AppendedPositions positions, Object... handlers) {
        TransactionManager transactions =
                new SpringTransactionManager(new JdbcTransactionManager(database.dataSource()));
        var serializer = Jackson3Serializer.builder().build();
        Configurer configurer = DefaultConfigurer.defaultConfiguration(false)
                .configureSerializer(c -> serializer)
                .configureMessageSerializer(c -> serializer)
                .configureEventSerializer(c -> serializer)
                .configureTransactionManager(c -> transactions)
                .configureEventStore(c -> events)
                .configureCommandBus(c -> SimpleCommandBus.builder()
                        .transactionManager(transactions)
                        .build());
        new CommandWiring(remembered, index, rights).contributeTo(configurer);
        for (Object handler : handlers) {
            configurer.registerCommandHandler(c -> handler);
        }
        axon = configurer.start();
        dispatch = new CommandDispatch(axon.commandBus(), events, positions, "test");
        people = new People(dispatch, events, index, axon.getComponent(PeopleHandler.class), Clock.systemUTC());
    }

    /** An agent's call. */
    public static Call call(@Nullable IdempotencyKey key, Expected expected) {
        return new Call(AGENT, null, null, "correlation", "request", "API", key, expected);
    }

    /** What a stream holds. */
    public List<Event> stream(String id) {
        return events.readEvents(id)
                .asStream()
                .map(message -> (Event) message.getPayload())
                .toList();
    }

    /** No engine, no positions. */
    public static final AppendedPositions NO_POSITIONS = new AppendedPositions() {
        @Override
        public OptionalLong awaitPosition(long appendNumber, Duration atMost) {
            return OptionalLong.empty();
        }

        @Override
        public OptionalLong positionOf(String streamId, long sequence) {
            return OptionalLong.empty();
        }
    };

    /** Stands in for the keyed fingerprints of the application. */
    public static byte[] fingerprint(String kind, String value) {
        try {
            return MessageDigest.getInstance("SHA-256").digest((kind + ":" + value).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    @Override
    public void close() {
        axon.shutdown();
        database.close();
    }
}
