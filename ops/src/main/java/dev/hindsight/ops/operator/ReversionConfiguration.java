package dev.hindsight.ops.operator;

import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.reversion.EventSearch;
import dev.hindsight.command.reversion.ReversionRun;
import dev.hindsight.command.reversion.ReversionWorker;
import dev.hindsight.command.reversion.Reversions;
import dev.hindsight.ops.wiring.DatabaseConfiguration.DirectConnections;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.query.Cursors;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What mass reversions need of the application, and how operators reach them. */
@Configuration(proxyBeanMethods = false)
public class ReversionConfiguration {

    @Bean
    EventSearch eventSearch(RawLog log) {
        return new EventSearchInLog(log);
    }

    @Bean
    ReversionWorker.Connections reversionConnections(DirectConnections direct) {
        return () -> direct.dataSource().getConnection();
    }

    /** @param approval none or required: whether a second person has to agree before anything is reverted */
    @Bean
    ReversionEndpoint reversionEndpoint(
            CommandDispatch dispatch,
            Reversions reversions,
            ReversionRun run,
            EventSearch search,
            ReversionWorker worker,
            Cursors cursors,
            @Value("${hindsight.reversion.approval:none}") String approval) {
        boolean needed =
                switch (approval) {
                    case "none" -> false;
                    case "required" -> true;
                    default ->
                        throw new IllegalStateException(
                                "hindsight.reversion.approval is " + approval + ": set it to none or required.");
                };
        return new ReversionEndpoint(dispatch, reversions, run, search, worker, cursors, needed);
    }
}
