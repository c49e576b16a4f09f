package dev.hindsight.command.people;

import dev.hindsight.domain.ticket.Change;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is asked of people. Every command answers a {@code Receipt}. */
public sealed interface PersonCommand {

    /**
     * A token was accepted: whoever it belongs to is registered, identified, renamed or appointed as it says.
     *
     * @param newId used where the bearer is new
     * @param email verified, as {@code EmailAddress} keeps it
     * @param worksTickets whether the token gives a role that works tickets
     */
    record RecognizePerson(
            UUID newId,
            String issuer,
            String subject,
            @Nullable String email,
            @Nullable String name,
            boolean worksTickets,
            Instant at)
            implements PersonCommand {}

    /** Somebody is named who was unknown by that address. */
    record RegisterPerson(
            UUID personId, @Nullable String name, @Nullable String email, Instant at) implements PersonCommand {}

    /** An admin makes an agent of somebody, known or new. */
    record AppointAgent(
            UUID personId, @Nullable String name, @Nullable String email, Instant at) implements PersonCommand {}

    /**
     * An admin changes somebody known.
     *
     * @param name null leaves it
     * @param organization that exists, or none; null leaves it
     */
    record ChangePerson(
            UUID personId, @Nullable String name, @Nullable Change<UUID> organization, Instant at)
            implements PersonCommand {}

    /**
     * People of a foreign source, known there by these names; those registered already stay as they are.
     *
     * @param people name in the source to the id to be used where the name is new; at least one
     */
    record RegisterImportedPeople(String source, Map<String, UUID> people, Instant at) implements PersonCommand {
        public RegisterImportedPeople {
            people = Map.copyOf(people);
        }
    }
}
