package dev.hindsight.ops.watch;

import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.projections.readmodel.ReadModels;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.tracing.Tracer;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.monitoring.MessageMonitor;
import org.axonframework.monitoring.MultiMessageMonitor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The meters of commands, tickets and people, and, where traces have somewhere to go, the traces. */
@Configuration(proxyBeanMethods = false)
public class WatchConfiguration {

    /** Where this is true, traces are made; else nothing of them runs. Whoever starts the application sets it. */
    public static final String TRACES = "hindsight.traces";

    @Bean
    MessageMonitor<CommandMessage<?>> commandMonitor(MeterRegistry meters, ObjectProvider<Traces> traces) {
        CommandMetrics metrics = new CommandMetrics(meters);
        Traces traced = traces.getIfAvailable();
        return traced == null ? metrics : new MultiMessageMonitor<>(metrics, traced);
    }

    @Bean
    @ConditionalOnBooleanProperty(TRACES)
    Traces traces(ObjectProvider<Tracer> tracer) {
        return new Traces(tracer.getObject());
    }

    @Bean
    TicketMetrics ticketMetrics(MeterRegistry meters, EventStore events, ReadModels models) {
        return new TicketMetrics(meters, events, models);
    }

    @Bean
    ActiveUsers activeUsers() {
        return new ActiveUsers();
    }

    @Bean
    MeterBinder databaseConnections(HikariDataSource pool) {
        return registry -> Gauge.builder(
                        "database.connections.active",
                        pool,
                        its -> its.getHikariPoolMXBean() == null
                                ? 0
                                : its.getHikariPoolMXBean().getActiveConnections())
                .description("Connections of the pool that are in use")
                .register(registry);
    }
}
