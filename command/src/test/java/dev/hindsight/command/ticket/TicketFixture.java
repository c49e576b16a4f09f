package dev.hindsight.command.ticket;

import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.PreconditionFailed;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.ticket.TicketEvent;
import dev.hindsight.domain.ticket.TicketEvent.*;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.messaging.MetaData;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.ResultValidator;
import org.axonframework.test.aggregate.TestExecutor;
import org.hamcrest.CustomTypeSafeMatcher;
import org.hamcrest.Matcher;

/** Tickets named by their state, and the people around them. */
final class TicketFixture {

    static final UUID ID = UUID.fromString("01900000-0000-7000-8000-000000000001");
    static final UUID OTHER = UUID.fromString("01900000-0000-7000-8000-000000000002");
    static final UUID FOLLOW_UP = UUID.fromString("01900000-0000-7000-8000-000000000003");
    static final UUID MESSAGE = UUID.fromString("01900000-0000-7000-8000-000000000004");
    static final UUID REQUESTER = UUID.fromString("01900000-0000-7000-8000-00000000000a");
    static final UUID AGENT = UUID.fromString("01900000-0000-7000-8000-00000000000b");
    static final UUID COLLEAGUE = UUID.fromString("01900000-0000-7000-8000-00000000000c");

    static final Instant T0 = Instant.parse("2026-03-02T08:00:00Z");
    static final Instant T1 = T0.plusSeconds(60);
    static final Instant T2 = T0.plusSeconds(120);
    static final Instant DEADLINE = T1.plusSeconds(14 * 24 * 3600);

    static final Actor BY_AGENT = new Actor(ActorKind.AGENT, AGENT, List.of("agent"));
    static final Actor BY_REQUESTER = new Actor(ActorKind.REQUESTER, REQUESTER, List.of("requester"));

    static final Envelope ENVELOPE = new Envelope(
            BY_AGENT, null, null, "command-1", "command-1", "call-1", "request-1", "API", null, "main", "test", null);
    static final MetaData META = MetaData.with(Envelope.KEY, ENVELOPE);

    private TicketFixture() {}

    static TicketOpened opened() {
        return new TicketOpened(
                ID,
                T0,
                1042,
                "INCIDENT",
                "Printer jams",
                null,
                null,
                REQUESTER,
                null,
                3,
                3,
                "P5",
                "hindsight-1",
                null,
                null,
                List.of(),
                Map.of(),
                Map.of(),
                "API",
                null);
    }

    static List<TicketEvent> newTicket() {
        return List.of(opened());
    }

    static List<TicketEvent> openTicket() {
        return List.of(opened(), new WorkStarted(ID, T1, "NEW", false));
    }

    static List<TicketEvent> pendingTicket() {
        return List.of(opened(), new WorkStarted(ID, T1, "NEW", false), new TicketPended(ID, T1, "OPEN", false));
    }

    static List<TicketEvent> resolvedTicket() {
        return List.of(opened(), new TicketResolved(ID, T1, "NEW", "FIXED", null, DEADLINE, false));
    }

    static List<TicketEvent> closedTicket() {
        return List.of(
                opened(),
                new TicketResolved(ID, T1, "NEW", "FIXED", null, DEADLINE, false),
                new TicketClosed(ID, T1, "RESOLVED", false));
    }

    static TestExecutor<TicketAggregate> given(List<?> events) {
        return fixture().given(events);
    }

    static TestExecutor<TicketAggregate> givenNothing() {
        return fixture().givenNoPriorActivity();
    }

    private static AggregateTestFixture<TicketAggregate> fixture() {
        var fixture = new AggregateTestFixture<>(TicketAggregate.class);
        // as in production every message of a call carries its envelope; what an event says of itself goes before it
        fixture.registerCommandHandlerInterceptor((work, chain) -> {
            work.registerCorrelationDataProvider(message -> META);
            return chain.proceed();
        });
        return fixture;
    }

    /** The command stored nothing and answered the version that the ticket had. */
    static void changesNothing(ResultValidator<TicketAggregate> outcome, long version) {
        outcome.expectSuccessfulHandlerExecution()
                .expectNoEvents()
                .expectResultMessagePayload(new TicketResult(ID, 1042, version, null, null));
    }

    static Matcher<Refusal> refusal(String code) {
        return new CustomTypeSafeMatcher<>("refusal " + code) {
            @Override
            protected boolean matchesSafely(Refusal refusal) {
                return refusal.code().equals(code);
            }
        };
    }

    static Matcher<PreconditionFailed> staleSince(long version) {
        return new CustomTypeSafeMatcher<>("stale, version is " + version) {
            @Override
            protected boolean matchesSafely(PreconditionFailed failed) {
                return failed.currentVersion() == version;
            }
        };
    }
}
