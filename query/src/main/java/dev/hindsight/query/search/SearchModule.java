package dev.hindsight.query.search;

import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.ticket.TicketReader;
import dev.hindsight.query.tickets.TicketSummaries;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The search endpoints, beside those of {@link dev.hindsight.query.QueryModule}; wants the way to OpenSearch. */
@Configuration(proxyBeanMethods = false)
public class SearchModule {

    @Bean
    SearchTickets searchTickets(
            OpenSearchConnection connection,
            TicketIndex index,
            Freshness freshness,
            Cursors cursors,
            TicketSummaries summaries) {
        return new SearchTickets(connection, index, freshness, cursors, summaries);
    }

    @Bean
    SimilarController similarController(TicketReader reader, SearchTickets tickets) {
        return new SimilarController(reader, tickets);
    }

    @Bean
    SearchController searchController(SearchTickets tickets) {
        return new SearchController(tickets);
    }
}
