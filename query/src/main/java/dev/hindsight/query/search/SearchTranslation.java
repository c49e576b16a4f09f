package dev.hindsight.query.search;

import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.query.search.SearchQuery.Alternative;
import dev.hindsight.query.search.SearchQuery.During;
import dev.hindsight.query.search.SearchQuery.Field;
import dev.hindsight.query.search.SearchQuery.Match;
import dev.hindsight.query.search.SearchQuery.Numbered;
import dev.hindsight.query.search.SearchQuery.Phrase;
import dev.hindsight.query.search.SearchQuery.Text;
import dev.hindsight.query.search.SearchQuery.Word;
import java.text.BreakIterator;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.opensearch.client.json.JsonData;
import org.opensearch.client.opensearch._types.FieldValue;
import org.opensearch.client.opensearch._types.query_dsl.BoolQuery;
import org.opensearch.client.opensearch._types.query_dsl.MultiMatchQuery;
import org.opensearch.client.opensearch._types.query_dsl.Operator;
import org.opensearch.client.opensearch._types.query_dsl.Query;
import org.opensearch.client.opensearch._types.query_dsl.TextQueryType;
import org.opensearch.client.opensearch._types.query_dsl.ZeroTermsQuery;

/**
 * Says a {@link SearchQuery} in OpenSearch's terms, for one caller. Every word must be found, but each may be in
 * another text of the ticket; nearly matching spellings count for less. Whoever does not read notes asks no field that
 * holds them, so notes can neither match nor be counted for them.
 *
 * <p>Where all tickets may be found, rare words count for more. How rare a word is tells of all tickets that have it, so
 * where some are hidden a hit's score says only in which of its own texts each word stands.
 */
final class SearchTranslation {

    private static final Map<String, Float> BOOSTS = Map.of(TicketIndex.SUBJECT, 4f, TicketIndex.DESCRIPTION, 2f);

    /** Words shorter than this are too easily mistaken for another. */
    private static final int SHORTEST_MISSPELT = 4;

    /** Longer than any word that people look for; comparing spellings costs by the character. */
    private static final int LONGEST_MISSPELT = 64;

    private static final String MISSPELT = "AUTO:4,8";
    private static final int MOST_SPELLINGS = 30;
    private static final int FEWEST_SPELLINGS = 3;
    /** OpenSearch takes 1,024 clauses; every spelling of every word is one per field. */
    private static final int SPELLINGS_OF_ALL_WORDS = 120;

    private static final float MISSPELT_BOOST = 0.2f;
    private static final float NUMBER_BOOST = 50;
    private static final float OTHER_TEXTS = 0.3f;

    private static final List<String> COMPARED = List.of(TicketIndex.SUBJECT, TicketIndex.DESCRIPTION);
    private static final int SHORTEST_COMPARED = 3;
    private static final int MOST_COMPARED = 25;
    private static final String SHARED = "25%";

    private final SearchScope scope;
    /** How many spellings of a word are tried beside its own. */
    private int spellings;

    SearchTranslation(SearchScope scope) {
        this.scope = scope;
    }

    /** @param nearly whether words that are nearly spelled so are found too; else inflected forms alone */
    Query query(SearchQuery search, boolean nearly) {
        long words = search.clauses().stream()
                .flatMap(clause -> clause.anyOf().stream())
                .filter(alternative -> alternative.term() instanceof Word)
                .count();
        spellings =
                nearly ? Math.clamp(SPELLINGS_OF_ALL_WORDS / Math.max(1, words), FEWEST_SPELLINGS, MOST_SPELLINGS) : 0;
        var bool = new BoolQuery.Builder();
        scope.restriction().ifPresent(bool::filter);
        for (var clause : search.clauses()) {
            var alternatives = clause.anyOf();
            if (alternatives.size() == 1) {
                add(bool, alternatives.getFirst());
            } else {
                bool.must(Query.of(any -> any.bool(either -> either.minimumShouldMatch("1")
                        .should(alternatives.stream().map(this::alternative).toList()))));
            }
        }
        return bool.build().toQuery();
    }

    /** Whether {@link #query} may find more with nearly matching spellings than without. */
    static boolean mayBeMisspelt(SearchQuery search) {
        return search.clauses().stream()
                .flatMap(clause -> clause.anyOf().stream())
                .anyMatch(alternative -> !alternative.negated()
                        && alternative.term() instanceof Word(String word)
                        && mayBeMisspelt(word));
    }

    /** Subjects whose words begin with the typed ones, and the ticket whose number begins so. */
    Query suggestions(String typed) {
        var bool = new BoolQuery.Builder();
        scope.restriction().ifPresent(bool::filter);
        bool.minimumShouldMatch("1")
                .should(ranked(
                        Query.of(query -> query.match(match -> match.field(TicketIndex.SUBJECT_TYPED)
                                .query(FieldValue.of(typed))
                                .operator(Operator.And))),
                        1));
        long number = SearchQueryParser.numberIn(typed.strip());
        if (number >= 0) {
            bool.should(ranked(
                    Query.of(query -> query.match(match -> match.field(TicketIndex.NUMBER_TYPED)
                            .query(FieldValue.of(Long.toString(number)))
                            .boost(NUMBER_BOOST))),
                    NUMBER_BOOST));
        }
        return bool.build().toQuery();
    }

