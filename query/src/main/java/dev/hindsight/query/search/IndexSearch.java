package dev.hindsight.query.search;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.opensearch._types.FieldValue;
import org.opensearch.client.opensearch._types.OpenSearchException;
import org.opensearch.client.opensearch._types.SortOptions;
import org.opensearch.client.opensearch._types.SortOrder;
import org.opensearch.client.opensearch.core.SearchRequest;
import org.opensearch.client.opensearch.core.SearchResponse;
import org.opensearch.client.opensearch.core.search.BuiltinHighlighterType;
import org.opensearch.client.opensearch.core.search.Highlight;
import org.opensearch.client.opensearch.core.search.HighlightField;
import org.opensearch.client.opensearch.core.search.HighlighterEncoder;
import org.opensearch.client.opensearch.core.search.Hit;
import org.opensearch.client.opensearch.core.search.TotalHitsRelation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Asks the tickets index. Best hits first, the ones changed last before others as good; without text to look for, the
 * ones changed last. Safe for concurrent use.
 */
final class IndexSearch {

    static final int MOST_COUNTED = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(IndexSearch.class);
    private static final int FACET_VALUES = 20;
    private static final int FRAGMENT = 160;
    private static final int FRAGMENTS = 3;
    /** Characters of one field that are read for highlights, so that one endless ticket does not slow everybody. */
    private static final int HIGHLIGHTED = 200_000;

    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY = 429;
    private static final int SERVER_FAULT = 500;
    private static final int RETRY_SECONDS = 5;

    private static final Map<String, String> FACETS = facets();

    private static final long COMPLAINTS_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final AtomicLong complained = new AtomicLong(System.nanoTime() - 2 * COMPLAINTS_NANOS);
    private final OpenSearchClient client;
    private final TicketIndex index;

    IndexSearch(OpenSearchConnection connection, TicketIndex index) {
        this.client = connection.client();
        this.index = index;
    }

    /**
     * @param total exact up to {@link #MOST_COUNTED}
     * @param after where the next page starts; null on the last
     * @param facets counts per value of everything found, by name; empty unless asked for
     */
    record Found(
            List<FoundTicket> tickets,
            long total,
            boolean totalIsMore,
            @Nullable List<String> after,
            Map<String, List<Count>> facets) {}

    /**
     * @param score how well it fits; 0 without text to look for
     * @param highlights fragments by field with the matches in {@code <em>}, else escaped for HTML
     */
    record FoundTicket(UUID id, double score, Map<String, List<String>> highlights) {}

    /** How often a value occurs. */
    record Count(String value, long count) {}

    /** What is offered while somebody types. */
    record Suggested(UUID id, long number, @Nullable String subject, String status) {}

    /**
     * @param after as an earlier page gave it, null for the first
     * @param counted whether facets are wanted
     * @throws Unavailable SEARCH_UNAVAILABLE where OpenSearch does not answer
     */
    Found search(
            SearchScope scope,
            SearchQuery query,
            int generation,
            int limit,
            @Nullable List<String> after,
            boolean counted) {
        boolean ranked = query.ranks();
        var request = new SearchRequest.Builder()
                .index(index.name(generation))
                .query(new SearchTranslation(scope).query(query))
                .source(source -> source.fetch(false))
                .size(limit + 1)
                .trackScores(ranked)
                .sort(order(ranked))
                .trackTotalHits(total -> total.count(MOST_COUNTED));
        if (ranked) {
            request.highlight(highlight(scope));
        }
        if (after != null) {
            request.searchAfter(place(after, ranked));
        }
        if (counted) {
            FACETS.forEach((name, field) -> request.aggregations(
                    name, values -> values.terms(terms -> terms.field(field).size(FACET_VALUES))));
        }
        var answer = ask(request.build());
        var hits = answer.hits().hits();
        boolean more = hits.size() > limit;
        var page = more ? hits.subList(0, limit) : hits;
        var total = Objects.requireNonNull(answer.hits().total(), "asked for");
        return new Found(
                page.stream().map(IndexSearch::found).toList(),
                total.value(),
                total.relation() == TotalHitsRelation.Gte,
                more ? page.getLast().sort().stream().map(IndexSearch::text).toList() : null,
                counted ? counts(answer) : Map.of());
    }

    /** Tickets whose subject or number begins with what was typed, the ones changed last first. */
    List<Suggested> suggest(SearchScope scope, String typed, int generation, int limit) {
        var request = new SearchRequest.Builder()
                .index(index.name(generation))
                .query(new SearchTranslation(scope).suggestions(typed))
                .source(source -> source.filter(
                        filter -> filter.includes(TicketIndex.NUMBER, TicketIndex.SUBJECT, TicketIndex.STATUS)))
                .size(limit)
                .sort(order(true))
                .trackTotalHits(total -> total.enabled(false));
        return ask(request.build()).hits().hits().stream()
                .map(IndexSearch::suggested)
                .toList();
    }

