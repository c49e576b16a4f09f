package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.ProjectionsModule;
import dev.hindsight.projections.live.LiveModels;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.Generations;
import java.time.Clock;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Rebuilds, verifications and repairs. Wants what {@link ProjectionsModule} wants and, where there is a log that can be read
 * stream by stream, that one ({@link BulkLog}); without it every rebuild is refused.
 */
@Configuration(proxyBeanMethods = false)
public class RebuildModule {

    @Bean
    JobRunner jobRunner(
            DataSource dataSource,
            Generations generations,
            ObjectProvider<BulkLog> log,
            EventLog events,
            LongConnections connections,
            OperationsRecord record,
            LiveModels live,
            @Value("${hindsight.node:${HOSTNAME:one}}") String node,
            @Value("${hindsight.rebuild.threads:1}") int threads,
            @Value("${hindsight.rebuild.at-once:1}") int atOnce) {
        return new JobRunner(
                new JobRunner.Tools(
                        ProjectionsModule.FOLDS,
                        generations,
                        Optional.ofNullable(log.getIfAvailable()),
                        events,
                        connections,
                        record,
                        live::look,
                        Clock.systemUTC(),
                        node,
                        threads,
                        Integer.MAX_VALUE),
                dataSource,
                atOnce);
    }

    @Bean
    Jobs rebuildJobs(
            DataSource dataSource,
            Generations generations,
            ObjectProvider<BulkLog> log,
            FreeDisk disk,
            JobRunner runner) {
        return new Jobs(dataSource, generations, Optional.ofNullable(log.getIfAvailable()), disk, runner::wake);
    }

    @Bean
    Repairs repairs(
            DataSource dataSource,
            PlatformTransactionManager transactions,
            Generations generations,
            ObjectProvider<BulkLog> log,
            EventLog events,
            Jobs jobs,
            OperationsRecord record,
            JobRunner runner) {
        return new Repairs(
                ProjectionsModule.FOLDS,
                dataSource,
                new TransactionTemplate(transactions),
                generations,
                Optional.ofNullable(log.getIfAvailable()),
                events,
                jobs,
                record,
                Clock.systemUTC(),
                runner::wake);
    }
}
