package dev.hindsight.query.audit;

import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.query.ticket.TicketReader;
import dev.hindsight.query.ticket.Tickets;
import dev.hindsight.query.timeline.Timelines;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/**
 * What auditors read of the log, beside the reads of {@link dev.hindsight.query.QueryModule}. Whoever assembles the
 * application provides the log ({@link EventLog}, {@link RawLog}) and the {@link EventForms}.
 */
@Configuration(proxyBeanMethods = false)
public class AuditModule {

    @Bean
    ReplayController replayController(TicketReader reader, Tickets tickets, Timelines timelines, JsonMapper json) {
        return new ReplayController(reader, tickets, timelines, json);
    }

    @Bean
    AuditController auditController(TicketReader reader, RawLog raw, EventLog log, EventForms forms, JsonMapper json) {
        return new AuditController(reader, raw, log, forms, json);
    }
}
