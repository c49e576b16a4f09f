package dev.hindsight.domain.people;

import static java.util.Objects.requireNonNull;

import dev.hindsight.domain.people.PersonEvent.*;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What decisions need to know of a person. Evolved from events alone; immutable.
 *
 * @param name as last told; {@code [erased]} after erasure
 * @param email the address that they are known by, the last one where there were several
 * @param agency whether tickets may be assigned to them
 * @param lastAt when their last event happened
 */
public record Person(
        UUID id,
        @Nullable String name,
        @Nullable String email,
        Agency agency,
        @Nullable UUID organization,
        Instant lastAt) {

    /** A dismissed agent stays dismissed whatever their token says, until an admin appoints them again. */
    public enum Agency {
        NEVER,
        APPOINTED,
        DISMISSED
    }

    public boolean isAgent() {
        return agency == Agency.APPOINTED;
    }

    /** Nothing where the name is that already. */
    public Optional<PersonEvent> rename(String newName, Instant at) {
        return newName.equals(name) ? Optional.empty() : Optional.of(new PersonRenamed(id, notBefore(at), newName));
    }

    /** A token that leads to this person came for the first time. */
    public PersonEvent identify(String issuer, String subject, Instant at) {
        return new PersonIdentified(id, notBefore(at), issuer, subject);
    }

    /** Nothing where they are known by it already. */
    public Optional<PersonEvent> verify(String verified, Instant at) {
        return verified.equals(email)
                ? Optional.empty()
                : Optional.of(new PersonEmailVerified(id, notBefore(at), verified));
    }

    /**
     * Nothing where they belong to it already, or to none.
     *
     * @param newOrganization null for none
     */
    public Optional<PersonEvent> belongTo(@Nullable UUID newOrganization, Instant at) {
        UUID left = organization;
        if (newOrganization == null) {
            return left == null ? Optional.empty() : Optional.of(new PersonLeftOrganization(id, notBefore(at), left));
        }
        return newOrganization.equals(left)
                ? Optional.empty()
                : Optional.of(new PersonJoinedOrganization(id, notBefore(at), newOrganization));
    }

    /** An admin's word: also after a dismissal. Nothing where they are an agent already. */
    public Optional<PersonEvent> appoint(Instant at) {
        return isAgent() ? Optional.empty() : Optional.of(new AgentAppointed(id, notBefore(at)));
    }

    /** The token's word: appoints only whom nobody has dismissed. */
    public Optional<PersonEvent> appointByToken(Instant at) {
        return agency == Agency.NEVER ? appoint(at) : Optional.empty();
    }

    private Instant notBefore(Instant at) {
        Instant moment = at.truncatedTo(ChronoUnit.MICROS);
        return moment.isBefore(lastAt) ? lastAt : moment;
    }

    /**
     * The person after one more event. Never refuses: what is stored has happened.
     *
     * @param before null before the first event
     */
    public static Person evolve(@Nullable Person before, PersonEvent event) {
        if (event instanceof PersonRegistered e) {
            return new Person(e.personId(), e.name(), e.email(), Agency.NEVER, null, e.at());
        }
        return requireNonNull(before, "a person begins with PersonRegistered").after(event);
    }

    private Person after(PersonEvent event) {
        return switch (event) {
            case PersonRegistered e -> evolve(null, e);
            case PersonIdentified e -> new Person(id, name, email, agency, organization, e.at());
            case PersonEmailVerified e -> new Person(id, name, e.email(), agency, organization, e.at());
            case PersonRenamed e -> new Person(id, e.name(), email, agency, organization, e.at());
            case AgentAppointed e -> new Person(id, name, email, Agency.APPOINTED, organization, e.at());
            case AgentDismissed e -> new Person(id, name, email, Agency.DISMISSED, organization, e.at());
            case PersonJoinedOrganization e -> new Person(id, name, email, agency, e.organizationId(), e.at());
            case PersonLeftOrganization e -> new Person(id, name, email, agency, null, e.at());
        };
    }
}
