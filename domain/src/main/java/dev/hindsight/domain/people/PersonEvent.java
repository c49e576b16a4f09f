package dev.hindsight.domain.people;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import java.time.Instant;
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
}
