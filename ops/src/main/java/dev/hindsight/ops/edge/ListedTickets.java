package dev.hindsight.ops.edge;

import dev.hindsight.command.desk.TicketSelection;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.InvalidRequest.FieldError;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.tickets.TicketListRequest;
import dev.hindsight.query.tickets.TicketLists;
import dev.hindsight.query.tickets.TicketPage;
import dev.hindsight.query.tickets.TicketSummary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a filter names is what the caller's list shows. */
final class ListedTickets implements TicketSelection {

    private static final String LIMIT = "limit";

    private final TicketLists lists;

    ListedTickets(TicketLists lists) {
        this.lists = lists;
    }

    @Override
    public List<UUID> select(Caller caller, Map<String, String> filter, int most) {
        var parameters = new HashMap<>(filter);
        boolean limited = parameters.putIfAbsent(LIMIT, Integer.toString(most)) != null;
        TicketPage page;
        try {
            if (Parameters.limit(parameters.get(LIMIT)) > most) {
                throw new InvalidRequest(LIMIT, "must be a number from 1 to " + most);
            }
            page = lists.page(caller, TicketListRequest.of(parameters));
        } catch (InvalidRequest invalid) {
            throw new InvalidRequest(invalid.errors().stream()
                    .map(error -> new FieldError("filter." + error.field(), error.message()))
                    .toList());
        }
        if (!limited && page.nextCursor() != null) {
            throw new InvalidRequest(
                    "filter",
                    "matches more than " + most + " tickets: narrow it, or say with limit and sort which come first");
        }
        return page.items().stream().map(TicketSummary::id).toList();
    }
}
