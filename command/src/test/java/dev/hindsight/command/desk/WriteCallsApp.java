package dev.hindsight.command.desk;

import dev.hindsight.command.AppendedPositions;
import dev.hindsight.command.CommandDatabase;
import dev.hindsight.command.CommandModule;
import dev.hindsight.command.CommandRig;
import dev.hindsight.command.CommandWiring;
import dev.hindsight.command.dispatch.IdempotencyMismatch;
import dev.hindsight.command.people.Fingerprints;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.PreconditionFailed;
import dev.hindsight.domain.PreconditionRequired;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.axonframework.spring.messaging.unitofwork.SpringTransactionManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.MethodParameter;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The module behind HTTP: a caller is who the headers say, problems are a status and a code. Events lie in memory.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(CommandModule.class)
class WriteCallsApp {

    @Bean(destroyMethod = "close")
    CommandDatabase database() {
        return new CommandDatabase();
    }

    @Bean
    DataSource dataSource(CommandDatabase database) {
        return database.dataSource();
    }

    @Bean
    JdbcTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Bean
    EventStore eventStore() {
        return EmbeddedEventStore.builder()
                .storageEngine(new InMemoryEventStorageEngine())
                .build();
    }

    @Bean
    AppendedPositions positions() {
        return CommandRig.NO_POSITIONS;
    }

    @Bean
    String writer() {
        return "test";
    }

    @Bean
    Fingerprints fingerprints() {
        return CommandRig::fingerprint;
    }

    @Bean(initMethod = "start", destroyMethod = "shutdown")
    org.axonframework.config.Configuration axon(
            EventStore events, JdbcTransactionManager transactions, CommandWiring commands) {
        var axonTransactions = new SpringTransactionManager(transactions);
        var serializer = Jackson3Serializer.builder().build();
        var configurer = DefaultConfigurer.defaultConfiguration(false)
                .configureSerializer(c -> serializer)
                .configureMessageSerializer(c -> serializer)
                .configureEventSerializer(c -> serializer)
                .configureTransactionManager(c -> axonTransactions)
                .configureEventStore(c -> events)
                .configureCommandBus(c -> SimpleCommandBus.builder()
                        .transactionManager(axonTransactions)
                        .build());
        commands.contributeTo(configurer);
        return configurer.buildConfiguration();
    }

    @Bean
    WebMvcConfigurer callers() {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new CallerOfHeaders());
            }
        };
    }

    private static final class CallerOfHeaders implements HandlerMethodArgumentResolver {
        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == Caller.class;
        }

        @Override
        public Caller resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binder) {
            return new Caller(
                    UUID.fromString(Objects.requireNonNull(request.getHeader("Person"))),
                    Arrays.stream(Objects.requireNonNull(request.getHeader("Roles"))
                                    .split(","))
                            .map(Role::valueOf)
                            .collect(Collectors.toSet()),
                    null);
        }
    }

    /** Lists are not this module's: the filter's number of tickets is refused, its tag names the ticket. */
    @Bean
    TicketSelection selection() {
        return (caller, filter, most) -> List.of(UUID.fromString(Objects.requireNonNull(filter.get("tag"))));
    }

    @Bean
    ItemProblems itemProblems(Codes codes) {
        return (thrown, request) -> {
            var answer = codes.problem(thrown);
            return ResponseEntity.status(answer.getStatusCode()).body(answer.getBody());
        };
    }

    @Bean
    Codes codes() {
        return new Codes();
    }

    /** Problems as status and code, with the field where one is wrong. */
    @RestControllerAdvice
    static final class Codes {
        @ExceptionHandler
        ResponseEntity<Map<String, Object>> problem(RuntimeException e) {
            return switch (e) {
                case Refusal refusal -> answer(409, refusal.code());
                case InvalidRequest invalid ->
                    answer(400, invalid.errors().getFirst().field());
                case HttpMessageNotReadableException unreadable -> answer(400, "UNREADABLE");
                case Forbidden forbidden -> answer(403, "FORBIDDEN");
                case NotFound none -> answer(404, "NOT_FOUND");
                case PreconditionRequired required -> answer(428, "PRECONDITION_REQUIRED");
                case PreconditionFailed failed -> answer(412, Long.toString(failed.currentVersion()));
                case IdempotencyMismatch mismatch -> answer(422, "IDEMPOTENCY_MISMATCH");
                default -> answer(500, e.toString());
            };
        }

        private static ResponseEntity<Map<String, Object>> answer(int status, String code) {
            return ResponseEntity.status(status).body(Map.of("code", code));
        }
    }
}
