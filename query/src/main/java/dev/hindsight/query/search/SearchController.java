package dev.hindsight.query.search;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.query.Freshness;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
public final class SearchController {

    private final SearchTickets tickets;

    public SearchController(SearchTickets tickets) {
        this.tickets = tickets;
    }

    @GetMapping("/api/v1/search")
    public ResponseEntity<SearchPage> search(Caller caller, @ModelAttribute Question question) {
        SearchPage page = tickets.search(caller, question);
        return Freshness.answer(page.position()).body(page);
    }

    @GetMapping("/api/v1/search/suggestions")
    public ResponseEntity<Suggestions> suggest(
            Caller caller,
            @RequestParam(name = "q", required = false) @Nullable String q,
            @RequestParam(name = "limit", required = false) @Nullable String limit) {
        Suggestions suggestions = tickets.suggest(caller, q, limit);
        return Freshness.answer(suggestions.position()).body(suggestions);
    }

    /**
     * The parameters as they arrive.
     *
     * @param q in the query language; empty: everything
     * @param limit 1 to 200, 50 unless said
     * @param cursor nextCursor of the page before
     * @param minPosition waits up to 2 s until this position is searched
     */
    public record Question(
            @Nullable String q,
            @Nullable String limit,
            @Nullable String cursor,
            @Nullable String minPosition) {}
}