    /** Tickets with a tag that begins as was typed. */
    Query tagged(String typed) {
        var bool = new BoolQuery.Builder();
        scope.restriction().ifPresent(bool::filter);
        return bool.filter(Query.of(query ->
                        query.prefix(prefix -> prefix.field(TicketIndex.TAGS).value(typed))))
                .build()
                .toQuery();
    }

    /**
     * Other tickets about the same: a quarter of the telling words must be there. Words that only this ticket has say
     * nothing, where all tickets may be found; else the longest words are the telling ones.
     */
    Query similar(UUID ticket, String text) {
        var bool = new BoolQuery.Builder();
        scope.restriction().ifPresent(bool::filter);
        return bool.must(scope.restricted() ? sharing(text) : like(text))
                .mustNot(Query.of(query ->
                        query.term(term -> term.field(TicketIndex.ID).value(FieldValue.of(ticket.toString())))))
                .build()
                .toQuery();
    }

    private static Query like(String text) {
        return Query.of(query -> query.moreLikeThis(more -> more.fields(COMPARED)
                .like(like -> like.text(text))
                .analyzer(TicketIndex.AS_SPELLED)
                .minTermFreq(1)
                .minDocFreq(2)
                .minWordLength(SHORTEST_COMPARED)
                .maxQueryTerms(MOST_COMPARED)
                .minimumShouldMatch(SHARED)));
    }

    /** The score is how many words are shared. */
    private static Query sharing(String text) {
        List<Query> words = longestWords(text).stream()
                .map(word -> constant(
                        MultiMatchQuery.of(match -> match.query(word)
                                        .fields(COMPARED)
                                        .analyzer(TicketIndex.AS_SPELLED)
                                        .minimumShouldMatch(SHARED)) // scripts without blanks: many words in one
                                .toQuery(),
                        1))
                .toList();
        return words.isEmpty()
                ? Query.of(query -> query.matchNone(none -> none))
                : Query.of(query -> query.bool(any -> any.should(words).minimumShouldMatch(SHARED)));
    }

    private static List<String> longestWords(String text) {
        var words = new LinkedHashSet<String>();
        var breaks = BreakIterator.getWordInstance(Locale.ROOT);
        breaks.setText(text);
        for (int from = breaks.first(), to = breaks.next(); to != BreakIterator.DONE; from = to, to = breaks.next()) {
            if (to - from >= SHORTEST_COMPARED && Character.isLetterOrDigit(text.codePointAt(from))) {
                words.add(text.substring(from, to).toLowerCase(Locale.ROOT));
            }
        }
        return words.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .limit(MOST_COMPARED)
                .toList();
    }

    private void add(BoolQuery.Builder bool, Alternative alternative) {
        if (alternative.negated()) {
            bool.mustNot(term(alternative));
        } else if (alternative.term() instanceof Text) {
            bool.must(term(alternative));
        } else {
            bool.filter(term(alternative));
        }
    }

    private Query alternative(Alternative alternative) {
        var term = term(alternative);
        return alternative.negated() ? Query.of(not -> not.bool(bool -> bool.mustNot(term))) : term;
    }

    private Query term(Alternative alternative) {
        return switch (alternative.term()) {
            case Word word -> word(word.text(), alternative.negated());
            case Phrase phrase -> phrase(phrase.text(), alternative.negated());
            case Match match -> match(match);
            case Numbered numbered ->
                terms(
                        TicketIndex.NUMBER,
                        numbered.numbers().stream().map(FieldValue::of).toList());
            case During during -> during(during);
        };
    }

    private Query word(String word, boolean negated) {
        var ways = new ArrayList<Query>();
        ways.add(anywhere(word, negated, 1, match -> match.type(TextQueryType.BestFields)));
        if (spellings > 0 && !negated && mayBeMisspelt(word)) {
            ways.add(anywhere(
                    word,
                    true,
                    MISSPELT_BOOST,
                    match -> match.type(TextQueryType.BestFields)
                            .analyzer(TicketIndex.AS_SPELLED)
                            .fuzziness(MISSPELT)
                            .prefixLength(1)
                            .maxExpansions(spellings)));
        }
        long number = SearchQueryParser.numberIn(word);
        if (number >= 0) {
            ways.add(Query.of(query -> query.term(term ->
                    term.field(TicketIndex.NUMBER).value(FieldValue.of(number)).boost(NUMBER_BOOST))));
        }
        return ways.size() == 1
                ? ways.getFirst()
                : Query.of(query -> query.bool(bool -> bool.should(ways).minimumShouldMatch("1")));
    }

