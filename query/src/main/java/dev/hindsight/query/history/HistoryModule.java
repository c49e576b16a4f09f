package dev.hindsight.query.history;

import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.export.DataExportController;
import dev.hindsight.query.ticket.VersionPages;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/**
 * The history of configuration and what is kept of a person, beside the reads of {@link dev.hindsight.query.QueryModule}. Whoever assembles the
 * application provides the {@link EventLog} and the {@link EventForms}.
 */
@Configuration(proxyBeanMethods = false)
public class HistoryModule {

    @Bean
    DataExportController dataExportController(ReadModels models, EventLog log, EventForms forms, JsonMapper json) {
        return new DataExportController(models, log, forms, json);
    }

    @Bean
    HistoryController historyController(Freshness freshness, EventLog log, Cursors cursors) {
        return new HistoryController(freshness, log, new VersionPages(cursors));
    }
}
