package dev.hindsight.command.erasure;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Destroys data keys, in the caller's transaction: the event that says so and the end of the key are one commit. Done
 * again it changes nothing. A person's tickets are those whose keys hang on the person's, so whoever destroys a person's
 * key asks before which tickets are {@link #doubtful}, and says of each whose it is.
 */
public interface DataKeyErasure {

    /**
     * A ticket of which keys, read models and the newest events do not all say the same.
     *
     * @param named whether keys or read models say that it is the person's; else it is one that they may know too little of
     */
    record Doubt(UUID ticket, boolean named) {}

    /** The person's key, and with it those of all tickets that hang on it. */
    void destroyPerson(UUID person);

    void destroyTicket(UUID ticket);

    /** The tickets whose keys are wrapped by the person's, destroyed ones included. */
    List<UUID> ticketsOf(UUID person);

    /** Whether a ticket's key is wrapped by the person's. */
    boolean isOf(UUID person, UUID ticket);

    /**
     * The tickets of which only the log can tell whether this person is their requester. Changes of requesters wrap the
     * key in their own transaction, so what was found stays true until the erasure. To be asked outside of a transaction.
     */
    List<Doubt> doubtful(UUID person);

    /**
     * Has the ticket's key hang on its requester's. Nothing changes where one of the two was destroyed or the ticket has
     * none: then it goes with whom it hangs on.
     *
     * @param requester as the ticket's events say; null for none
     */
    void belongsTo(UUID ticket, @Nullable UUID requester);
}