    private Query phrase(String phrase, boolean negated) {
        return anywhere(
                phrase, negated, 1, match -> match.type(TextQueryType.Phrase).analyzer(TicketIndex.AS_SPELLED));
    }

    /**
     * In any of the texts that the caller searches; the best one counts.
     *
     * @param noneMatchesNothing what signs alone (in which there is no word) match: nothing, or else everything
     */
    private Query anywhere(
            String text, boolean noneMatchesNothing, float boost, UnaryOperator<MultiMatchQuery.Builder> how) {
        var none = noneMatchesNothing ? ZeroTermsQuery.None : ZeroTermsQuery.All;
        if (!scope.restricted()) {
            var fields = scope.texts().stream()
                    .map(field -> field + "^" + boost(field))
                    .toList();
            return how.apply(in(fields, text, none).tieBreaker(OTHER_TEXTS).boost(boost))
                    .build()
                    .toQuery();
        }
        var fields = scope.texts().stream()
                .map(field -> constant(
                        how.apply(in(List.of(field), text, none)).build().toQuery(), boost * boost(field)))
                .toList();
        return Query.of(query -> query.disMax(best -> best.queries(fields).tieBreaker(OTHER_TEXTS)));
    }

    private static MultiMatchQuery.Builder in(List<String> fields, String text, ZeroTermsQuery none) {
        return new MultiMatchQuery.Builder()
                .query(text)
                .fields(fields)
                .operator(Operator.And)
                .zeroTermsQuery(none);
    }

    private static float boost(String field) {
        return BOOSTS.getOrDefault(field, 1f);
    }

    /** @param score what it counts for where its own score would tell of tickets that are hidden */
    private Query ranked(Query query, float score) {
        return scope.restricted() ? constant(query, score) : query;
    }

    private static Query constant(Query filter, float score) {
        return Query.of(
                query -> query.constantScore(constant -> constant.filter(filter).boost(score)));
    }

    /** Codes and numbers are meant as they are. */
    private static boolean mayBeMisspelt(String word) {
        // As the index folds it: one sign may stand for a whole sentence there.
        String folded = word.length() > LONGEST_MISSPELT ? word : Normalizer.normalize(word, Normalizer.Form.NFKC);
        return folded.length() <= LONGEST_MISSPELT
                && word.codePointCount(0, word.length()) >= SHORTEST_MISSPELT
                && folded.codePoints()
                        .allMatch(c -> Character.isLetter(c) || Character.getType(c) == Character.NON_SPACING_MARK);
    }

    /** Who else watches is not for requesters, and so not to be found out by asking. */
    private Query match(Match match) {
        String field = field(match.field());
        var values = new ArrayList<FieldValue>();
        Set<UUID> own = scope.visibility().onlyOf();
        boolean hidden = match.field() == Field.WATCHER && own != null;
        match.values().stream()
                .filter(value -> !hidden || Objects.requireNonNull(own).contains(UUID.fromString(value)))
                .forEach(value -> values.add(FieldValue.of(value)));
        if (match.me()) {
            scope.me().forEach(one -> values.add(FieldValue.of(one.toString())));
        }
        if (!match.none() || hidden) {
            return terms(field, values);
        }
        var absent = Query.of(query ->
                query.bool(bool -> bool.mustNot(Query.of(present -> present.exists(exists -> exists.field(field))))));
        return values.isEmpty()
                ? absent
                : Query.of(query -> query.bool(
                        bool -> bool.should(absent, terms(field, values)).minimumShouldMatch("1")));
    }

    private static Query terms(String field, List<FieldValue> values) {
        return Query.of(query -> query.terms(terms -> terms.field(field).terms(any -> any.value(values))));
    }

    private static Query during(During during) {
        return Query.of(query -> query.range(range -> {
            range.field(field(during.field()));
            if (during.from() != null) {
                range.gte(JsonData.of(during.from().toEpochMilli()));
            }
            if (during.before() != null) {
                range.lt(JsonData.of(during.before().toEpochMilli()));
            }
            return range;
        }));
    }

    private static String field(Field field) {
        return switch (field) {
            case STATUS -> TicketIndex.STATUS;
            case PRIORITY -> TicketIndex.PRIORITY;
            case TYPE -> TicketIndex.TYPE;
            case CHANNEL -> TicketIndex.CHANNEL;
            case QUEUE -> TicketIndex.QUEUE;
            case CATEGORY -> TicketIndex.CATEGORY;
            case TAG -> TicketIndex.TAGS;
            case ASSIGNEE -> TicketIndex.ASSIGNEE;
            case REQUESTER -> TicketIndex.REQUESTER;
            case WATCHER -> TicketIndex.WATCHERS;
            case ORGANIZATION -> TicketIndex.ORGANIZATION;
            case NUMBER -> TicketIndex.NUMBER;
            case CREATED -> TicketIndex.CREATED;
            case UPDATED -> TicketIndex.UPDATED;
        };
    }
}
