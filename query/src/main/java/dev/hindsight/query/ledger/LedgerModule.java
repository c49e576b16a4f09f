package dev.hindsight.query.ledger;

import dev.hindsight.projections.readmodel.ledger.CheckpointNow;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import dev.hindsight.projections.readmodel.ledger.SealedTree;
import dev.hindsight.query.Cursors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reads of the ledger, beside those of {@link dev.hindsight.query.QueryModule}. */
@Configuration(proxyBeanMethods = false)
public class LedgerModule {

    @Bean
    LedgerController ledgerController(
            SealedTree tree, Checkpoints checkpoints, LedgerKeys keys, CheckpointNow now, Cursors cursors) {
        return new LedgerController(tree, checkpoints, keys, now, cursors);
    }
}
