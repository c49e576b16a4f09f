package dev.hindsight.ops.wiring;

import dev.hindsight.command.AppendedPositions;
import dev.hindsight.command.CommandWiring;
import dev.hindsight.command.erasure.ErasureWiring;
import dev.hindsight.domain.Event;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventSerializer;
import dev.hindsight.ops.eventstore.PostgresEventLog;
import dev.hindsight.ops.eventstore.StoredStreams;
import dev.hindsight.ops.watch.MeteredPositions;
import dev.hindsight.ops.watch.Traces;
import dev.hindsight.ops.wiring.DatabaseConfiguration.DirectConnections;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.projections.readmodel.RawLog;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.axonserver.connector.event.axon.AxonServerEventStore;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.common.jdbc.UnitOfWorkAwareConnectionProviderWrapper;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.config.Configurer;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.snapshotting.SnapshotFilter;
import org.axonframework.monitoring.MessageMonitor;
import org.axonframework.monitoring.NoOpMessageMonitor;
import org.axonframework.serialization.json.JacksonSerializer;
import org.axonframework.spring.jdbc.SpringDataSourceConnectionProvider;
import org.axonframework.spring.messaging.unitofwork.SpringTransactionManager;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.unit.DataSize;

/**
 * Axon, put together by hand: its own Boot auto-configuration orders itself after classes that Boot 4 moved, and starts
 * without an event store then.
 */
@Configuration(proxyBeanMethods = false)
public class AxonConfiguration {

    static final String EVENT_STORE = "hindsight.event-store";

    /** Our engine on PostgreSQL: the default. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = EVENT_STORE, havingValue = "postgres", matchIfMissing = true)
    static class OnPostgres {

        @Bean(initMethod = "start", destroyMethod = "close")
        PostgresEventLog eventLog(
                DataSource dataSource, DirectConnections direct, EventSerializer serializer, MeterRegistry meters) {
            return PostgresEventLog.builder()
                    .sequencerDataSource(direct.dataSource())
                    .connectionProvider(new UnitOfWorkAwareConnectionProviderWrapper(
                            new SpringDataSourceConnectionProvider(dataSource)))
                    .serializer(serializer)
                    .meters(meters)
                    .build();
        }

        @Bean
        EventStore eventStore(PostgresEventLog log, ObjectProvider<Traces> traces) {
            return traced(dated(LogEventStore.over(log)), traces);
        }

        @Bean
        AppendedPositions appendedPositions(PostgresEventLog log, MeterRegistry meters) {
            return new MeteredPositions(log.positions(), meters);
        }

        @Bean
        LogTail logTail(PostgresEventLog log) {
            return log::tail;
        }

        @Bean
        DecodedLog decodedLog(DataSource dataSource, EventCodec codec) {
            return new DecodedLog(new StoredStreams(dataSource), codec);
        }

        /** @param byPosition reads as a store must that has no other order; for tests and comparisons */
        @Bean
        BulkLog bulkLog(
                DirectConnections direct,
                EventCodec codec,
                SortSettings sorting,
                @Value("${hindsight.rebuild.by-position:false}") boolean byPosition) {
            return byPosition
                    ? sorting.over(new PostgresOrder(direct.dataSource()), codec)
                    : new DecodedBulkLog(direct.dataSource(), codec);
        }

