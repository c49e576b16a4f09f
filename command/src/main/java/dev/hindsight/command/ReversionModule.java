package dev.hindsight.command;

import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.reversion.EventSearch;
import dev.hindsight.command.reversion.PresentLimits;
import dev.hindsight.command.reversion.ReversionRun;
import dev.hindsight.command.reversion.ReversionWorker;
import dev.hindsight.command.reversion.Reversions;
import java.time.Clock;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Mass reversions. Whoever imports it provides what {@link CommandModule} asks for, {@link EventSearch} and
 * {@link ReversionWorker.Connections}.
 */
@Configuration(proxyBeanMethods = false)
public class ReversionModule {

    @Bean
    Reversions reversions(JdbcTemplate jdbc) {
        return new Reversions(jdbc);
    }

    @Bean
    ReversionRun reversionRun(
            Reversions reversions,
            EventSearch search,
            CommandDispatch dispatch,
            EventStore events,
            PresentLimits limits,
            PlatformTransactionManager transactions) {
        return new ReversionRun(
                reversions, search, dispatch, events, limits, new TransactionTemplate(transactions), Clock.systemUTC());
    }

    @Bean
    ReversionWorker reversionWorker(
            Reversions reversions,
            ReversionRun run,
            ReversionWorker.Connections connections,
            @Value("${hindsight.reversion.at-once:8}") int atOnce) {
        return new ReversionWorker(reversions, run, connections, atOnce);
    }
}
