package dev.hindsight.query;

import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.PastTickets;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.query.access.AccessController;
import dev.hindsight.query.attachments.AttachmentContents;
import dev.hindsight.query.attachments.AttachmentController;
import dev.hindsight.query.changes.TicketChangesController;
import dev.hindsight.query.conversation.ConversationController;
import dev.hindsight.query.directory.DirectoryController;
import dev.hindsight.query.directory.PersonController;
import dev.hindsight.query.queues.QueueChangeController;
import dev.hindsight.query.queues.QueueSummaries;
import dev.hindsight.query.queues.QueueSummaryController;
import dev.hindsight.query.reports.Measures;
import dev.hindsight.query.reports.ReportController;
import dev.hindsight.query.ticket.TicketController;
import dev.hindsight.query.ticket.TicketReader;
import dev.hindsight.query.ticket.Tickets;
import dev.hindsight.query.ticket.VersionPages;
import dev.hindsight.query.tickets.CustomFields;
import dev.hindsight.query.tickets.TicketListController;
import dev.hindsight.query.tickets.TicketLists;
import dev.hindsight.query.tickets.TicketSummaries;
import dev.hindsight.query.timeline.TimelineController;
import dev.hindsight.query.timeline.Timelines;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/**
 * The read endpoints. Whoever assembles the application provides {@link ReadModels}, {@link FreshnessGate},
 * {@link Cursors} (with a secret key that all nodes share), a JSON mapper, and for the past the {@link EventLog} and
 * {@link PastTickets}.
 */
@Configuration(proxyBeanMethods = false)
public class QueryModule {

    @Bean
    Freshness freshness(ReadModels models, FreshnessGate gate) {
        return new Freshness(models, gate);
    }

    @Bean
    TicketSummaries ticketSummaries(JsonMapper json) {
        return new TicketSummaries(new CustomFields(json));
    }

    @Bean
    TicketLists ticketLists(Freshness freshness, EventLog log, Cursors cursors, TicketSummaries summaries) {
        return new TicketLists(freshness, log, cursors, summaries);
    }

    @Bean
    TicketListController ticketListController(TicketLists lists) {
        return new TicketListController(lists);
    }

    @Bean
    QueueSummaryController queueSummaryController(Freshness freshness, EventLog log) {
        return new QueueSummaryController(freshness, log, new QueueSummaries());
    }

    @Bean
    QueueChangeController queueChangeController(Freshness freshness, EventLog log, Cursors cursors) {
        return new QueueChangeController(freshness, log, cursors);
    }

    @Bean
    ReportController reportController(Freshness freshness, EventLog log) {
        return new ReportController(freshness, log, Measures.ALL);
    }

    @Bean
    TicketReader ticketReader(Freshness freshness, EventLog log, PastTickets folds) {
        return new TicketReader(freshness, log, folds);
    }

    @Bean
    Tickets fullTickets(TicketSummaries summaries) {
        return new Tickets(summaries);
    }

    @Bean
    TicketController ticketController(TicketReader reader, Tickets tickets) {
        return new TicketController(reader, tickets);
    }

    @Bean
    ConversationController conversationController(TicketReader reader, Cursors cursors) {
        return new ConversationController(reader, new VersionPages(cursors));
    }

    @Bean
    Timelines timelines(JsonMapper json) {
        return new Timelines(json);
    }

    @Bean
    TimelineController timelineController(TicketReader reader, Cursors cursors, Timelines timelines) {
        return new TimelineController(reader, new VersionPages(cursors), timelines);
    }

    @Bean
    TicketChangesController ticketChangesController(TicketReader reader, Timelines timelines) {
        return new TicketChangesController(reader, timelines);
    }

    @Bean
    AttachmentController attachmentController(TicketReader reader, ObjectProvider<AttachmentContents> contents) {
        return new AttachmentController(
                reader, (ticket, content, size, key) -> contents.getObject().open(ticket, content, size, key));
    }

    @Bean
    DirectoryController directoryController(Freshness freshness) {
        return new DirectoryController(freshness);
    }

    @Bean
    PersonController personController(Freshness freshness) {
        return new PersonController(freshness);
    }

    @Bean
    AccessController accessController(Freshness freshness, Cursors cursors, JsonMapper json) {
        return new AccessController(freshness, cursors, json);
    }

    @Bean
    WebMvcConfigurer refuseUnknownParameters() {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new UnknownParameters());
            }
        };
    }
}