        @Bean
        RawLog rawLog(DataSource dataSource, DirectConnections direct) {
            return new StoredRawLog(dataSource, direct.dataSource());
        }
    }

    /** Axon Server through its connector, for sites that outgrow one database. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = EVENT_STORE, havingValue = "axon-server")
    static class OnAxonServer {

        @Bean
        AxonServerConfiguration axonServerConfiguration(
                @Value("${hindsight.axon-server.servers}") String servers,
                @Value("${hindsight.axon-server.context}") String context) {
            return AxonServerConfiguration.builder()
                    .servers(servers)
                    .context(context)
                    .componentName("hindsight")
                    .build();
        }

        @Bean(initMethod = "start", destroyMethod = "shutdown")
        AxonServerConnectionManager axonServerConnections(AxonServerConfiguration configuration) {
            return AxonServerConnectionManager.builder()
                    .axonServerConfiguration(configuration)
                    .build();
        }

        @Bean
        EventStore eventStore(
                AxonServerConfiguration configuration,
                AxonServerConnectionManager connections,
                EventSerializer serializer,
                ObjectProvider<Traces> traces) {
            EventStore store = dated(AxonServerEventStore.builder()
                    .configuration(configuration)
                    .platformConnectionManager(connections)
                    .eventSerializer(serializer)
                    .snapshotSerializer(serializer)
                    .snapshotFilter(SnapshotFilter.rejectAll()) // none are stored
                    .build());
            return traced(store, traces);
        }

        @Bean
        AppendedPositions appendedPositions() {
            return new AxonServerPositions();
        }

        @Bean
        AxonServerLog log(EventStore store, EventCodec codec) {
            return new AxonServerLog(store, codec);
        }

        @Bean
        AxonServerEvents events(AxonServerConnectionManager connections, AxonServerLog log) {
            return new AxonServerEvents(() -> connections.getConnection().eventChannel(), log::head);
        }

        @Bean
        BulkLog bulkLog(AxonServerEvents events, EventCodec codec, SortSettings sorting) {
            return sorting.over(events, codec);
        }

        @Bean
        RawLog rawLog(AxonServerEvents events) {
            return new AxonServerRawLog(events);
        }
    }

    /**
     * How a log is sorted here that has no other order than that of positions, and where what is large is kept meanwhile.
     *
     * @param directory for temporary files
     * @param memory bytes
     */
    public record SortSettings(Path directory, long memory) {

        BulkLog over(OrderedEvents log, EventCodec codec) {
            return new SpillingBulkLog(log, codec, directory, memory);
        }
    }

    /**
     * @param directory where it is empty, the installation's own folder, else that of the system
     * @param data folder of an installation that runs its own PostgreSQL
     */
    @Bean
    SortSettings sortSettings(
            @Value("${hindsight.rebuild.sort-directory:}") String directory,
            @Value("${hindsight.data:}") String data,
            @Value("${java.io.tmpdir}") String temporary,
            @Value("${hindsight.rebuild.sort-memory:32MB}") DataSize memory) {
        String its = directory.isBlank() ? data.isBlank() ? temporary : data : directory;
        return new SortSettings(Path.of(its), memory.toBytes());
    }

    /** Events are dated by what they say of themselves: the message's own clock is only when it was made. */
    private static <S extends EventStore> S dated(S store) {
        store.registerDispatchInterceptor(messages -> (index, message) ->
                message.getPayload() instanceof Event event && !event.at().equals(message.getTimestamp())
                        ? at(message, event)
                        : message);
        return store;
    }

    /** Where there are traces, events remember which span stored them. */
    private static EventStore traced(EventStore store, ObjectProvider<Traces> traces) {
        Traces each = traces.getIfAvailable();
        if (each != null) {
            store.registerDispatchInterceptor(messages -> (index, message) -> each.traced(message));
        }
        return store;
    }

    private static EventMessage<?> at(EventMessage<?> message, Event event) {
        return message instanceof DomainEventMessage<?> domain
                ? new GenericDomainEventMessage<>(
                        domain.getType(),
                        domain.getAggregateIdentifier(),
                        domain.getSequenceNumber(),
                        event,
                        domain.getMetaData(),
                        domain.getIdentifier(),
                        event.at())
                : new GenericEventMessage<>(message.getIdentifier(), event, message.getMetaData(), event.at());
    }

    @Bean
    TransactionManager axonTransactions(PlatformTransactionManager transactions) {
        return new SpringTransactionManager(transactions);
    }

    @Bean(initMethod = "start", destroyMethod = "shutdown")
    org.axonframework.config.Configuration axon(
            TransactionManager transactions,
            EventStore eventStore,
            EventSerializer eventSerializer,
            CommandWiring commands,
            ErasureWiring erasure,
            ObjectProvider<MessageMonitor<CommandMessage<?>>> monitors) {
        MessageMonitor<CommandMessage<?>> monitor =
                monitors.getIfAvailable(() -> NoOpMessageMonitor.instance()::onMessageIngested);
        // Nothing but events is ever serialized here; tokens are plain numbers in the read models' registry.
        JacksonSerializer unused = JacksonSerializer.defaultSerializer();
        Configurer configurer = DefaultConfigurer.defaultConfiguration(false)
                .configureTransactionManager(configuration -> transactions)
                .configureSerializer(configuration -> unused)
                .configureMessageSerializer(configuration -> unused)
                .configureEventSerializer(configuration -> eventSerializer)
                .configureEventStore(configuration -> eventStore)
                .configureCommandBus(configuration -> SimpleCommandBus.builder()
                        .transactionManager(transactions)
                        .messageMonitor(monitor)
                        .build());
        commands.contributeTo(configurer);
        erasure.contributeTo(configurer);
        return configurer.buildConfiguration();
    }
}
