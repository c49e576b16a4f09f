package dev.hindsight.command.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.command.CommandDatabase;
import dev.hindsight.command.dispatch.CommandDispatch.Conflict;
import dev.hindsight.command.dispatch.Receipt;
import dev.hindsight.command.people.OrganizationHandler.PutOrganization;
import dev.hindsight.command.people.PersonCommand.AppointAgent;
import dev.hindsight.command.people.PersonCommand.ChangePerson;
import dev.hindsight.command.people.PersonCommand.RecognizePerson;
import dev.hindsight.command.people.PersonCommand.RegisterPerson;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationChanged;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationCreated;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationTicketsShared;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationTicketsUnshared;
import dev.hindsight.domain.people.PersonEvent.AgentAppointed;
import dev.hindsight.domain.people.PersonEvent.PersonJoinedOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonLeftOrganization;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.people.PersonEvent.PersonRenamed;
import dev.hindsight.domain.ticket.Change;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Commands on people and organizations: succeed, change nothing when repeated, refused. */
class PersonCommandsTest {

    private static final UUID ID = UUID.fromString("01900000-0000-7000-8000-00000000000b");
    private static final Instant T0 = Instant.parse("2026-03-02T08:00:00Z");
    private static final PersonRegistered ANA =
            new PersonRegistered(ID, T0, "Ana", "ana@example.org", null, null, null, null);

    private static final CommandDatabase DATABASE = new CommandDatabase();
    private final AggregateTestFixture<PersonAggregate> people = new AggregateTestFixture<>(PersonAggregate.class);
    private final AggregateTestFixture<OrganizationAggregate> organizations =
            new AggregateTestFixture<>(OrganizationAggregate.class);

    private final List<Event> beside = new ArrayList<>();

    @BeforeEach
    void handlers() {
        var index = new PersonIndex(
                JdbcClient.create(DATABASE.jdbc()), (kind, value) -> (kind + value).getBytes(StandardCharsets.UTF_8));
        people.registerAnnotatedCommandHandler(new PeopleHandler(people.getRepository(), index, beside::add));
        organizations.registerAnnotatedCommandHandler(
                new OrganizationHandler(organizations.getRepository(), beside::add));
    }

    @AfterEach
    void forget() {
        DATABASE.jdbc().execute("truncate command.person_email, command.person_identity");
    }

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    @Test
    void a_person_is_registered() {
        people.givenNoPriorActivity()
                .when(new RegisterPerson(ID, "Ana", "ana@example.org", T0))
                .expectEvents(ANA)
                .expectResultMessagePayload(Receipt.made("person-" + ID, 1));
    }

    @Test
    void an_address_that_somebody_has_registers_nobody_else() {
        DATABASE.jdbc()
                .update(
                        "insert into command.person_email values (?, ?)",
                        "emailana@example.org".getBytes(StandardCharsets.UTF_8),
                        UUID.randomUUID());
        people.givenNoPriorActivity()
                .when(new RegisterPerson(ID, "Ana", "ana@example.org", T0))
                .expectException(Conflict.class)
                .expectNoEvents();
    }

    @Test
    void a_token_registers_and_appoints_in_one_commit() {
        people.givenNoPriorActivity()
                .when(new RecognizePerson(ID, "iss", "ana", null, "Ana", true, T0))
                .expectEvents(
                        new PersonRegistered(ID, T0, "Ana", null, "iss", "ana", null, null),
                        new AgentAppointed(ID, T0));
    }

    @Test
    void an_agent_is_appointed() {
        people.given(ANA).when(new AppointAgent(ID, null, null, T0)).expectEvents(new AgentAppointed(ID, T0));
    }

    @Test
    void an_agent_stays_one() {
        people.given(ANA, new AgentAppointed(ID, T0))
                .when(new AppointAgent(ID, "Ana", "ana@example.org", T0))
                .expectNoEvents()
                .expectResultMessagePayload(Receipt.written("person-" + ID, 2));
    }

    @Test
    void the_address_of_somebody_known_is_not_changed_in_passing() {
        people.given(ANA)
                .when(new AppointAgent(ID, null, "other@example.org", T0))
                .expectException(InvalidRequest.class)
                .expectNoEvents();
    }

    @Test
    void an_organization_is_created_renamed_and_left_alone() {
        organizations
                .givenNoPriorActivity()
                .when(new PutOrganization(ID, "Acme", null, T0))
                .expectEvents(new OrganizationCreated(ID, T0, "Acme"));
        organizations
                .given(new OrganizationCreated(ID, T0, "Acme"))
                .when(new PutOrganization(ID, "Acme Ltd", null, T0))
                .expectEvents(new OrganizationChanged(ID, T0, "Acme Ltd"));
        organizations
                .given(new OrganizationCreated(ID, T0, "Acme"))
                .when(new PutOrganization(ID, "Acme", null, T0))
                .expectNoEvents();
    }

    @Test
    void an_organization_shares_its_tickets_and_stops_sharing_them() {
        organizations
                .givenNoPriorActivity()
                .when(new PutOrganization(ID, "Acme", true, T0))
                .expectEvents(new OrganizationCreated(ID, T0, "Acme"), new OrganizationTicketsShared(ID, T0))
                .expectResultMessagePayload(Receipt.made("organization-" + ID, 2));
        organizations
                .given(new OrganizationCreated(ID, T0, "Acme"), new OrganizationTicketsShared(ID, T0))
                .when(new PutOrganization(ID, "Acme", false, T0))
                .expectEvents(new OrganizationTicketsUnshared(ID, T0));
        organizations
                .given(new OrganizationCreated(ID, T0, "Acme"), new OrganizationTicketsShared(ID, T0))
                .when(new PutOrganization(ID, "Acme", null, T0))
                .expectNoEvents();
        assertThat(beside).contains(new OrganizationTicketsShared(ID, T0), new OrganizationTicketsUnshared(ID, T0));
    }

    @Test
    void a_person_joins_an_organization_stays_there_and_leaves_it() {
        UUID acme = UUID.fromString("01900000-0000-7000-8000-00000000000c");
        var joined = new PersonJoinedOrganization(ID, T0, acme);
        people.given(ANA)
                .when(new ChangePerson(ID, "Ana", new Change<>(acme), T0))
                .expectEvents(joined)
                .expectResultMessagePayload(Receipt.written("person-" + ID, 2));
        people.given(ANA, joined)
                .when(new ChangePerson(ID, null, new Change<>(acme), T0))
                .expectNoEvents();
        people.given(ANA, joined)
                .when(new ChangePerson(ID, "Ann", new Change<>(null), T0))
                .expectEvents(new PersonRenamed(ID, T0, "Ann"), new PersonLeftOrganization(ID, T0, acme));
        assertThat(beside).containsExactly(joined, new PersonLeftOrganization(ID, T0, acme));
    }

    @Test
    void nobody_unknown_is_changed() {
        people.givenNoPriorActivity()
                .when(new ChangePerson(ID, "Ana", null, T0))
                .expectException(AggregateNotFoundException.class);
    }
}
