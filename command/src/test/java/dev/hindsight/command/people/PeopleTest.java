package dev.hindsight.command.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hindsight.command.CommandRig;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.Expected;
import dev.hindsight.command.dispatch.Step;
import dev.hindsight.command.people.OrganizationHandler.PutOrganization;
import dev.hindsight.command.people.PersonCommand.AppointAgent;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationChanged;
import dev.hindsight.domain.people.OrganizationEvent.OrganizationCreated;
import dev.hindsight.domain.people.Person;
import dev.hindsight.domain.people.PersonEvent.AgentAppointed;
import dev.hindsight.domain.people.PersonEvent.AgentDismissed;
import dev.hindsight.domain.people.PersonEvent.PersonEmailVerified;
import dev.hindsight.domain.people.PersonEvent.PersonIdentified;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import dev.hindsight.domain.people.PersonEvent.PersonRenamed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who people are, on a real PostgreSQL whose unique indexes decide races. */
class PeopleTest {

    private static final String ISSUER = "https://issuer.example";
    private static final Instant NOW = Instant.parse("2026-03-02T08:00:00Z");

    private final CommandRig rig = new CommandRig(CommandRig.NO_POSITIONS);

    @AfterEach
    void stop() {
        rig.close();
    }

    private UUID token(String subject, @Nullable String email, @Nullable String name, boolean worksTickets) {
        return recognized(subject, email, name, worksTickets).person();
    }

    private People.Recognized recognized(
            String subject, @Nullable String email, @Nullable String name, boolean worksTickets) {
        return rig.people.personOf(ISSUER, subject, email, name, worksTickets);
    }

    private Answer send(Object command) {
        return rig.dispatch.send(CommandRig.call(null, new Expected.Nothing()), command);
    }

    /** An agent opens for somebody: the registration runs in the unit of work of another command. */
    private UUID named(String email) {
        var organization = UUID.randomUUID();
        var person = new UUID[1];
        rig.dispatch.send(
                CommandRig.call(null, new Expected.Nothing()),
                () -> {
                    var named = rig.people.named(email, "Rita Requester");
                    person[0] = named.person();
                    return new Step(new PutOrganization(organization, "Org", null, NOW), named.registration());
                },
                dev.hindsight.command.dispatch.Receipt.class::cast);
        return person[0];
    }

    private List<Class<?>> history(UUID person) {
        var kinds = new ArrayList<Class<?>>();
        rig.stream("person-" + person).forEach(event -> kinds.add(event.getClass()));
        return kinds;
    }

    @Test
    void a_first_token_registers_and_the_next_ones_find() {
        UUID ana = token("ana", "Ana@Example.org", "Ana", false);
        assertThat(token("ana", "ana@example.org", "Ana", false)).isEqualTo(ana);
        assertThat(history(ana)).containsExactly(PersonRegistered.class);
        assertThat(rig.people.find(ana)).map(Person::email).contains("ana@example.org");
    }

    @Test
    void a_changed_name_renames_and_a_missing_one_does_not() {
        UUID ana = token("ana", null, "Ana", false);
        token("ana", null, "Ana Maria", false);
        token("ana", null, null, false);
        assertThat(history(ana)).containsExactly(PersonRegistered.class, PersonRenamed.class);
        assertThat(rig.people.find(ana)).map(Person::name).contains("Ana Maria");
    }

    @Test
    void a_token_that_works_tickets_appoints_once() {
        UUID ana = token("ana", null, "Ana", false);
        token("ana", null, "Ana", true);
        token("ana", null, "Ana", true);
        assertThat(history(ana)).containsExactly(PersonRegistered.class, AgentAppointed.class);
        assertThat(rig.people.find(ana)).map(Person::isAgent).contains(true);
    }

    @Test
    void a_dismissed_agent_is_not_appointed_by_their_token_but_by_an_admin() {
        UUID ana = token("ana", null, "Ana", true);
        rig.events.publish(
                new GenericDomainEventMessage<>("PersonAggregate", "person-" + ana, 2, new AgentDismissed(ana, NOW)));
        token("ana", null, "Ana", true);
        assertThat(history(ana)).hasSize(3);
        send(new AppointAgent(ana, null, null, NOW));
        assertThat(history(ana)).endsWith(AgentDismissed.class, AgentAppointed.class);
    }

    @Test
    void somebody_known_by_address_is_identified_by_a_token_with_that_verified_address() {
        UUID rita = named("rita@example.org");
        assertThat(token("r-17", "rita@example.org", null, false)).isEqualTo(rita);
        assertThat(history(rita)).containsExactly(PersonRegistered.class, PersonIdentified.class);
        assertThat(token("r-17", null, null, false)).isEqualTo(rita);
        assertThat(named("rita@example.org")).isEqualTo(rita);
    }

    @Test
    void an_address_verified_later_leads_to_whom_the_token_led_to_before() {
        UUID rita = token("r-17", null, null, false);
        assertThat(token("r-17", "rita@example.org", null, false)).isEqualTo(rita);
        assertThat(token("r-17", "rita@example.org", null, false)).isEqualTo(rita);
        assertThat(history(rita)).containsExactly(PersonRegistered.class, PersonEmailVerified.class);
        assertThat(rig.people.find(rita)).map(Person::email).contains("rita@example.org");
        assertThat(named("rita@example.org")).isEqualTo(rita);
        assertThat(recognized("r-17", "rita@example.org", null, false).sameAddress())
                .isNull();
    }

