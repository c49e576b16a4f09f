package dev.hindsight.projections;

import dev.hindsight.projections.access.AccessModel;
import dev.hindsight.projections.directory.DirectoryModel;
import dev.hindsight.projections.live.LiveModels;
import dev.hindsight.projections.live.RecordedSkips;
import dev.hindsight.projections.live.StreamFold;
import dev.hindsight.projections.live.TracedBatches;
import dev.hindsight.projections.past.PastModel;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.projections.readmodel.LongConnections;
import dev.hindsight.projections.readmodel.NodeSession;
import dev.hindsight.projections.readmodel.PastTickets;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.rebuild.FirstFilling;
import dev.hindsight.projections.tickets.FoldedTickets;
import dev.hindsight.projections.tickets.TicketModel;
import java.util.Map;
import java.util.function.IntFunction;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The beans of this module. Wants a migrated database with its transaction manager, the log ({@link EventLog}) and its
 * tail ({@link LogTail}).
 */
@Configuration(proxyBeanMethods = false)
public class ProjectionsModule {

    /** Makes one generation of each model that lies in PostgreSQL. */
    public static final Map<ReadModel, IntFunction<? extends StreamFold<?>>> FOLDS = Map.of(
            ReadModel.TICKETS, TicketModel::new,
            ReadModel.DIRECTORY, DirectoryModel::new,
            ReadModel.ACCESS, AccessModel::new,
            ReadModel.TICKET_PAST, PastModel::new);

    @Bean
    Generations generations(DataSource dataSource, PlatformTransactionManager transactions) {
        return new Generations(dataSource, new TransactionTemplate(transactions));
    }

    @Bean
    ReadModels readModels(DataSource dataSource) {
        return new ReadModels(dataSource);
    }

    @Bean
    PastTickets pastTickets() {
        return new FoldedTickets();
    }

    @Bean
    FreshnessGate freshnessGate(ReadModels readModels) {
        return new FreshnessGate(readModels::position);
    }

    /** @param label how people call this node */
    @Bean
    NodeSession nodeSession(LongConnections connections, @Value("${hindsight.node:${HOSTNAME:node}}") String label) {
        return NodeSession.open(connections, label);
    }

    /**
     * Where there is no read model yet and the log is long, the models are filled from it in bulk before they are followed.
     * A model that comes new to an installation with a long log is made in the background, as a new definition is.
     *
     * @param worthFilling how long at least; a shorter log is followed live from its beginning, in a second or two
     */
    @Bean
    LiveModels liveModels(
            Generations generations,
            LogTail tail,
            EventLog log,
            DataSource dataSource,
            PlatformTransactionManager transactions,
            FreshnessGate freshness,
            ObjectProvider<TracedBatches> traces,
            ObjectProvider<BulkLog> bulk,
            LongConnections connections,
            NodeSession node,
            @Value("${hindsight.rebuild.threads:1}") int threads,
            @Value("${hindsight.rebuild.fill-from:10000}") long worthFilling) {
        boolean begun = generations.answering(ReadModel.TICKETS).isPresent();
        if (!begun) {
            RecordedSkips.restore(log, dataSource); // the tables are new, the log may not be
            BulkLog readable = bulk.getIfAvailable();
            long head = log.head();
            if (readable != null && head >= worthFilling) {
                new FirstFilling(FOLDS, generations, readable, connections, threads).fill(head);
            }
        }
        for (ReadModel model : FOLDS.keySet()) {
            if (begun && log.head() >= worthFilling) {
                generations.expect(model);
            }
            generations.ensure(model);
        }
        return new LiveModels(
                FOLDS,
                generations,
                tail,
                log,
                dataSource,
                transactions,
                freshness,
                traces.getIfAvailable(() -> TracedBatches.NOBODY),
                node.name());
    }
}
