package dev.hindsight.projections.ledger;

import dev.hindsight.projections.readmodel.LongConnections;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.projections.readmodel.ledger.CheckpointNow;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import dev.hindsight.projections.readmodel.ledger.SealedTree;
import dev.hindsight.projections.rebuild.OperationsRecord;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The beans of the ledger. Wants a migrated database, the stored log ({@link RawLog}), the keys ({@link LedgerKeys}) and
 * the places outside ({@link CheckpointPlaces}).
 */
@Configuration(proxyBeanMethods = false)
public class SealingModule {

    @Bean
    SealedTree sealedTree(DataSource dataSource) {
        return new SealedTree(dataSource);
    }

    @Bean
    Checkpoints checkpoints(
            DataSource dataSource, PlatformTransactionManager transactions, SealedTree tree, LedgerKeys keys) {
        return new Checkpoints(dataSource, new TransactionTemplate(transactions), tree, keys);
    }

    @Bean
    Sealer sealer(
            RawLog log,
            LongConnections connections,
            Checkpoints checkpoints,
            LedgerKeys keys,
            OperationsRecord record,
            @Value("${hindsight.ledger.seal-every}") Duration sealEvery,
            @Value("${hindsight.ledger.checkpoint.every}") Duration checkpointEvery) {
        return new Sealer(log, connections, checkpoints, keys, record, sealEvery, checkpointEvery);
    }

    @Bean
    CheckpointNow checkpointNow(RawLog log, SealedTree tree, Sealer sealer, Checkpoints checkpoints) {
        return new CheckpointNow(log, tree, sealer, checkpoints);
    }

    @Bean
    SelfCheck selfCheck(
            RawLog log,
            DataSource dataSource,
            LedgerKeys keys,
            Sealer sealer,
            @Value("${hindsight.ledger.check.every}") Duration every,
            @Value("${hindsight.ledger.check.rate}") long perSecond) {
        return new SelfCheck(log, dataSource, keys, sealer, every, perSecond);
    }

    @Bean
    Publisher publisher(
            CheckpointPlaces places, Checkpoints checkpoints, SealedTree tree, DataSource dataSource, Sealer sealer) {
        return new Publisher(places.all(), checkpoints, tree, dataSource, sealer);
    }
}
