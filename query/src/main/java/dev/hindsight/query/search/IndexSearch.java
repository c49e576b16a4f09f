package dev.hindsight.query.search;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.projections.readmodel.search.OpenSearchConnection;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.opensearch._types.FieldValue;
import org.opensearch.client.opensearch._types.OpenSearchException;
import org.opensearch.client.opensearch._types.SortOptions;
import org.opensearch.client.opensearch._types.SortOrder;
import org.opensearch.client.opensearch._types.aggregations.Aggregation;
import org.opensearch.client.opensearch.core.MsearchRequest;
import org.opensearch.client.opensearch.core.SearchResponse;
import org.opensearch.client.opensearch.core.msearch.MultisearchBody;
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
    /** Who finds fewer may have misspelt a word, or looks for a ticket where it is misspelt. */
    private static final int FEW = 10;

    private static final String NEARLY = "nearly";
    private static final String AS_SPELLED = "as-spelled";
    private static final int FRAGMENT = 160;
    private static final int FRAGMENTS = 3;
    /** Characters of one field that are read for highlights, so that one endless ticket does not slow everybody. */
    private static final int HIGHLIGHTED = 200_000;

    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY = 429;
    private static final int SERVER_FAULT = 500;
    private static final int RETRY_SECONDS = 5;

    private static final String TAGS = "tags";
    private static final int OFFERED_TAGS = 5;
    /** What a tag may begin with. */
    private static final Pattern TAG = Pattern.compile("[^\\s,]{1,64}");
    /** What means something in Lucene's regular expressions. */
    private static final Pattern SPECIAL = Pattern.compile("[.?+*|{}\\[\\]()\"\\\\#@&<>~^$-]");

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

    /**
     * Words are looked for as they are spelled (and stemmed); only where that finds few tickets, a second request also
     * takes nearly matching spellings: they cost more than all the rest. Later pages do as the first one did. Facets are
     * counted beside the hits, on another core: hits that can't be among the best need no score then.
     *
     * @param after as an earlier page gave it, null for the first
     * @param counted whether facets are wanted; they may include changes of the last half second that hits lack
     * @throws Unavailable SEARCH_UNAVAILABLE where OpenSearch does not answer
     */
    Found search(
            SearchScope scope,
            SearchQuery query,
            int generation,
            int limit,
            @Nullable List<String> after,
            boolean counted) {
        boolean nearly = after != null && after.getLast().equals(NEARLY);
        var found = search(scope, query, nearly, generation, limit, after, counted);
        if (after == null && found.total() < FEW && SearchTranslation.mayBeMisspelt(query)) {
            return search(scope, query, true, generation, limit, null, counted);
        }
        return found;
    }

    private Found search(
            SearchScope scope,
            SearchQuery query,
            boolean nearly,
            int generation,
            int limit,
            @Nullable List<String> after,
            boolean counted) {
        boolean ranked = query.ranks();
        var asked = new SearchTranslation(scope).query(query, nearly);
        var hits = new MultisearchBody.Builder()
                .query(asked)
                .source(source -> source.fetch(false))
                .size(limit + 1)
                .trackScores(ranked)
                .sort(order(ranked))
                .trackTotalHits(total -> total.count(MOST_COUNTED));
        if (ranked) {
            hits.highlight(highlight(scope));
        }
        if (after != null) {
            hits.searchAfter(place(after, ranked));
        }
        var bodies = new ArrayList<>(List.of(hits.build()));
        if (counted) {
            var counts =
                    new MultisearchBody.Builder().query(asked).size(0).trackTotalHits(total -> total.enabled(false));
            FACETS.forEach((name, field) -> counts.aggregations(name, values(field)));
            bodies.add(counts.build());
        }
        var answers = ask(generation, bodies);
        var answer = answers.getFirst();
        var found = answer.hits().hits();
        boolean more = found.size() > limit;
        var page = more ? found.subList(0, limit) : found;
        var total = Objects.requireNonNull(answer.hits().total(), "asked for");
        return new Found(
                page.stream().map(IndexSearch::found).toList(),
                total.value(),
                total.relation() == TotalHitsRelation.Gte,
                more ? after(page.getLast(), nearly) : null,
                counted ? counts(answers.getLast()) : Map.of());
    }

    private static Aggregation values(String field) {
        return Aggregation.of(values -> values.terms(terms -> terms.field(field).size(FACET_VALUES)));
    }

    /** The values that order hits, then which spellings were taken. */
    private static List<String> after(Hit<JsonNode> last, boolean nearly) {
        var after = new ArrayList<>(last.sort().stream().map(IndexSearch::text).toList());
        after.add(nearly ? NEARLY : AS_SPELLED);
        return after;
    }

    /** What begins as was typed. */
    record Begun(List<UUID> tickets, List<Count> tags) {}

    /**
     * Tickets whose subject or number begins with what was typed, the ones changed last first; and the tags that begin so
     * on tickets that the caller sees, the most frequent first.
     */
    Begun suggest(SearchScope scope, String typed, int generation, int limit) {
        var translation = new SearchTranslation(scope);
        var bodies = new ArrayList<MultisearchBody>();
        bodies.add(new MultisearchBody.Builder()
                .query(translation.suggestions(typed))
                .source(source -> source.fetch(false))
                .size(limit)
                .sort(order(true))
                .trackTotalHits(total -> total.enabled(false))
                .build());
        String tag = typed.strip().toLowerCase(Locale.ROOT);
        boolean maybeTag = TAG.matcher(tag).matches();
        if (maybeTag) {
            bodies.add(new MultisearchBody.Builder()
                    .query(translation.tagged(tag))
                    .size(0)
                    .trackTotalHits(total -> total.enabled(false))
                    .aggregations(
                            TAGS,
                            Aggregation.of(values -> values.terms(terms -> terms.field(TicketIndex.TAGS)
                                    .size(OFFERED_TAGS)
                                    .include(include ->
                                            include.regexp(SPECIAL.matcher(tag).replaceAll("\\\\$0") + ".*")))))
                    .build());
        }
        var answers = ask(generation, bodies);
        return new Begun(
                answers.getFirst().hits().hits().stream().map(IndexSearch::id).toList(),
                maybeTag ? counts(answers.getLast(), TAGS) : List.of());
    }

    /** The most similar first. */
    List<FoundTicket> similar(SearchScope scope, UUID ticket, String text, int generation, int limit) {
        var body = new MultisearchBody.Builder()
                .query(new SearchTranslation(scope).similar(ticket, text))
                .source(source -> source.fetch(false))
                .size(limit)
                .trackScores(true)
                .sort(order(true))
                .trackTotalHits(total -> total.enabled(false))
                .build();
        return ask(generation, List.of(body)).getFirst().hits().hits().stream()
                .map(IndexSearch::found)
                .toList();
    }

    /** @return as many answers as there are bodies, in their order */
    private List<SearchResponse<JsonNode>> ask(int generation, List<MultisearchBody> bodies) {
        var request = new MsearchRequest.Builder().index(index.name(generation));
        bodies.forEach(body ->
                request.searches(search -> search.header(header -> header).body(body)));
        return asking(() -> {
            var answers = new ArrayList<SearchResponse<JsonNode>>();
            for (var answer : client.msearch(request.build(), JsonNode.class).responses()) {
                if (answer.isFailure()) {
                    throw new OpenSearchException(answer.failure());
                }
                answers.add(whole(answer.result()));
            }
            return answers;
        });
    }

    private SearchResponse<JsonNode> whole(SearchResponse<JsonNode> answer) {
        if (answer.timedOut() || answer.shards().failed() > 0) {
            throw unavailable("only part of the index answered");
        }
        return answer;
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    private <T> T asking(Question<T> question) {
        try {
            return question.ask();
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

    private static UUID id(Hit<JsonNode> hit) {
        return UUID.fromString(Objects.requireNonNull(hit.id()));
    }

    private static FoundTicket found(Hit<JsonNode> hit) {
        return new FoundTicket(id(hit), hit.score() == null ? 0 : hit.score(), new LinkedHashMap<>(hit.highlight()));
    }

    private static Map<String, List<Count>> counts(SearchResponse<JsonNode> answer) {
        var counts = new LinkedHashMap<String, List<Count>>();
        FACETS.keySet().forEach(name -> counts.put(name, counts(answer, name)));
        return counts;
    }

    private static List<Count> counts(SearchResponse<JsonNode> answer, String name) {
        return Objects.requireNonNull(answer.aggregations().get(name)).sterms().buckets().array().stream()
                .map(bucket -> new Count(bucket.key(), bucket.docCount()))
                .toList();
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
