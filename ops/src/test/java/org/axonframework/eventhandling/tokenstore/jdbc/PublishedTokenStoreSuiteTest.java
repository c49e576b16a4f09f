package org.axonframework.eventhandling.tokenstore.jdbc;

import dev.hindsight.ops.embedded.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.serialization.json.JacksonSerializer;
import org.axonframework.spring.messaging.unitofwork.SpringTransactionManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.PlatformTransactionManager;

/** Axon's published suite for its JDBC token store, on PostgreSQL. */
@ContextConfiguration(classes = PublishedTokenStoreSuiteTest.OnPostgres.class, inheritLocations = false)
class PublishedTokenStoreSuiteTest extends JdbcTokenStoreTest {

    @Configuration(proxyBeanMethods = false)
    static class OnPostgres {

        @Bean
        DataSource dataSource() throws SQLException {
            DataSource fresh = SharedPostgres.database().dataSource();
            try (Connection connection = fresh.getConnection();
                    Statement statement = connection.createStatement()) {
                // The suite makes its table with the type that other databases have.
                statement.execute("CREATE DOMAIN blob AS bytea");
            }
            return fresh;
        }

        @Bean
        PlatformTransactionManager txManager(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        @Bean
        TransactionManager transactionManager(PlatformTransactionManager txManager) {
            return new SpringTransactionManager(txManager);
        }

        @Bean
        JdbcTokenStore tokenStore(DataSource dataSource) {
            return builder(dataSource).build();
        }

        @Bean
        JdbcTokenStore concurrentTokenStore(DataSource dataSource) {
            return builder(dataSource)
                    .claimTimeout(Duration.ofSeconds(2))
                    .nodeId("concurrent")
                    .build();
        }

        @Bean
        JdbcTokenStore stealingTokenStore(DataSource dataSource) {
            return builder(dataSource)
                    .claimTimeout(Duration.ofSeconds(-1))
                    .nodeId("stealing")
                    .build();
        }

        private static JdbcTokenStore.Builder builder(DataSource dataSource) {
            return JdbcTokenStore.builder()
                    .connectionProvider(dataSource::getConnection)
                    .serializer(JacksonSerializer.defaultSerializer());
        }
    }
}
