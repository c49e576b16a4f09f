package dev.hindsight.query.search;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.query.Cursors;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.Visibility;
import dev.hindsight.query.tickets.TicketLists;
import dev.hindsight.query.tickets.TicketSource;
import dev.hindsight.query.tickets.TicketSummaries;
import dev.hindsight.query.tickets.TicketSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds tickets by text and filters. OpenSearch says which ones, their rows say what they look like now, so that what a
 * caller lost sight of since the index was written is left out. Paging follows score and id: while tickets change,
 * scores shift a little, so a hit may then appear on two pages or on none; queries of filters alone page exactly. Safe
 * for concurrent use.
 */
public final class SearchTickets {

    private static final int LONGEST_TYPED = 200;
    private static final int OFFERED = 10;

    private final IndexSearch index;
    private final Freshness freshness;
    private final Cursors cursors;
    private final TicketSummaries summaries;

    public SearchTickets(
            OpenSearchConnection connection,
            TicketIndex index,
            Freshness freshness,
            Cursors cursors,
            TicketSummaries summaries) {
        this.index = new IndexSearch(connection, index);
        this.freshness = freshness;
        this.cursors = cursors;
        this.summaries = summaries;
    }

    /**
     * @throws InvalidRequest for what is not understood, and for foreign cursors
     * @throws dev.hindsight.domain.Unavailable where OpenSearch does not answer or minPosition is not reached in time
     */
    SearchPage search(Caller caller, SearchController.Question question) {
        Visibility.needReader(caller);
        if (question.q() == null) {
            throw new InvalidRequest("q", "is required; empty finds everything");
        }
        var query = SearchQueryParser.parse(question.q());
        int limit = Parameters.limit(question.limit());
        long minPosition = Parameters.minPosition(question.minPosition());
        String asked = "search " + caller.person() + " " + question.q();
        List<String> after = question.cursor() == null ? null : cursors.open(asked, question.cursor());

        // Read before the search: what is found is at least as new as this.
        Place place =
                freshness.readFor(caller, minPosition, snapshot -> place(snapshot, caller), ReadModel.TICKET_SEARCH);
        var found = index.search(place.scope(), query, place.generation(), limit, after, after == null);
        Shown shown = freshness.readFor(caller, 0, snapshot -> {
            Visibility visibility = Visibility.of(snapshot, caller); // what was closed meanwhile is not shown
            return new Shown(
                    summaries.of(snapshot, visibility, ids(found.tickets())),
                    TicketLists.parked(snapshot, TicketSource.NOW, visibility));
        });
        return new SearchPage(
                hits(shown.tickets(), found.tickets()),
                found.after() == null ? null : cursors.seal(asked, found.after()),
                place.position(),
                Math.min(found.total(), IndexSearch.MOST_COUNTED),
                found.totalIsMore(),
                shown.parked(),
                after == null ? facets(found.facets()) : null);
    }

    /** What begins like the words that somebody is typing. */
    Suggestions suggest(Caller caller, @Nullable String typed, @Nullable String limit) {
        Visibility.needReader(caller);
        if (typed == null || typed.length() > LONGEST_TYPED) {
            throw new InvalidRequest("q", "is required, at most " + LONGEST_TYPED + " characters");
        }
        int most = limit == null ? OFFERED : Parameters.limit(limit);
        Place place = freshness.readFor(caller, 0, snapshot -> place(snapshot, caller));
        var begun = index.suggest(place.scope(), SearchQueryParser.cleaned(typed), place.generation(), most);
        return new Suggestions(
                tickets(caller, begun.tickets()).stream()
                        .map(ticket -> new Suggestions.Suggestion(
                                ticket.id(),
                                ticket.number(),
                                ticket.subject(),
                                ticket.status().name()))
                        .toList(),
                begun.tags().stream()
                        .map(one -> new SearchPage.FacetCount(one.value(), one.count()))
                        .toList(),
                place.position());
    }

    /**
     * Other tickets about the same as this text.
     *
     * @param minPosition waits until so much is searched
     */
    SimilarTickets similar(Caller caller, UUID ticket, String text, int limit, long minPosition) {
        Place place =
                freshness.readFor(caller, minPosition, snapshot -> place(snapshot, caller), ReadModel.TICKET_SEARCH);
        List<IndexSearch.FoundTicket> found =
                text.isBlank() ? List.of() : index.similar(place.scope(), ticket, text, place.generation(), limit);
        return new SimilarTickets(
                hits(tickets(caller, ids(found)), found).stream()
                        .map(hit -> new SimilarTickets.Similar(hit.ticket(), hit.score()))
                        .toList(),
                place.position());
    }

    /**
     * The tickets as their rows are now, in this order. A ticket without a row, or that the caller sees no more, is left
     * out, though it was found; a parked one is shown as far as its events were understood, as lists show it.
     */
    private List<TicketSummary> tickets(Caller caller, List<UUID> found) {
        return freshness.readFor(caller, 0, snapshot -> summaries.of(snapshot, Visibility.of(snapshot, caller), found));
    }

    private static List<UUID> ids(List<IndexSearch.FoundTicket> found) {
        return found.stream().map(IndexSearch.FoundTicket::id).toList();
    }

    private static List<SearchHit> hits(List<TicketSummary> seen, List<IndexSearch.FoundTicket> found) {
        Map<UUID, TicketSummary> tickets =
                seen.stream().collect(Collectors.toMap(TicketSummary::id, Function.identity()));
        var hits = new ArrayList<SearchHit>(found.size());
        for (var one : found) {
            TicketSummary ticket = tickets.get(one.id());
            if (ticket != null) {
                hits.add(new SearchHit(ticket, one.score(), one.highlights()));
            }
        }
        return hits;
    }

    private static Map<String, List<SearchPage.FacetCount>> facets(Map<String, List<IndexSearch.Count>> counts) {
        var facets = new LinkedHashMap<String, List<SearchPage.FacetCount>>();
        counts.forEach((name, values) -> facets.put(
                name,
                values.stream()
                        .map(one -> new SearchPage.FacetCount(one.value(), one.count()))
                        .toList()));
        return facets;
    }

    private static Place place(Snapshot snapshot, Caller caller) {
        return new Place(
                snapshot.generation(ReadModel.TICKET_SEARCH),
                snapshot.position(ReadModel.TICKET_SEARCH),
                SearchScope.of(snapshot, caller));
    }

    private record Shown(List<TicketSummary> tickets, int parked) {}

    private record Place(int generation, long position, SearchScope scope) {}
}
