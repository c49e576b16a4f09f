package dev.hindsight.projections.readmodel;

import org.jspecify.annotations.Nullable;

/**
 * Tells what tickets were, event by event, by the fold of the live read model. Whoever asks gives it the ticket's events
 * in order from the first, and leaves out what the live model leaves out. Safe for concurrent use.
 */
public interface PastTickets {

    /**
     * The ticket after its next event.
     *
     * @param before null before its first
     * @throws RuntimeException when the event can't be read, or does not fit: where the live model parks the ticket
     */
    PastTicket after(@Nullable PastTicket before, LoggedEvent event);

    /**
     * The ticket after an event that an operator has the model leave out.
     *
     * @param before null before its first
     * @return null where there is no ticket without that event
     */
    @Nullable
    PastTicket without(@Nullable PastTicket before, LoggedEvent event);
}
