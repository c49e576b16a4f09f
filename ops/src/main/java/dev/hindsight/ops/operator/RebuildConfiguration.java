package dev.hindsight.ops.operator;

import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Expected;
import dev.hindsight.command.dispatch.IdempotencyKey;
import dev.hindsight.command.imports.OperationsHandler;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.ops.wiring.DatabaseConfiguration.DirectConnections;
import dev.hindsight.projections.readmodel.LongConnections;
import dev.hindsight.projections.rebuild.FreeDisk;
import dev.hindsight.projections.rebuild.Jobs;
import dev.hindsight.projections.rebuild.OperationsRecord;
import dev.hindsight.projections.rebuild.Recoveries;
import dev.hindsight.projections.rebuild.Repairs;
import dev.hindsight.query.Cursors;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalLong;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What rebuilds need of the application, and how operators reach them. */
@Configuration(proxyBeanMethods = false)
public class RebuildConfiguration {

    private static final byte[] NO_BODY = {};

    @Bean
    LongConnections longConnections(DirectConnections direct) {
        return () -> {
            Connection connection = direct.dataSource().getConnection();
            try (Statement setting = connection.createStatement()) {
                // Keepalives find a node that is gone, the interval has PostgreSQL look amid a statement.
                setting.execute("SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1;"
                        + " SET tcp_keepalives_count = 3; SET tcp_user_timeout = 5000;"
                        + " SET client_connection_check_interval = 2000");
            } catch (SQLException fault) {
                connection.close();
                throw fault;
            }
            return connection;
        };
    }

    /**
     * @param free bytes that may be used, where an operator says so
     * @param data folder of an installation that runs its own PostgreSQL
     */
    @Bean
    FreeDisk freeDisk(@Value("${hindsight.rebuild.free-disk:}") String free, @Value("${hindsight.data:}") String data) {
        return () -> {
            if (!free.isBlank()) {
                return OptionalLong.of(Long.parseLong(free.strip()));
            }
            return data.isBlank()
                    ? OptionalLong.empty()
                    : OptionalLong.of(Path.of(data).toFile().getUsableSpace());
        };
    }

    /** Who asked is the actor; the job's id ties its events together. */
    @Bean
    OperationsRecord operationsRecord(CommandDispatch dispatch) {
        return (job, step, by, event) -> dispatch.send(
                new Call(
                        by,
                        null,
                        null,
                        job.toString(),
                        null,
                        Channel.API.name(),
                        IdempotencyKey.of(job, step, "RECORD", step, NO_BODY),
                        new Expected.Nothing()),
                new OperationsHandler.RecordOperation(event));
    }

    @Bean
    RebuildEndpoint rebuildEndpoint(Jobs jobs, ReversionEndpoint reversions, PlatformTransactionManager transactions) {
        return new RebuildEndpoint(jobs, reversions, new TransactionTemplate(transactions));
    }

    @Bean
    RepairEndpoint repairEndpoint(Repairs repairs, Cursors cursors) {
        return new RepairEndpoint(repairs, cursors);
    }

    @Bean
    RecoveryEndpoint recoveryEndpoint(CommandDispatch dispatch, Recoveries recoveries) {
        return new RecoveryEndpoint(dispatch, recoveries);
    }

    /** Apart from the lag of what answers, so that no alert fires because of a rebuild. */
    @Bean
    MeterBinder rebuildMetrics(Jobs jobs) {
        return new RebuildMetrics(jobs);
    }
}