    private SearchResponse<JsonNode> ask(SearchRequest request) {
        try {
            var answer = client.search(request, JsonNode.class);
            if (answer.timedOut() || answer.shards().failed() > 0) {
                throw unavailable("only part of the index answered");
            }
            return answer;
        } catch (OpenSearchException e) {
            if (e.status() == NOT_FOUND || e.status() == TOO_MANY || e.status() >= SERVER_FAULT) {
                throw unavailable(e);
            }
            LOG.error("OpenSearch refused a search that we made", e);
            throw new InvalidRequest("q", "is too much for one search; leave some words out");
        } catch (IOException e) {
            throw unavailable(e);
        } catch (RuntimeException e) {
            // A used-up connection pool comes as a bare RuntimeException around its cause.
            if (e.getCause() instanceof IOException || e.getCause() instanceof TimeoutException) {
                throw unavailable(e);
            }
            throw e;
        }
    }

    private Unavailable unavailable(Object cause) {
        long now = System.nanoTime();
        long said = complained.get();
        if (now - said > COMPLAINTS_NANOS && complained.compareAndSet(said, now)) {
            LOG.warn("Search is unavailable (said at most once a minute): {}", cause.toString());
        }
        return new Unavailable(
                "SEARCH_UNAVAILABLE",
                "Search does not answer at the moment; lists and tickets do. It comes back by itself, try again shortly.",
                RETRY_SECONDS);
    }

    private static List<SortOptions> order(boolean ranked) {
        var order = new ArrayList<SortOptions>();
        if (ranked) {
            order.add(SortOptions.of(sort -> sort.score(score -> score.order(SortOrder.Desc))));
        }
        order.add(SortOptions.of(
                sort -> sort.field(field -> field.field(TicketIndex.UPDATED).order(SortOrder.Desc))));
        order.add(SortOptions.of(
                sort -> sort.field(field -> field.field(TicketIndex.ID).order(SortOrder.Asc))));
        return order;
    }

    private static List<FieldValue> place(List<String> after, boolean ranked) {
        var place = new ArrayList<FieldValue>();
        int next = 0;
        if (ranked) {
            place.add(FieldValue.of(Double.parseDouble(after.get(next++))));
        }
        place.add(FieldValue.of(Long.parseLong(after.get(next++))));
        place.add(FieldValue.of(after.get(next)));
        return place;
    }

    private static String text(FieldValue value) {
        return String.valueOf(value._get());
    }

    private static Highlight highlight(SearchScope scope) {
        var highlight = new Highlight.Builder()
                .type(type -> type.builtin(BuiltinHighlighterType.Unified))
                .encoder(HighlighterEncoder.Html)
                .preTags("<em>")
                .postTags("</em>")
                .maxAnalyzerOffset(HIGHLIGHTED)
                .fields(TicketIndex.SUBJECT, HighlightField.of(field -> field.numberOfFragments(0)));
        for (String text : scope.texts()) {
            if (!text.equals(TicketIndex.SUBJECT)) {
                highlight.fields(
                        text,
                        HighlightField.of(field -> field.fragmentSize(FRAGMENT).numberOfFragments(FRAGMENTS)));
            }
        }
        return highlight.build();
    }

    private static FoundTicket found(Hit<JsonNode> hit) {
        return new FoundTicket(
                UUID.fromString(Objects.requireNonNull(hit.id())),
                hit.score() == null ? 0 : hit.score(),
                new LinkedHashMap<>(hit.highlight()));
    }

    private static Suggested suggested(Hit<JsonNode> hit) {
        JsonNode source = Objects.requireNonNull(hit.source());
        return new Suggested(
                UUID.fromString(Objects.requireNonNull(hit.id())),
                source.path(TicketIndex.NUMBER).asLong(),
                source.path(TicketIndex.SUBJECT).asStringOpt().orElse(null),
                source.path(TicketIndex.STATUS).asString());
    }

    private static Map<String, List<Count>> counts(SearchResponse<JsonNode> answer) {
        var counts = new LinkedHashMap<String, List<Count>>();
        FACETS.keySet()
                .forEach(name -> counts.put(
                        name,
                        Objects.requireNonNull(answer.aggregations().get(name)).sterms().buckets().array().stream()
                                .map(bucket -> new Count(bucket.key(), bucket.docCount()))
                                .toList()));
        return counts;
    }

    private static Map<String, String> facets() {
        var facets = new LinkedHashMap<String, String>();
        facets.put("status", TicketIndex.STATUS);
        facets.put("priority", TicketIndex.PRIORITY);
        facets.put("type", TicketIndex.TYPE);
        facets.put("queue", TicketIndex.QUEUE);
        facets.put("category", TicketIndex.CATEGORY);
        facets.put("assignee", TicketIndex.ASSIGNEE);
        facets.put("tags", TicketIndex.TAGS);
        return facets;
    }
}
