package dev.hindsight.domain.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.PersonEvent.*;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PersonTest {

    private static final UUID ID = UUID.fromString("01900000-0000-7000-8000-00000000000b");
    private static final UUID ACME = UUID.fromString("01900000-0000-7000-8000-00000000000d");
    private static final Instant T0 = Instant.parse("2026-03-02T08:00:00Z");

    private static Person after(PersonEvent... events) {
        var person =
                Person.evolve(null, new PersonRegistered(ID, T0, "Ana", "ana@example.org", null, null, null, null));
        for (var event : events) {
            person = Person.evolve(person, event);
        }
        return person;
    }

    @Test
    void a_person_is_no_agent_until_appointed_and_none_after_a_dismissal() {
        assertThat(after().isAgent()).isFalse();
        assertThat(after(new AgentAppointed(ID, T0)).isAgent()).isTrue();
        assertThat(after(new AgentAppointed(ID, T0), new AgentDismissed(ID, T0)).isAgent())
                .isFalse();
    }

    @Test
    void a_token_does_not_undo_a_dismissal_but_an_admin_does() {
        var dismissed = after(new AgentAppointed(ID, T0), new AgentDismissed(ID, T0));
        assertThat(dismissed.appointByToken(T0)).isEmpty();
        assertThat(dismissed.appoint(T0)).contains(new AgentAppointed(ID, T0));
    }

    @Test
    void an_organization_is_joined_and_left() {
        assertThat(after(new PersonJoinedOrganization(ID, T0, ACME)).organization())
                .isEqualTo(ACME);
        assertThat(after(new PersonJoinedOrganization(ID, T0, ACME), new PersonLeftOrganization(ID, T0, ACME))
                        .organization())
                .isNull();
    }

    @Test
    void a_name_that_is_already_theirs_changes_nothing() {
        assertThat(after().rename("Ana", T0)).isEmpty();
        assertThat(after().rename("Ana Maria", T0)).contains(new PersonRenamed(ID, T0, "Ana Maria"));
        assertThat(after(new PersonRenamed(ID, T0, "Ana Maria")).name()).isEqualTo("Ana Maria");
    }

    @Test
    void what_happens_is_in_microseconds_and_never_before_what_happened_last() {
        assertThat(after().identify("iss", "ana", T0.minusSeconds(1)).at()).isEqualTo(T0);
        assertThat(after().identify("iss", "ana", T0.plusNanos(1_999)).at()).isEqualTo(T0.plusNanos(1_000));
    }
}
