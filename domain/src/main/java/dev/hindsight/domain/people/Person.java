package dev.hindsight.domain.people;

import static java.util.Objects.requireNonNull;

import dev.hindsight.domain.Personal;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.people.PersonEvent.*;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What decisions need to know of a person. Evolved from events alone; immutable.
 *
 * @param name as last told; {@code [erased]} after erasure
 * @param email the address that they are known by, the last one where there were several
 * @param agency whether tickets may be assigned to them
 * @param privacy what became of requests to forget them
 * @param lastAt when their last event happened
 */
public record Person(
        UUID id,
        @Nullable String name,
        @Nullable String email,
        Agency agency,
        @Nullable UUID organization,
        Privacy privacy,
        Instant lastAt) {

    /** A dismissed agent stays dismissed whatever their token says, until an admin appoints them again. */
    public enum Agency {
        NEVER,
        APPOINTED,
        DISMISSED
    }

    /**
     * What became of requests to forget a person.
     *
     * @param held whether a hold is on the person themselves; tickets and organizations have their own
     * @param request that is not over; null where there is none
     * @param erased whether they were forgotten
     * @param finished whether the receipt was written
     */
    public record Privacy(boolean held, @Nullable ErasureRequest request, boolean erased, boolean finished) {
        static final Privacy UNTOUCHED = new Privacy(false, null, false, false);

        Privacy with(@Nullable ErasureRequest next) {
            return new Privacy(held, next, erased, finished);
        }
    }

    /** @param approvedBy null until somebody has agreed */
    public record ErasureRequest(
            UUID id,
            UUID askedBy,
            String reason,
            boolean approvalNeeded,
            @Nullable UUID approvedBy) {

        public boolean waitsForApproval() {
            return approvalNeeded && approvedBy == null;
        }
    }

    /** Nothing where somebody has asked already, or they are forgotten. */
    public Optional<PersonEvent> requestErasure(
            UUID erasureId, UUID askedBy, String reason, boolean approvalNeeded, Instant at) {
        return privacy.erased() || privacy.request() != null
                ? Optional.empty()
                : Optional.of(new ErasureRequested(id, notBefore(at), erasureId, askedBy, reason, approvalNeeded));
    }

    /**
     * A second person agrees, or does not.
     *
     * @throws Refusal {@code NOT_WAITING} where no request of this id waits for that, {@code APPROVER_IS_ASKER}
     */
    public Optional<PersonEvent> decideErasure(UUID erasureId, UUID by, boolean approve, Instant at) {
        var request = privacy.request();
        if (request == null || !request.id().equals(erasureId) || !request.waitsForApproval()) {
            throw new Refusal("NOT_WAITING", "Nothing of this id waits for an approval.");
        } else if (by.equals(request.askedBy())) {
            throw new Refusal("APPROVER_IS_ASKER", "Whoever asked for it cannot approve it: another admin has to.");
        }
        return Optional.of(
                approve
                        ? new ErasureApproved(id, notBefore(at), erasureId, by)
                        : new ErasureDeclined(id, notBefore(at), erasureId, by));
    }

    /** Whether everything is said that has to be said before: holds of tickets and organizations are others' to know. */
    public boolean mayBeErased() {
        var request = privacy.request();
        return !privacy.erased() && !privacy.held() && request != null && !request.waitsForApproval();
    }

    /** Asked where they {@link #mayBeErased}. */
    public Optional<PersonEvent> erase(Instant at) {
        var request = privacy.request();
        if (request == null || !mayBeErased()) {
            throw new IllegalStateException("nobody asked for it, or it waits");
        }
        return Optional.of(new PersonalDataErased(
                id, notBefore(at), request.id(), request.askedBy(), request.reason(), request.approvedBy()));
    }

    /** Nothing where the receipt is written already. */
    public Optional<PersonEvent> finishErasure(
            UUID erasureId, Map<String, String> done, Map<String, String> notPossible, Instant at) {
        return privacy.finished() || !privacy.erased()
                ? Optional.empty()
                : Optional.of(new ErasureFinished(id, notBefore(at), erasureId, done, notPossible));
    }

    /** Nothing where they are held already. */
    public Optional<PersonEvent> placeHold(String reason, Instant at) {
        return privacy.held() ? Optional.empty() : Optional.of(new LegalHoldPlaced(id, notBefore(at), reason));
    }

    /** Nothing where they are not held. */
    public Optional<PersonEvent> releaseHold(String reason, Instant at) {
        return privacy.held() ? Optional.of(new LegalHoldReleased(id, notBefore(at), reason)) : Optional.empty();
    }

    /** @throws Refusal {@code PERSON_ERASED} where they were forgotten: nothing of them is written any more */
    public Person remembered() {
        if (privacy.erased()) {
            throw new Refusal("PERSON_ERASED", "This person's data were erased: nothing is written of them any more.");
        }
        return this;
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
            return new Person(e.personId(), e.name(), e.email(), Agency.NEVER, null, Privacy.UNTOUCHED, e.at());
        }
        return requireNonNull(before, "a person begins with PersonRegistered").after(event);
    }

    private Person after(PersonEvent event) {
        return switch (event) {
            case PersonRegistered e -> evolve(null, e);
            case PersonIdentified e -> new Person(id, name, email, agency, organization, privacy, e.at());
            case PersonEmailVerified e -> new Person(id, name, e.email(), agency, organization, privacy, e.at());
            case PersonRenamed e -> new Person(id, e.name(), email, agency, organization, privacy, e.at());
            case AgentAppointed e -> new Person(id, name, email, Agency.APPOINTED, organization, privacy, e.at());
            case AgentDismissed e -> new Person(id, name, email, Agency.DISMISSED, organization, privacy, e.at());
            case PersonJoinedOrganization e -> new Person(id, name, email, agency, e.organizationId(), privacy, e.at());
            case PersonLeftOrganization e -> new Person(id, name, email, agency, null, privacy, e.at());
            case ErasureRequested e ->
                with(
                        privacy.with(
                                new ErasureRequest(e.erasureId(), e.askedBy(), e.reason(), e.approvalNeeded(), null)),
                        e.at());
            case ErasureApproved e -> {
                var request = requireNonNull(privacy.request(), "what is approved was asked for");
                yield with(
                        privacy.with(new ErasureRequest(
                                request.id(),
                                request.askedBy(),
                                request.reason(),
                                request.approvalNeeded(),
                                e.approvedBy())),
                        e.at());
            }
            case ErasureDeclined e -> with(privacy.with(null), e.at());
            case PersonalDataErased e ->
                new Person(
                        id,
                        Personal.ERASED,
                        null,
                        isAgent() ? Agency.DISMISSED : agency,
                        organization,
                        new Privacy(privacy.held(), null, true, false),
                        e.at());
            case ErasureFinished e -> with(new Privacy(privacy.held(), null, true, true), e.at());
            case LegalHoldPlaced e ->
                with(new Privacy(true, privacy.request(), privacy.erased(), privacy.finished()), e.at());
            case LegalHoldReleased e ->
                with(new Privacy(false, privacy.request(), privacy.erased(), privacy.finished()), e.at());
        };
    }

    private Person with(Privacy next, Instant at) {
        return new Person(id, name, email, agency, organization, next, at);
    }
}
