package dev.hindsight.command.erasure;

import java.util.List;
import java.util.UUID;

/**
 * Destroys data keys, in the caller's transaction: the event that says so and the end of the key are one commit. Done
 * again it changes nothing.
 */
public interface DataKeyErasure {

    /** The person's key, and with it those of all tickets whose requester they are. */
    void destroyPerson(UUID person);

    void destroyTicket(UUID ticket);

    /** The tickets whose keys are wrapped by the person's, destroyed ones included: those whose requester they are. */
    List<UUID> ticketsOf(UUID person);

    /** Whether a ticket's key is wrapped by the person's. */
    boolean isOf(UUID person, UUID ticket);
}
