package dev.hindsight.projections.search;

import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.OpenSearchSettings;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans of the read model "ticket-search": the way to OpenSearch and the follower that fills the index. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(OpenSearchSettings.class)
public class SearchProjection {

    @Bean
    OpenSearchConnection openSearchConnection(OpenSearchSettings settings, ObjectProvider<MeterRegistry> meters) {
        var registry = meters.getIfAvailable();
        return registry == null ? new OpenSearchConnection(settings) : new OpenSearchConnection(settings, registry);
    }

    @Bean
    TicketIndex ticketIndex(OpenSearchSettings settings) {
        return new TicketIndex(settings.indexPrefix());
    }

    @Bean
    SearchFollower searchFollower(
            OpenSearchConnection connection,
            OpenSearchSettings settings,
            DataSource dataSource,
            ReadModels models,
            Generations generations,
            FreshnessGate freshness) {
        return follower(connection, settings, dataSource, models, generations, freshness);
    }

    /** A follower of one's own, for tests and tools; whoever starts it stops it. */
    public static SearchFollower follower(
            OpenSearchConnection connection,
            OpenSearchSettings settings,
            DataSource dataSource,
            ReadModels models,
            Generations generations,
            FreshnessGate freshness) {
        var tickets = new TicketRows(models);
        return new SearchFollower(
                tickets,
                new SearchMarks(dataSource, tickets),
                new TicketIndexWriter(connection, settings),
                new SearchProgress(dataSource, generations, freshness),
                Duration.ofMillis(500),
                InstantSource.system());
    }
}
