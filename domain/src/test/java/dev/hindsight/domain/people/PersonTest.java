package dev.hindsight.domain.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.Refusal;
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

    private static final UUID REQUEST = UUID.fromString("01900000-0000-7000-8000-0000000000e1");
    private static final UUID ADA = UUID.fromString("01900000-0000-7000-8000-0000000000a1");
    private static final UUID BOB = UUID.fromString("01900000-0000-7000-8000-0000000000a2");

    @Test
    void somebody_is_forgotten_when_it_was_asked_for_once() {
        var asked = new ErasureRequested(ID, T0, REQUEST, ADA, "asked", false);
        assertThat(after().requestErasure(REQUEST, ADA, "asked", false, T0)).contains(asked);
        assertThat(after(asked).requestErasure(ACME, BOB, "again", false, T0)).isEmpty();
        assertThat(after().mayBeErased()).isFalse();
        assertThat(after(asked).mayBeErased()).isTrue();
        var erased = new PersonalDataErased(ID, T0, REQUEST, ADA, "asked", null);
        assertThat(after(asked).erase(T0)).contains(erased);
        var gone = after(asked, erased);
        assertThat(gone.name()).isEqualTo("[erased]");
        assertThat(gone.email()).isNull();
        assertThat(gone.mayBeErased()).isFalse();
        assertThat(gone.requestErasure(ACME, ADA, "again", false, T0)).isEmpty();
        assertThatThrownBy(gone::remembered)
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo("PERSON_ERASED"));
    }

    @Test
    void a_second_person_decides_where_that_is_needed() {
        var asked = after(new ErasureRequested(ID, T0, REQUEST, ADA, "asked", true));
        assertThat(asked.mayBeErased()).isFalse();
        assertThatThrownBy(() -> asked.decideErasure(REQUEST, ADA, true, T0))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo("APPROVER_IS_ASKER"));
        assertThatThrownBy(() -> asked.decideErasure(ACME, BOB, true, T0))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo("NOT_WAITING"));
        var approved = new ErasureApproved(ID, T0, REQUEST, BOB);
        assertThat(asked.decideErasure(REQUEST, BOB, true, T0)).contains(approved);
        assertThat(Person.evolve(asked, approved).erase(T0))
                .contains(new PersonalDataErased(ID, T0, REQUEST, ADA, "asked", BOB));
        var declined = Person.evolve(asked, new ErasureDeclined(ID, T0, REQUEST, BOB));
        assertThat(declined.mayBeErased()).isFalse();
        assertThat(declined.requestErasure(ACME, BOB, "anew", false, T0)).isPresent();
    }

    @Test
    void whom_somebody_holds_is_not_forgotten_until_released() {
        var asked = new ErasureRequested(ID, T0, REQUEST, ADA, "asked", false);
        var held = new PersonEvent.LegalHoldPlaced(ID, T0, "Case 7");
        assertThat(after(asked).placeHold("Case 7", T0)).contains(held);
        assertThat(after(asked, held).placeHold("Case 8", T0)).isEmpty();
        assertThat(after(asked, held).mayBeErased()).isFalse();
        var released = new PersonEvent.LegalHoldReleased(ID, T0, "over");
        assertThat(after(asked, held).releaseHold("over", T0)).contains(released);
        assertThat(after(asked, held, released).mayBeErased()).isTrue();
    }
}
