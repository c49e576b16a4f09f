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

/** The beans of the read model "ticket-search": the way to OpenSearch and the followers that keep its indexes level. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(OpenSearchSettings.class)
public class SearchProjection {

    private static final Duration EVERY = Duration.ofMillis(500);

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
    SearchProgress searchProgress(DataSource dataSource, Generations generations, FreshnessGate freshness) {
        return new SearchProgress(dataSource, generations, freshness);
    }

    @Bean
    SearchIndexes searchIndexes(
            OpenSearchConnection connection, OpenSearchSettings settings, ReadModels models, SearchProgress progress) {
        return new SearchIndexes(new TicketRows(models), new TicketIndexWriter(connection, settings), progress);
    }

    @Bean
    SearchFollowers searchFollowers(
            OpenSearchConnection connection,
            OpenSearchSettings settings,
            DataSource dataSource,
            ReadModels models,
            SearchProgress progress) {
        return followers(connection, settings, dataSource, models, progress);
    }

    /** Followers and the making of indexes of one's own, for tests and tools; whoever starts the first stops them. */
    public record Search(SearchFollowers followers, SearchIndexes indexes) {

        public static Search of(
                OpenSearchConnection connection,
                OpenSearchSettings settings,
                DataSource dataSource,
                ReadModels models,
                Generations generations,
                FreshnessGate freshness) {
            var progress = new SearchProgress(dataSource, generations, freshness);
            return new Search(
                    SearchProjection.followers(connection, settings, dataSource, models, progress),
                    new SearchIndexes(new TicketRows(models), new TicketIndexWriter(connection, settings), progress));
        }
    }

    private static SearchFollowers followers(
            OpenSearchConnection connection,
            OpenSearchSettings settings,
            DataSource dataSource,
            ReadModels models,
            SearchProgress progress) {
        var rows = new TicketRows(models);
        var marks = new SearchMarks(dataSource, rows);
        var index = new TicketIndexWriter(connection, settings);
        var mending = new IndexComparison(rows, index, progress);
        return new SearchFollowers(
                progress,
                index,
                generation -> new SearchFollower(
                        generation, rows, marks, index, progress, mending, EVERY, InstantSource.system()),
                InstantSource.system());
    }
}
