package dev.hindsight.domain.ticket;

import dev.hindsight.domain.Event;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An event that may say whose ticket it is from then on: on whose key its content hangs, and with whom it is erased. */
public interface TellsRequester extends Event {

    UUID ticketId();

    /** Null for nobody; of no meaning where the event does not say it. */
    @Nullable
    UUID requesterId();

    /** Whether it does. */
    default boolean tellsRequester() {
        return true;
    }
}
