package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.command.CommandWiring;
import dev.hindsight.command.erasure.ErasureWiring;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventSerializer;
import dev.hindsight.ops.eventstore.PostgresEventLog;
import dev.hindsight.ops.wiring.AxonConfiguration;
import dev.hindsight.projections.readmodel.BulkLog;
import java.util.Arrays;
import org.axonframework.axonserver.connector.event.axon.AxonServerEventStore;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.config.Configuration;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.serialization.Serializer;
import org.axonframework.spring.messaging.unitofwork.SpringTransactionManager;
import org.junit.jupiter.api.Test;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.PlatformTransactionManager;

/** Axon starts silently without a store where its wiring fails: these are the parts that must be there. */
class WiringTest {

    @Test
    void nothingIsInMemoryWithoutTransactionOrXStream() {
        ConfigurableApplicationContext context = RunningApplication.shared().context();
        Configuration axon = context.getBean(Configuration.class);
        assertThat(axon.eventStore()).isSameAs(context.getBean(EventStore.class));
        assertThat(context.getBean(EventStore.class).getClass().getSimpleName()).isEqualTo("LogEventStore");
        assertThat(axon.commandBus()).isInstanceOf(SimpleCommandBus.class);
        assertThat(axon.getComponent(TransactionManager.class)).isInstanceOf(SpringTransactionManager.class);
        assertThat(axon.eventSerializer().getClass().getSimpleName()).isEqualTo("EventSerializer");
        for (Class<?> type :
                new Class<?>[] {EventStore.class, CommandBus.class, TransactionManager.class, Serializer.class}) {
            for (Object bean : context.getBeansOfType(type).values()) {
                assertThat(bean.getClass().getName())
                        .doesNotContain("InMemory")
                        .doesNotContain("NoTransaction")
                        .doesNotContain("XStream");
            }
        }
        assertThat(Arrays.stream(context.getBeanDefinitionNames()).filter(name -> name.contains("axonServer")))
                .isEmpty();
    }

    @Test
    void thePropertyChoosesAxonServer() {
        ConfigurableApplicationContext shared = RunningApplication.shared().context();
        new ApplicationContextRunner()
                .withInitializer(context ->
                        context.getBeanFactory().setConversionService(ApplicationConversionService.getSharedInstance()))
                .withUserConfiguration(AxonConfiguration.class)
                .withBean(EventCodec.class, () -> shared.getBean(EventCodec.class))
                .withBean(EventSerializer.class, () -> shared.getBean(EventSerializer.class))
                .withBean(CommandWiring.class, () -> shared.getBean(CommandWiring.class))
                .withBean(ErasureWiring.class, () -> shared.getBean(ErasureWiring.class))
                .withBean(PlatformTransactionManager.class, () -> shared.getBean(PlatformTransactionManager.class))
                .withPropertyValues(
                        "hindsight.event-store=axon-server",
                        "hindsight.axon-server.servers=127.0.0.1:1",
                        "hindsight.axon-server.context=default")
                .run(chosen -> {
                    assertThat(chosen).hasNotFailed();
                    assertThat(chosen.getBean(EventStore.class)).isInstanceOf(AxonServerEventStore.class);
                    assertThat(chosen).doesNotHaveBean(PostgresEventLog.class);
                    assertThat(chosen).as("tables are rebuilt from it").hasSingleBean(BulkLog.class);
                    assertThat(chosen.getBean(Configuration.class).eventStore())
                            .isSameAs(chosen.getBean(EventStore.class));
                });
    }
}
