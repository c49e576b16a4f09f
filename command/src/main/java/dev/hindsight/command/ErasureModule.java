package dev.hindsight.command;

import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.desk.Desk;
import dev.hindsight.command.desk.TicketHoldEndpoint;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.Remembered;
import dev.hindsight.command.erasure.DataKeyErasure;
import dev.hindsight.command.erasure.ErasureEndpoint;
import dev.hindsight.command.erasure.ErasureWiring;
import dev.hindsight.command.erasure.Erasures;
import dev.hindsight.command.erasure.LegalHolds;
import dev.hindsight.command.erasure.OldTickets;
import dev.hindsight.command.erasure.OnErasure;
import dev.hindsight.command.erasure.Retention;
import dev.hindsight.command.erasure.RetentionEndpoint;
import dev.hindsight.command.erasure.RetentionRuns;
import dev.hindsight.command.erasure.TicketErasing;
import dev.hindsight.command.erasure.WhatHolds;
import dev.hindsight.command.people.People;
import dev.hindsight.command.people.PersonIndex;
import dev.hindsight.command.reversion.Reversions;
import java.time.Clock;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Erasure and holds. Whoever imports it provides what {@link CommandModule} and {@link ReversionModule} ask for, {@link DataKeyErasure},
 * {@link OldTickets} and {@link OnErasure}, and lets {@link ErasureWiring} contribute to Axon.
 */
@Configuration(proxyBeanMethods = false)
public class ErasureModule {

    private static final Clock CLOCK = Clock.systemUTC();

    @Bean
    LegalHolds legalHolds(JdbcTemplate jdbc) {
        return new LegalHolds(JdbcClient.create(jdbc));
    }

    @Bean
    Erasures erasures(JdbcTemplate jdbc) {
        return new Erasures(JdbcClient.create(jdbc));
    }

    @Bean
    RetentionRuns retentionRuns(JdbcTemplate jdbc) {
        return new RetentionRuns(JdbcClient.create(jdbc), CLOCK);
    }

    @Bean
    ErasureWiring erasureWiring(
            Erasures erasures, LegalHolds holds, DataKeyErasure keys, PersonIndex index, RetentionRuns runs) {
        return new ErasureWiring(erasures, holds, keys, index, runs);
    }

    @Bean
    WhatHolds whatHolds(LegalHolds holds, DataKeyErasure keys, EventStore events) {
        return new WhatHolds(holds, keys, events);
    }

    @Bean
    TicketErasing ticketErasing(
            CommandDispatch dispatch,
            LegalHolds holds,
            WhatHolds whatHolds,
            DataKeyErasure keys,
            RetentionRuns runs,
            JdbcTemplate jdbc) {
        return new TicketErasing(dispatch, holds, whatHolds, keys, runs, JdbcClient.create(jdbc), CLOCK);
    }

    @Bean
    Retention retention(
            KnownConfiguration configuration,
            OldTickets tickets,
            TicketErasing erasing,
            WhatHolds whatHolds,
            RetentionRuns runs) {
        return new Retention(configuration, tickets, erasing, whatHolds, runs, CLOCK);
    }

    @Bean
    RetentionEndpoint retentionEndpoint(
            CommandDispatch dispatch,
            KnownConfiguration configuration,
            Retention retention,
            RetentionRuns runs,
            OnErasure onErasure) {
        return new RetentionEndpoint(dispatch, configuration, retention, runs, onErasure::wake, CLOCK);
    }

    @Bean
    TicketHoldEndpoint ticketHoldEndpoint(Desk desk, LegalHolds holds, OnErasure onErasure) {
        return new TicketHoldEndpoint(desk, holds, onErasure::wake);
    }

    @Bean
    ErasureEndpoint erasureEndpoint(
            CommandDispatch dispatch,
            Erasures erasures,
            WhatHolds whatHolds,
            DataKeyErasure keys,
            Reversions reversions,
            People people,
            EventStore events,
            Remembered remembered,
            OnErasure onErasure,
            @Value("${hindsight.erasure.approval:none}") String approval) {
        boolean needed =
                switch (approval) {
                    case "none" -> false;
                    case "required" -> true;
                    default ->
                        throw new IllegalStateException(
                                "hindsight.erasure.approval is " + approval + ": set it to none or required.");
                };
        return new ErasureEndpoint(
                dispatch,
                erasures,
                whatHolds,
                keys,
                reversions,
                people,
                events,
                remembered,
                needed,
                onErasure::wake,
                CLOCK);
    }
}
