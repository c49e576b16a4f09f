package dev.hindsight.domain.people;

import dev.hindsight.domain.ErasesContent;
import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What happens to a person. Stream {@code person-{personId}}. */
public sealed interface PersonEvent extends Event {

    UUID personId();

    @Override
    default String streamId() {
        return "person-" + personId();
    }

    /**
     * Somebody became known: by a first accepted token (issuer and subject set), by an agent or admin who named them,
     * or by an import (source and sourceName set: imported people are never a live user).
     */
    record PersonRegistered(
            UUID personId,
            Instant at,
            @Personal @Nullable String name,
            @Personal @Nullable String email,
            @Personal @Nullable String issuer,
            @Personal @Nullable String subject,
            @Nullable String source,
            @Personal @Nullable String sourceName)
            implements PersonEvent {}

    /** A person known until then by e-mail alone came with a token: issuer and subject are theirs from now on. */
    record PersonIdentified(
            UUID personId,
            Instant at,
            @Personal String issuer,
            @Personal String subject) implements PersonEvent {}

    /** A token says that this address is theirs, which nobody else is known by: it leads to them from now on. */
    record PersonEmailVerified(
            UUID personId, Instant at, @Personal String email) implements PersonEvent {}

    record PersonRenamed(
            UUID personId, Instant at, @Personal String name) implements PersonEvent {}

    /** May be assigned tickets and is listed among the agents. */
    record AgentAppointed(UUID personId, Instant at) implements PersonEvent {}

    record AgentDismissed(UUID personId, Instant at) implements PersonEvent {}

    /** Whoever belonged to another left it with this. */
    record PersonJoinedOrganization(UUID personId, Instant at, UUID organizationId) implements PersonEvent {}

    record PersonLeftOrganization(UUID personId, Instant at, UUID organizationId) implements PersonEvent {}

    /**
     * Somebody asked that this person be forgotten.
     *
     * @param erasureId names this request
     * @param askedBy the admin who asked
     * @param reason names nobody: it is never erased
     * @param approvalNeeded whether a second person has to agree
     */
    record ErasureRequested(
            UUID personId, Instant at, UUID erasureId, UUID askedBy, String reason, boolean approvalNeeded)
            implements PersonEvent {}

    /** A second person agreed. */
    record ErasureApproved(UUID personId, Instant at, UUID erasureId, UUID approvedBy) implements PersonEvent {}

    /** A second person did not agree: the request is over. */
    record ErasureDeclined(UUID personId, Instant at, UUID erasureId, UUID declinedBy) implements PersonEvent {}

    /**
     * The person is forgotten: with this event their key was destroyed and all that it wraps.
     *
     * @param askedBy who asked for it
     * @param approvedBy the second person who agreed; null where none was needed
     */
    record PersonalDataErased(
            UUID personId,
            Instant at,
            UUID erasureId,
            UUID askedBy,
            String reason,
            @Nullable UUID approvedBy) implements PersonEvent, ErasesContent {}

    /**
     * The receipt: everything that held something of the person has forgotten it.
     *
     * @param done place to what was done there
     * @param notPossible place to what could not be done there, and why
     */
    record ErasureFinished(
            UUID personId, Instant at, UUID erasureId, Map<String, String> done, Map<String, String> notPossible)
            implements PersonEvent {}

    /**
     * Nothing of the person is erased until the hold is released.
     *
     * @param reason names nobody: it is never erased
     */
    record LegalHoldPlaced(UUID personId, Instant at, String reason) implements PersonEvent {}

    record LegalHoldReleased(UUID personId, Instant at, String reason) implements PersonEvent {}
}
