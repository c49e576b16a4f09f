package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.ProjectionsModule;
import dev.hindsight.projections.live.LiveModels;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.LongConnections;
import dev.hindsight.projections.readmodel.NodeSession;
import dev.hindsight.projections.search.SearchFollowers;
import dev.hindsight.projections.search.SearchIndexes;
import dev.hindsight.projections.search.SearchProjection;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Rebuilds, verifications, repairs and recoveries. Wants what {@link ProjectionsModule} and
 * {@link SearchProjection} want and, where there is a log that can be read
 * stream by stream, that one ({@link BulkLog}); without it tables can't be rebuilt.
 */
@Configuration(proxyBeanMethods = false)
public class RebuildModule {

    @Bean
    JobRunner jobRunner(
            DataSource dataSource,
            Generations generations,
            BulkLog log,
            EventLog events,
            LongConnections connections,
            OperationsRecord record,
            LiveModels live,
            SearchFollowers followers,
            SearchIndexes search,
            NodeSession node,
            @Value("${hindsight.rebuild.threads:1}") int threads,
            @Value("${hindsight.rebuild.at-once:1}") int atOnce) {
        return new JobRunner(
                new JobRunner.Tools(
                        ProjectionsModule.FOLDS,
                        generations,
                        log,
                        events,
                        search,
                        connections,
                        record,
                        look(live, followers),
                        Clock.systemUTC(),
                        node.name(),
                        threads,
                        Integer.MAX_VALUE),
                dataSource,
                atOnce);
    }

    @Bean
    Jobs rebuildJobs(
            DataSource dataSource,
            Generations generations,
            BulkLog log,
            FreeDisk disk,
            JobRunner runner,
            LiveModels live,
            SearchFollowers followers) {
        return new Jobs(dataSource, generations, log, disk, runner::wake, look(live, followers));
    }

    private static Runnable look(LiveModels live, SearchFollowers followers) {
        return () -> {
            live.look();
            followers.look();
        };
    }

    /**
     * @param previous how long a generation that answered before is kept; 0 for ever
     * @param older how long one of an older definition is kept that no node fills any more; 0 for ever
     * @param verified how long after a verification the next begins; 0 for never
     */
    @Bean
    Upkeep upkeep(
            Jobs jobs,
            Recoveries recoveries,
            Generations generations,
            DataSource dataSource,
            PlatformTransactionManager transactions,
            @Value("${hindsight.rebuild.keep-previous:24h}") Duration previous,
            @Value("${hindsight.rebuild.keep-older-definitions:7d}") Duration older,
            @Value("${hindsight.verification.every:24h}") Duration verified) {
        return new Upkeep(
                jobs,
                recoveries,
                generations,
                dataSource,
                new TransactionTemplate(transactions),
                new Upkeep.Kept(previous, older),
                verified);
    }

    /**
     * @param most that exist at the same time
     * @param kept how long each; 0 for ever
     */
    @Bean
    Recoveries recoveries(
            DataSource dataSource,
            PlatformTransactionManager transactions,
            Generations generations,
            EventLog events,
            Jobs jobs,
            OperationsRecord record,
            @Value("${hindsight.recovery.most:5}") int most,
            @Value("${hindsight.recovery.keep:7d}") Duration kept) {
        return new Recoveries(
                ProjectionsModule.FOLDS,
                dataSource,
                new TransactionTemplate(transactions),
                generations,
                events,
                jobs,
                record,
                Clock.systemUTC(),
                new Recoveries.Limits(most, kept));
    }

    @Bean
    Repairs repairs(
            DataSource dataSource,
            PlatformTransactionManager transactions,
            Generations generations,
            EventLog events,
            Jobs jobs,
            OperationsRecord record,
            JobRunner runner) {
        return new Repairs(
                ProjectionsModule.FOLDS,
                dataSource,
                new TransactionTemplate(transactions),
                generations,
                events,
                jobs,
                record,
                Clock.systemUTC(),
                runner::wake);
    }
}
