package dev.hindsight.ops.codec.keys;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The data keys of people and tickets. Whatever is made here is committed when the call returns, before and apart from
 * the transaction of the event that uses it; if that rolls back, the key stays, unused and valid. Safe for
 * concurrent use. Calls that reach the database throw Spring's {@code DataAccessException} when they cannot.
 */
public interface DataKeys {

    /**
     * The ticket's key, made if there is none and then wrapped by its requester's key, or by the system's.
     *
     * @throws DestroyedKeyException when the ticket's or the requester's key was destroyed
     */
    DataKey openTicket(UUID ticket, @Nullable UUID requester);

    /**
     * The key of an opened ticket, for sealing.
     *
     * @throws MissingKeyException when the ticket was never opened
     * @throws DestroyedKeyException when its content was erased
     */
    DataKey ofTicket(UUID ticket);

    /**
     * The person's key for sealing, made if there is none.
     *
     * @throws DestroyedKeyException when the person was erased
     */
    DataKey ofPerson(UUID person);

    /**
     * Wraps the ticket's key anew under its new requester's, in the transaction of the event that says so where one is
     * under way. The key itself stays: all that was sealed still opens.
     *
     * @throws MissingKeyException when the ticket was never opened
     * @throws DestroyedKeyException when the ticket's or the new requester's key was destroyed
     */
    void changeRequester(UUID ticket, @Nullable UUID requester);

    /**
     * A key for opening; possibly {@link DataKey#destroyed() destroyed}.
     *
     * @throws MissingKeyException when there is no such key
     */
    DataKey byId(UUID keyId);

    /** Makes all these keys that do not exist yet, in a few statements. */
    void prepare(KeyWishes wishes);

    /**
     * The keys of these owners (see {@link KeyOwner}), with one query; unknown ones are passed over. For readers of large
     * parts of the log: what they fetch does not drive from memory the keys that live traffic uses.
     */
    Map<UUID, DataKey> ofOwners(Collection<String> owners);

    /** Those of these owners whose keys are destroyed at this moment, by what is stored and not by memory. */
    Set<String> destroyed(Collection<String> owners);

    /** Whether one of these keys is destroyed at this moment, by what is stored and not by memory. */
    boolean anyDestroyed(Collection<UUID> keyIds);

    /** Drops an owner's key and every key wrapped by it from memory: to be called after they were destroyed. */
    void forget(String owner);
}
