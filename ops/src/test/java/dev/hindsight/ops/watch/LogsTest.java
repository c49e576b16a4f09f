package dev.hindsight.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import dev.hindsight.command.people.People;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.people.PersonEvent.PersonJoinedOrganization;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The lines that real requests leave, in the form that the image sets ({@code ecs}). */
class LogsTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TICKETS = "/api/v1/tickets";

    private final RunningApplication app = Watched.here().app();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger ours = (Logger) LoggerFactory.getLogger("dev.hindsight");
    private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();

    LogsTest() {
        LoggerContext context = root.getLoggerContext();
        context.putObject(Environment.class.getName(), app.context().getEnvironment());
        StructuredLogEncoder encoder = new StructuredLogEncoder();
        encoder.setContext(context);
        encoder.setFormat("ecs");
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(written);
        appender.start();
        root.addAppender(appender);
        ours.setLevel(Level.INFO);
    }

    @AfterEach
    void detach() {
        root.detachAppender(appender);
        appender.stop();
    }

    private List<JsonNode> lines() {
        List<JsonNode> lines = new ArrayList<>();
        written.toString(StandardCharsets.UTF_8).lines().forEach(line -> lines.add(JSON.readTree(line)));
        return lines;
    }

    private JsonNode line(String requestId) {
        // The line is written when the answer is out already.
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (true) {
            for (JsonNode line : lines()) {
                if (line.path("requestId").asString("").equals(requestId)
                        && line.path("log").path("logger").asString("").equals("dev.hindsight.requests")) {
                    return line;
                }
            }
            assertThat(System.nanoTime())
                    .as("the line of %s in %s", requestId, written)
                    .isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void aLineTellsRequestCorrelationUserAndOrganization() {
        String user = "member-" + UUID.randomUUID() + "@example.org";
        UUID person = app.context()
                .getBean(People.class)
                .personOf(DevelopmentIssuer.ISSUER, user, user, null, false)
                .person();
        UUID organization = UUID.randomUUID();
        join(person, organization);

        Answer replied = app.as(Role.REQUESTER, user)
                .post(TICKETS, "{\"subject\":\"It is me\"}", "X-Request-Id", "r-1", "X-Correlation-Id", "c-1");
        assertThat(replied.status()).isEqualTo(201);
        JsonNode line = line("r-1");
        assertThat(line.path("correlationId").asString()).isEqualTo("c-1");
        assertThat(line.path("userId").asString()).isEqualTo(person.toString());
        assertThat(line.path("organizationId").asString()).isEqualTo(organization.toString());
        assertThat(line.path("route").asString()).isEqualTo("/api/v1/tickets");
        assertThat(line.path("method").asString()).isEqualTo("POST");
        assertThat(line.path("status").asInt()).isEqualTo(201);
        assertThat(line.path("millis").asDouble()).isPositive();
        assertThat(line.path("service").path("name").asString()).isEqualTo("hindsight");
    }

    @Test
    void aCommandWithoutCorrelationGetsOneAndTheNextRequestInheritsNothing() {
        Answer opened = app.as(Role.AGENT, "ana@example.org")
                .post(
                        TICKETS,
                        "{\"subject\":\"By phone\",\"requester\":{\"email\":\"kim@example.org\"}}",
                        "X-Request-Id",
                        "r-2");
        assertThat(opened.status()).isEqualTo(201);
        assertThat(line("r-2").path("correlationId").asString()).matches("[0-9a-f-]{36}");
        app.withToken("").post(TICKETS, "{}", "X-Request-Id", "r-3");
        assertThat(line("r-3").path("status").asInt()).isEqualTo(401);
        assertThat(line("r-3").has("userId")).isFalse();
        assertThat(line("r-3").has("correlationId")).isFalse();
    }

    @Test
    void noTokenNameAddressOrBodyIsEverWritten() {
        Person requester = app.as(Role.REQUESTER, "zebedee@example.org");
        Person agent = app.as(Role.AGENT, "florence@example.org");
        String body = "{\"subject\":\"quagmire\",\"description\":\"My password is swordfish.\"}";
        Answer opened = requester.post(TICKETS, body, "Idempotency-Key", "brians-key", "X-Request-Id", "r-10");
        assertThat(opened.status()).isEqualTo(201);
        String ticket = TICKETS + "/" + opened.id();
        agent.post(ticket + "/notes", "{\"body\":\"dougal knows\"}", "X-Request-Id", "r-11");
        agent.post(ticket + "/notes", "{\"body\":\"dougal is cut off", "X-Request-Id", "r-12"); // no JSON
        agent.post(ticket + "/notes", "{\"ermintrude\":\"an unknown field\"}", "X-Request-Id", "r-13");
        agent.put(ticket + "/status", "{\"status\":\"dylan\"}", "If-Match", "*", "X-Request-Id", "r-14");
        agent.get("/api/v1/search?q=magic%20roundabout%20(");
        agent.get("/api/v1/search?q=roundabout");
        app.withToken("eyJhbGciOiJub25lIn0.mr-rusty.x").post(TICKETS, body, "X-Request-Id", "r-15");
        requester.post(TICKETS, body + " ", "Idempotency-Key", "brians-key", "X-Request-Id", "r-16");
        requester.post(TICKETS, "{\"subject\":\"" + "swordfish".repeat(200_000) + "\"}", "X-Request-Id", "r-17");
        for (int i = 10; i <= 17; i++) {
            line("r-" + i);
        }
        String all = written.toString(StandardCharsets.UTF_8);
        assertThat(all)
                .doesNotContain("zebedee", "florence", "quagmire", "swordfish", "dougal", "ermintrude", "dylan")
                .doesNotContain("roundabout", "mr-rusty", "brians-key")
                .doesNotContain(requester.token(), agent.token());
    }

    private void join(UUID person, UUID organization) {
        EventStore store = app.context().getBean(EventStore.class);
        String id = UUID.randomUUID().toString();
        Envelope envelope = new Envelope(
                new Envelope.Actor(ActorKind.SYSTEM, null, List.of()),
                null,
                null,
                id,
                id,
                id,
                null,
                "API",
                null,
                Envelope.TENANT,
                "test",
                null);
        long next = store.lastSequenceNumberFor("person-" + person).orElseThrow() + 1;
        DefaultUnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
        unit.attachTransaction(app.context().getBean(TransactionManager.class));
        unit.execute(() -> store.publish(new GenericDomainEventMessage<>(
                "PersonAggregate",
                "person-" + person,
                next,
                new PersonJoinedOrganization(person, Instant.now().truncatedTo(ChronoUnit.MICROS), organization),
                MetaData.with(Envelope.KEY, envelope))));
    }
}
