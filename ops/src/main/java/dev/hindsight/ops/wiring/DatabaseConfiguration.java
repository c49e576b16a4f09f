package dev.hindsight.ops.wiring;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The connections to PostgreSQL: one pool for all work, and single connections of their own for the sequencer. */
@Configuration(proxyBeanMethods = false)
public class DatabaseConfiguration {

    /** Connects outside the pool, as the application role; no transaction pooler may stand in between. */
    @FunctionalInterface
    public interface DirectConnections {
        DataSource dataSource();
    }

    /** Connects as the role that owns the schemas: for migrations, and for what is left of rows that were deleted. */
    @FunctionalInterface
    public interface OwnerConnections {
        DataSource dataSource();
    }

    @Bean
    OwnerConnections ownerConnections(
            @Value("${hindsight.database.url}") String url,
            @Value("${hindsight.database.username}") String username,
            @Value("${hindsight.database.password}") String password,
            @Value("${hindsight.database.owner-username:}") String ownerUsername,
            @Value("${hindsight.database.owner-password:}") String ownerPassword) {
        return () -> direct(
                url,
                ownerUsername.isEmpty() ? username : ownerUsername,
                ownerUsername.isEmpty() ? password : ownerPassword);
    }

    @Bean(destroyMethod = "close")
    HikariDataSource dataSource(
            @Value("${hindsight.database.url}") String url,
            @Value("${hindsight.database.username}") String username,
            @Value("${hindsight.database.password}") String password,
            OwnerConnections owner,
            @Value("${hindsight.database.pool-size:24}") int poolSize,
            MeterRegistry meters) {
        Migrations.run(owner.dataSource(), username);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(username);
        config.setPassword(password);
        config.setMaximumPoolSize(poolSize);
        config.setPoolName("hindsight");
        config.setConnectionTimeout(5_000);
        config.setMetricRegistry(meters);
        config.addDataSourceProperty("ApplicationName", "hindsight");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("socketTimeout", "60");
        return new HikariDataSource(config);
    }

    @Bean
    DirectConnections directConnections(
            @Value("${hindsight.database.url}") String url,
            @Value("${hindsight.database.username}") String username,
            @Value("${hindsight.database.password}") String password) {
        return () -> direct(url, username, password);
    }

    private static PGSimpleDataSource direct(String url, String username, String password) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        dataSource.setUser(username);
        dataSource.setPassword(password);
        dataSource.setTcpKeepAlive(true);
        dataSource.setApplicationName("hindsight");
        return dataSource;
    }
}
