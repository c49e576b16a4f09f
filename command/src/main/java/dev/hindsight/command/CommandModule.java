package dev.hindsight.command;

import dev.hindsight.command.call.WriteBodyConverter;
import dev.hindsight.command.configuration.ConfigurationEndpoint;
import dev.hindsight.command.configuration.KnownConfiguration;
import dev.hindsight.command.desk.BulkEndpoint;
import dev.hindsight.command.desk.ConversationEndpoint;
import dev.hindsight.command.desk.Desk;
import dev.hindsight.command.desk.ItemProblems;
import dev.hindsight.command.desk.MarksEndpoint;
import dev.hindsight.command.desk.OpeningEndpoint;
import dev.hindsight.command.desk.RevertEndpoint;
import dev.hindsight.command.desk.TicketSelection;
import dev.hindsight.command.desk.WorkEndpoint;
import dev.hindsight.command.dispatch.CommandDispatch;
import dev.hindsight.command.dispatch.IdempotencyCleaner;
import dev.hindsight.command.dispatch.Remembered;
import dev.hindsight.command.dispatch.TicketNumbers;
import dev.hindsight.command.imports.ImportEndpoint;
import dev.hindsight.command.imports.ImportRuns;
import dev.hindsight.command.people.Fingerprints;
import dev.hindsight.command.people.ImportedPeople;
import dev.hindsight.command.people.People;
import dev.hindsight.command.people.PeopleEndpoint;
import dev.hindsight.command.people.PeopleHandler;
import dev.hindsight.command.people.PersonIndex;
import dev.hindsight.command.reversion.PresentLimits;
import dev.hindsight.command.rights.Rights;
import dev.hindsight.command.ticket.KeyHandOver;
import dev.hindsight.command.ticket.TicketAggregate;
import java.time.Clock;
import java.time.Duration;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The module's beans. Whoever imports it provides a {@link JdbcTemplate} on the transactions of the command bus,
 * {@link Fingerprints}, {@link AppendedPositions}, {@link TicketSelection}, {@link ItemProblems}, the {@link EventStore}, the
 * build version that events name (a String called {@code writer}), the {@link KeyHandOver} where there are attachments,
 * and Axon's started {@code Configuration} to
 * which {@link CommandWiring} contributed.
 */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
public class CommandModule {

    private static final Clock CLOCK = Clock.systemUTC();

    @Bean
    CommandWiring commandWiring(Remembered remembered, PersonIndex personIndex, Rights rights) {
        return new CommandWiring(remembered, personIndex, rights);
    }

    @Bean
    Remembered remembered(JdbcTemplate jdbc) {
        return new Remembered(jdbc);
    }

    @Bean
    IdempotencyCleaner idempotencyCleaner(Remembered remembered) {
        return new IdempotencyCleaner(remembered);
    }

    @Bean
    TicketNumbers ticketNumbers(JdbcTemplate jdbc) {
        return new TicketNumbers(JdbcClient.create(jdbc));
    }

    @Bean
    PersonIndex personIndex(JdbcTemplate jdbc, Fingerprints fingerprints) {
        return new PersonIndex(JdbcClient.create(jdbc), fingerprints);
    }

    @Bean
    Rights rights(JdbcTemplate jdbc) {
        return new Rights(JdbcClient.create(jdbc));
    }

    @Bean
    CommandDispatch commandDispatch(
            org.axonframework.config.Configuration axon,
            EventStore events,
            AppendedPositions positions,
            @Qualifier("writer") String writer) {
        return new CommandDispatch(axon.commandBus(), events, positions, writer);
    }

    @Bean
    People people(
            CommandDispatch dispatch,
            EventStore events,
            PersonIndex index,
            org.axonframework.config.Configuration axon) {
        return new People(dispatch, events, index, axon.getComponent(PeopleHandler.class), CLOCK);
    }

    @Bean
    ImportedPeople importedPeople(CommandDispatch dispatch, PersonIndex index) {
        return new ImportedPeople(dispatch, index, CLOCK);
    }

    @Bean
    ImportRuns importRuns(
            CommandDispatch dispatch, ImportedPeople people, KnownConfiguration configuration, TicketNumbers numbers) {
        return new ImportRuns(dispatch, people, configuration, numbers, CLOCK);
    }

    @Bean
    ImportEndpoint importEndpoint(ImportRuns runs) {
        return new ImportEndpoint(runs);
    }

    @Bean
    KnownConfiguration knownConfiguration(EventStore events) {
        return new KnownConfiguration(events);
    }

    @Bean
    Desk desk(
            CommandDispatch dispatch,
            org.axonframework.config.Configuration axon,
            TicketNumbers numbers,
            EventStore events,
            Rights rights) {
        return new Desk(dispatch, axon.repository(TicketAggregate.class), numbers, events, rights, CLOCK);
    }

    @Bean
    OpeningEndpoint openingEndpoint(Desk desk, People people, KnownConfiguration configuration) {
        return new OpeningEndpoint(desk, people, configuration);
    }

    @Bean
    WorkEndpoint workEndpoint(
            Desk desk,
            People people,
            KnownConfiguration configuration,
            @Value("${hindsight.reopen-window:P14D}") Duration reopenWindow) {
        return new WorkEndpoint(desk, people, configuration, reopenWindow);
    }

    @Bean
    PresentLimits presentLimits(People people, Rights rights) {
        return new PresentLimits(people, rights);
    }

    @Bean
    RevertEndpoint revertEndpoint(Desk desk, PresentLimits limits) {
        return new RevertEndpoint(desk, limits);
    }

    @Bean
    ConversationEndpoint conversationEndpoint(Desk desk, People people, ObjectProvider<KeyHandOver> handOver) {
        return new ConversationEndpoint(desk, people, handOver.getIfAvailable(() -> KeyHandOver.NEVER));
    }

    @Bean
    MarksEndpoint marksEndpoint(Desk desk, People people) {
        return new MarksEndpoint(desk, people);
    }

    @Bean
    BulkEndpoint bulkEndpoint(
            Desk desk,
            WorkEndpoint work,
            ConversationEndpoint conversation,
            MarksEndpoint marks,
            Remembered remembered,
            TicketSelection selection,
            ItemProblems problems) {
        return new BulkEndpoint(desk, work, conversation, marks, remembered, selection, problems);
    }

    @Bean
    ConfigurationEndpoint configurationEndpoint(
            CommandDispatch dispatch, KnownConfiguration configuration, People people) {
        return new ConfigurationEndpoint(dispatch, configuration, people, CLOCK);
    }

    @Bean
    PeopleEndpoint peopleEndpoint(CommandDispatch dispatch, People people, EventStore events) {
        return new PeopleEndpoint(dispatch, people, events, CLOCK);
    }

    /** Ahead of the application's own converters, so that write bodies are read strictly. */
    @Bean
    WebMvcConfigurer writeBodies() {
        return new WebMvcConfigurer() {
            @Override
            public void configureMessageConverters(HttpMessageConverters.ServerBuilder builder) {
                builder.addCustomConverter(new WriteBodyConverter());
            }
        };
    }
}
