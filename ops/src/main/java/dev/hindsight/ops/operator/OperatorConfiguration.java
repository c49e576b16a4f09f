package dev.hindsight.ops.operator;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.projections.live.LiveModels;
import dev.hindsight.projections.live.ModelStatus;
import dev.hindsight.projections.live.ModelStatus.State;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LogEpoch;
import dev.hindsight.projections.search.SearchFollower;
import dev.hindsight.projections.search.SearchFollowers;
import java.time.Instant;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jooq.DSLContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** The operators' endpoints and health. */
@Configuration(proxyBeanMethods = false)
public class OperatorConfiguration {

    /** Something is ill, but the node works. */
    private static final Status DEGRADED = new Status("DEGRADED");

    @Bean
    LogIdentity logIdentity(EventStore store, TransactionManager transactions, @Qualifier("writer") String writer) {
        return new LogIdentity(store, transactions, writer, UuidCreator.getTimeOrderedEpochPlus1(), Instant.now());
    }

    @Bean
    LogEpoch logEpoch(LogIdentity log) {
        return log.epoch();
    }

    @Bean
    VersionEndpoint versionEndpoint(LogIdentity log) {
        return new VersionEndpoint(log);
    }

    @Bean
    ProjectionsEndpoint projectionsEndpoint(DSLContext jooq, EventLog log) {
        return new ProjectionsEndpoint(jooq, log, InstantSource.system());
    }

    @Bean
    ProjectionMetrics projectionMetrics(ProjectionsEndpoint endpoint, LiveModels models, SearchFollowers search) {
        return new ProjectionMetrics(endpoint, models, search);
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

    /** Names the read models that do not follow the log on this node; they never take the node out. */
    @Bean
    HealthIndicator readModelsHealthIndicator(LiveModels models) {
        return () -> {
            Health.Builder health = Health.up();
            for (ModelStatus model : models.statuses()) {
                if (model.state() == State.BACKING_OFF || model.state() == State.UNKNOWN_EVENT) {
                    health.status(DEGRADED);
                }
                health.withDetail(
                        model.model().id(),
                        model.detail() == null ? model.state().name() : model.state() + ": " + model.detail());
            }
            return health.build();
        };
    }

    @Bean
    HealthIndicator searchHealthIndicator(ObjectProvider<SearchFollowers> followers) {
        return () -> {
            SearchFollowers follower = followers.getIfAvailable();
            if (follower == null) {
                return Health.unknown()
                        .withDetail("search", "not followed on this node")
                        .build();
            }
            SearchFollower.Status status = follower.status();
            Health.Builder health = status.failure() == null
                    ? Health.up()
                    : Health.status(DEGRADED)
                            .withDetail("failure", status.failure())
                            .withDetail("since", String.valueOf(status.failingSince()));
            return health.withDetail("position", status.position()).build();
        };
    }
}
