package dev.hindsight.ops.audit;

import dev.hindsight.command.desk.TicketSelection;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Remembered;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.keys.DataKeys;
import dev.hindsight.ops.wiring.AxonConfiguration;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.projections.readmodel.ledger.CheckpointNow;
import dev.hindsight.projections.readmodel.ledger.Checkpoints;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import dev.hindsight.projections.readmodel.ledger.SealedTree;
import dev.hindsight.query.ticket.TicketReader;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What auditors take along. */
@Configuration(proxyBeanMethods = false)
public class AuditConfiguration {

    @Bean
    AuditExports auditExports(
            RawLog raw,
            EventLog log,
            EventStore events,
            SealedTree tree,
            CheckpointNow now,
            Checkpoints checkpoints,
            LedgerKeys ledgerKeys,
            EventCodec codec,
            DataKeys dataKeys,
            AxonConfiguration.SortSettings spilling) {
        return new AuditExports(
                raw, log, events, tree, now, checkpoints, ledgerKeys, codec, dataKeys, spilling.directory());
    }

    @Bean
    AuditExportEndpoint auditExportEndpoint(
            AuditExports exports,
            TicketSelection selection,
            TicketReader reader,
            CommandDispatch dispatch,
            Remembered remembered) {
        return new AuditExportEndpoint(exports, selection, reader, dispatch, remembered);
    }
}
