package dev.hindsight.ops.operator;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Instant;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jooq.DSLContext;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** The operators' endpoints and health. */
@Configuration(proxyBeanMethods = false)
public class OperatorConfiguration {

    @Bean
    LogIdentity logIdentity(EventStore store, TransactionManager transactions, @Qualifier("writer") String writer) {
        return new LogIdentity(store, transactions, writer, UuidCreator.getTimeOrderedEpochPlus1(), Instant.now());
    }

    @Bean
    VersionEndpoint versionEndpoint(LogIdentity log) {
        return new VersionEndpoint(log);
    }

    @Bean
    ProjectionsEndpoint projectionsEndpoint(DSLContext jooq) {
        return new ProjectionsEndpoint(jooq, InstantSource.system());
    }

    /** Readiness depends on this alone: whether the log can be read, and so commands decided. */
    @Bean
    HealthIndicator eventStoreHealthIndicator(DataSource dataSource) {
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        jdbc.setQueryTimeout(2);
        return () -> {
            jdbc.queryForList("SELECT 1 FROM log.event LIMIT 1");
            return Health.up().build();
        };
    }
}
