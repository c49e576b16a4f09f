package dev.hindsight.ops.ledger;

import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.ops.codec.keys.MasterKey;
import dev.hindsight.ops.codec.keys.SigningKeys;
import dev.hindsight.ops.operator.LogIdentity;
import dev.hindsight.ops.wiring.DatabaseConfiguration.DirectConnections;
import dev.hindsight.projections.ledger.CheckpointPlace;
import dev.hindsight.projections.ledger.CheckpointPlaces;
import dev.hindsight.projections.ledger.Sealer;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the ledger needs of the application, and how operators see it. */
@Configuration(proxyBeanMethods = false)
public class LedgerConfiguration {

    static String origin(String configured, UUID logId) {
        return configured.isBlank() ? "hindsight/" + logId : configured.strip();
    }

    @Bean
    LedgerKeys ledgerKeys(
            DataSource migrated,
            DirectConnections direct,
            MasterKey master,
            LogIdentity log,
            @Value("${hindsight.ledger.origin}") String origin) {
        return SigningKeys.of(direct.dataSource(), master, () -> origin(origin, log.logId()));
    }

    @Bean
    CheckpointPlaces checkpointPlaces(
            @Value("${hindsight.ledger.outside.file}") String file,
            @Value("${hindsight.ledger.outside.endpoint}") String endpoint,
            @Value("${hindsight.ledger.outside.endpoint-token}") String token) {
        List<CheckpointPlace> places = new ArrayList<>();
        if (!file.isBlank()) {
            places.add(new CheckpointLog(Path.of(file)));
        }
        if (!endpoint.isBlank()) {
            places.add(new CheckpointEndpoint(endpoint, token));
        }
        return new CheckpointPlaces(places);
    }

    /** Empty where no authority is configured: tokens can still be brought from elsewhere. */
    @Bean
    Timestamping timestamping(
            Checkpoints checkpoints,
            Sealer sealer,
            @Value("${hindsight.ledger.timestamp.authority}") String authority,
            @Value("${hindsight.ledger.timestamp.every}") Duration every) {
        return new Timestamping(
                checkpoints,
                sealer,
                authority.isBlank()
                        ? null
                        : new TimestampAuthority(
                                CheckpointEndpoint.checked(authority, "hindsight.ledger.timestamp.authority")),
                every);
    }

    @Bean
    LedgerEndpoint ledgerEndpoint(CommandDispatch dispatch, Checkpoints checkpoints, LedgerKeys keys) {
        return new LedgerEndpoint(dispatch, checkpoints, keys);
    }

    @Bean
    LedgerStatus ledgerStatus(
            DataSource dataSource, RawLog log, Sealer sealer, CheckpointPlaces places, Timestamping timestamping) {
        return new LedgerStatus(dataSource, log, sealer, places, timestamping);
    }

    @Bean
    MeterBinder ledgerMetrics(LedgerStatus status) {
        return new LedgerMetrics(status);
    }

    /** Never takes a node out. */
    @Bean
    HealthIndicator ledgerHealthIndicator(LedgerStatus status) {
        return () -> {
            LedgerStatus.Now now = status.read();
            Health.Builder health = now.troubles().isEmpty() ? Health.up() : Health.status(new Status("DEGRADED"));
            now.troubles().forEach(health::withDetail);
            return health.withDetail("sealed", now.sealed())
                    .withDetail("checkpoint", now.checkpoint())
                    .build();
        };
    }
}
