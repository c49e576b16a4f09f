package dev.hindsight.query.tickets;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.query.Freshness;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RestController;

@RestController
public final class TicketListController {

    private final TicketLists lists;

    public TicketListController(TicketLists lists) {
        this.lists = lists;
    }

    @GetMapping("/api/v1/tickets")
    public ResponseEntity<TicketPage> list(Caller caller, @ModelAttribute TicketListRequest request) {
        TicketPage page = lists.page(caller, request);
        return Freshness.answer(page.position(), request.generation()).body(page);
    }
}
