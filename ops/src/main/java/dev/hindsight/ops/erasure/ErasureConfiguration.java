package dev.hindsight.ops.erasure;

import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET;
import static dev.hindsight.projections.readmodel.jooq.Tables.TICKET_MESSAGE;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.noCondition;

import dev.hindsight.command.attachments.ContentCleaner;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.erasure.DataKeyErasure;
import dev.hindsight.command.erasure.Erasures;
import dev.hindsight.command.erasure.OldTickets;
import dev.hindsight.command.erasure.Retention;
import dev.hindsight.command.erasure.RetentionRuns;
import dev.hindsight.command.erasure.TicketErasing;
import dev.hindsight.command.people.People;
import dev.hindsight.ops.codec.keys.KeyOwner;
import dev.hindsight.ops.codec.keys.KeyRing;
import dev.hindsight.ops.edge.Callers;
import dev.hindsight.ops.edge.RememberedTokens;
import dev.hindsight.ops.erasure.ErasureJob.Tools;
import dev.hindsight.ops.wiring.DatabaseConfiguration.DirectConnections;
import dev.hindsight.ops.wiring.DatabaseConfiguration.OwnerConnections;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.Generations;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.projections.rebuild.Recoveries;
import dev.hindsight.query.feed.LiveFeed;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What erasure needs of the application. */
@Configuration(proxyBeanMethods = false)
public class ErasureConfiguration {

    @Bean
    DataKeyErasure dataKeyErasure(JdbcTemplate jdbc, KeyRing keys, ReadModels models, EventLog log) {
        return new DestroyedInDatabase(JdbcClient.create(jdbc), keys, models, log);
    }

    /** Tickets whose keys are still there. Read models know when tickets ended; keys, whether they are erased. */
    @Bean
    OldTickets oldTickets(ReadModels models) {
        return (rule, endedBefore, after, most) -> models.read(snapshot -> snapshot.jooq()
                .select(TICKET.ID, TICKET.NUMBER, TICKET.CLOSED_AT)
                .from(TICKET)
                .where(TICKET.CLOSED_AT.lt(endedBefore))
                .and(TICKET.STATUS.in("CLOSED", "CANCELLED"))
                .and(rule.queue() == null ? noCondition() : TICKET.QUEUE.eq(rule.queue()))
                .and(rule.category() == null ? noCondition() : TICKET.CATEGORY.eq(rule.category()))
                .and(after == null ? noCondition() : TICKET.ID.gt(after))
                .and(condition(
                        "exists (select from keys.data_key k left join keys.data_key w on w.key_id = k.wrapped_by"
                                + " where k.owner = 'ticket:' || {0} and k.wrapped_key is not null"
                                + " and (k.wrapped_by is null or w.wrapped_key is not null))",
                        TICKET.ID))
                .orderBy(TICKET.ID)
                .limit(most)
                .fetch(row -> new OldTickets.Old(row.value1(), row.value2(), row.value3())));
    }

    @Bean
    ForgettingNode forgettingNode(
            LogTail tail,
            EventLog log,
            KeyRing keys,
            People people,
            Callers callers,
            RememberedTokens tokens,
            LiveFeed feed) {
        return new ForgettingNode(
                tail,
                log,
                List.of(
                        person -> keys.forget(KeyOwner.person(person)),
                        people::forget,
                        callers::forget,
                        person -> tokens.forget(),
                        person -> feed.forget()),
                List.of(ticket -> keys.forget(KeyOwner.ticket(ticket)), ticket -> feed.forget()));
    }

    @Bean
    MeterBinder erasureMetrics(Erasures erasures) {
        return new ErasureMetrics(erasures);
    }

    @Bean
    ErasureJob erasureJob(
            CommandDispatch dispatch,
            Erasures erasures,
            TicketErasing tickets,
            Retention retention,
            RetentionRuns runs,
            DataKeyErasure keys,
            ContentCleaner contents,
            EventLog log,
            FreshnessGate freshness,
            ReadModels models,
            Generations generations,
            Recoveries recoveries,
            DataSource dataSource,
            DirectConnections direct,
            OwnerConnections owner,
            OpenSearchConnection search,
            TicketIndex index,
            @Value("${hindsight.erasure.rewrite-up-to-mb:512}") long rewriteUpTo,
            @Value("${hindsight.retention.every:P1D}") Duration retentionEvery) {
        return new ErasureJob(
                new Tools(
                        dispatch,
                        erasures,
                        tickets,
                        retention,
                        runs,
                        keys,
                        contents,
                        log,
                        freshness,
                        JdbcClient.create(dataSource),
                        person -> models.read(snapshot -> snapshot.jooq()
                                .selectCount()
                                .from(TICKET_MESSAGE)
                                .join(TICKET)
                                .on(TICKET.ID.eq(TICKET_MESSAGE.TICKET_ID))
                                .where(TICKET_MESSAGE.AUTHOR.eq(person))
                                .and(TICKET.REQUESTER.isDistinctFrom(person))
                                .fetchSingle(0, long.class)),
                        recoveries::forget,
                        List.of(
                                new OtherGenerations(generations, log),
                                new DatabaseRemains(dataSource, direct.dataSource(), owner.dataSource(), rewriteUpTo),
                                new IndexRemains(search, index, dataSource)),
                        Clock.systemUTC()),
                () -> direct.dataSource().getConnection(),
                retentionEvery);
    }
}
