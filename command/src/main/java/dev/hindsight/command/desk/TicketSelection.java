package dev.hindsight.command.desk;

import dev.hindsight.domain.people.Caller;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Finds the tickets that a bulk call names by a filter; lists are a matter of the read side. Safe for concurrent use. */
@FunctionalInterface
public interface TicketSelection {

    /**
     * The tickets that the caller's list with these parameters shows, in its order.
     *
     * @param filter the list's parameters by name; with a limit, at most so many are taken
     * @param most how many at most
     * @throws dev.hindsight.domain.InvalidRequest for parameters that the list does not take, and where more match than
     *     may be taken and no limit is given
     */
    List<UUID> select(Caller caller, Map<String, String> filter, int most);
}
