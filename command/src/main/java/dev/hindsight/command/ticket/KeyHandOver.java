package dev.hindsight.command.ticket;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Lets the contents of one ticket's attachments be read from another ticket too. Asked inside the unit of work. */
@FunctionalInterface
public interface KeyHandOver {

    /** For replies without attachments, which never ask. */
    KeyHandOver NEVER = (content, from, wrappedKey, to, requester) -> {
        throw new IllegalStateException("no attachment was to be handed over");
    };

    /**
     * @param content the content's address in the store, which from now on the other ticket refers to as well
     * @param wrappedKey the content's key, wrapped by the key of the ticket that it comes {@code from}
     * @param to a ticket that is about to be opened
     * @param requester of that ticket
     * @return the content's key, wrapped by the other ticket's
     */
    String wrap(String content, UUID from, String wrappedKey, UUID to, @Nullable UUID requester);
}
