package dev.hindsight.query.history;

import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.ticket.VersionPages;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The history of configuration, beside the reads of {@link dev.hindsight.query.QueryModule}. Whoever assembles the
 * application provides the {@link EventLog}.
 */
@Configuration(proxyBeanMethods = false)
public class HistoryModule {

    @Bean
    HistoryController historyController(Freshness freshness, EventLog log, Cursors cursors) {
        return new HistoryController(freshness, log, new VersionPages(cursors));
    }
}