    @Test
    void an_address_that_somebody_no_longer_has_leads_to_whoever_has_it_next() {
        UUID before = recognized("a-1", "desk@example.org", null, true).person();
        assertThat(recognized("a-1", "ana@example.org", null, true).person()).isEqualTo(before);

        var next = recognized("a-2", "desk@example.org", null, true);
        assertThat(next.person()).isNotEqualTo(before);
        assertThat(next.sameAddress()).isNull();
        assertThat(recognized("a-1", "ana@example.org", null, true).person()).isEqualTo(before);
    }

    @Test
    void an_address_verified_later_that_somebody_is_known_by_is_told_beside() {
        UUID token = token("r-17", null, null, false);
        UUID named = named("rita@example.org");
        var later = recognized("r-17", "rita@example.org", null, false);
        assertThat(later.person()).isEqualTo(token).isNotEqualTo(named);
        assertThat(later.sameAddress()).isEqualTo(named);
        assertThat(history(token)).containsExactly(PersonRegistered.class);
        assertThat(history(named)).containsExactly(PersonRegistered.class);
        assertThat(recognized("r-17", null, null, false).sameAddress()).isNull();
    }

    @Test
    void no_personal_value_lies_in_the_tables_of_commands() {
        token("ana", "ana@example.org", "Ana", false);
        Integer hits = rig.jdbc.queryForObject(
                "select count(*) from command.person_email, command.person_identity i"
                        + " where position('ana' in encode(person_email.fingerprint, 'escape')) > 0"
                        + " or position('ana' in encode(i.fingerprint, 'escape')) > 0",
                Integer.class);
        assertThat(hits).isZero();
    }

    @Test
    void first_calls_at_once_give_one_person() throws Exception {
        for (int round = 0; round < 10; round++) {
            String subject = "subject-" + round;
            List<UUID> people = atOnce(() -> token(subject, subject + "@example.org", "Ana", true), 4);
            assertThat(people).containsOnly(people.getFirst());
            assertThat(history(people.getFirst())).containsExactly(PersonRegistered.class, AgentAppointed.class);
        }
    }

    @Test
    void somebody_named_twice_at_once_is_one_person() throws Exception {
        for (int round = 0; round < 10; round++) {
            String email = "new-" + round + "@example.org";
            List<UUID> people = atOnce(() -> named(email), 4);
            assertThat(people).containsOnly(people.getFirst());
            assertThat(history(people.getFirst())).containsExactly(PersonRegistered.class);
        }
    }

    private static <T> List<T> atOnce(Callable<T> call, int times) throws Exception {
        var barrier = new CyclicBarrier(times);
        try (var pool = Executors.newFixedThreadPool(times)) {
            var calls = new ArrayList<Future<T>>();
            for (int i = 0; i < times; i++) {
                calls.add(pool.submit(() -> {
                    barrier.await(10, TimeUnit.SECONDS);
                    return call.call();
                }));
            }
            var results = new ArrayList<T>();
            for (var one : calls) {
                results.add(one.get(20, TimeUnit.SECONDS));
            }
            return results;
        }
    }

    @Test
    void an_admin_appoints_somebody_new_by_address_and_their_token_finds_them() {
        UUID id = UUID.randomUUID();
        Answer answer = send(new AppointAgent(id, "Ben", "ben@example.org", NOW));
        assertThat(answer.receipt().made()).isTrue();
        assertThat(answer.receipt().version()).isEqualTo(2);
        assertThat(token("ben", "ben@example.org", "Ben", true)).isEqualTo(id);
        assertThat(send(new AppointAgent(id, "Ben", "ben@example.org", NOW))
                        .receipt()
                        .version())
                .isEqualTo(3);
    }

    @Test
    void an_address_belongs_to_one_person() {
        UUID ana = token("ana", "ana@example.org", "Ana", false);
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> send(new AppointAgent(UUID.randomUUID(), null, "ana@example.org", NOW)))
                .satisfies(refusal -> assertThat(refusal.code()).isEqualTo("EMAIL_TAKEN"));
        assertThatExceptionOfType(InvalidRequest.class)
                .isThrownBy(() -> send(new AppointAgent(ana, null, "other@example.org", NOW)));
    }

    @Test
    void an_organization_is_created_renamed_and_left_alone() {
        UUID id = UUID.randomUUID();
        assertThat(send(new PutOrganization(id, "Acme", null, NOW)).receipt().made())
                .isTrue();
        assertThat(send(new PutOrganization(id, "Acme Ltd", null, NOW))
                        .receipt()
                        .version())
                .isEqualTo(2);
        assertThat(send(new PutOrganization(id, "Acme Ltd", null, NOW))
                        .receipt()
                        .version())
                .isEqualTo(2);
        assertThat(rig.stream("organization-" + id))
                .containsExactly(
                        new OrganizationCreated(id, NOW, "Acme"), new OrganizationChanged(id, NOW, "Acme Ltd"));
    }
}
