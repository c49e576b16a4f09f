package dev.hindsight.query.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.query.search.SearchQuery.Alternative;
import dev.hindsight.query.search.SearchQuery.Clause;
import dev.hindsight.query.search.SearchQuery.During;
import dev.hindsight.query.search.SearchQuery.Field;
import dev.hindsight.query.search.SearchQuery.Match;
import dev.hindsight.query.search.SearchQuery.Numbered;
import dev.hindsight.query.search.SearchQuery.Phrase;
import dev.hindsight.query.search.SearchQuery.Term;
import dev.hindsight.query.search.SearchQuery.Word;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SearchQueryParserTest {

    private static final String ANA = "0192d3a0-0000-7000-8000-000000000001";

    @Test
    void the_example_of_the_contract_is_understood() {
        assertThat(SearchQueryParser.parse("printer status:open -tag:vip \"paper jam\"")
                        .clauses())
                .containsExactly(
                        one(new Word("printer")),
                        one(match(Field.STATUS, "OPEN")),
                        not(match(Field.TAG, "vip")),
                        one(new Phrase("paper jam")));
    }

    @Test
    void nothing_but_blanks_asks_for_everything() {
        assertThat(SearchQueryParser.parse(" \t\n\u0000 ").clauses()).isEmpty();
    }

    @Test
    void or_binds_closer_than_standing_side_by_side() {
        assertThat(SearchQueryParser.parse("jam printer OR -scanner OR \"fax machine\"")
                        .clauses())
                .containsExactly(
                        one(new Word("jam")),
                        new Clause(List.of(
                                new Alternative(false, new Word("printer")),
                                new Alternative(true, new Word("scanner")),
                                new Alternative(false, new Phrase("fax machine")))));
    }

    @Test
    void or_in_small_letters_or_in_quotes_is_a_word() {
        assertThat(SearchQueryParser.parse("this or \"OR\" ORDER").clauses())
                .containsExactly(
                        one(new Word("this")), one(new Word("or")), one(new Phrase("OR")), one(new Word("ORDER")));
    }

    @Test
    void values_come_in_lists_in_any_case_and_quoted() {
        assertThat(SearchQueryParser.parse("Status:open,on-hold PRIORITY:p1,high,3 queue:\"Service-Desk\",none")
                        .clauses())
                .containsExactly(
                        one(match(Field.STATUS, "OPEN", "ON_HOLD")),
                        one(match(Field.PRIORITY, "P1", "P2", "P3")),
                        one(new Match(Field.QUEUE, Set.of("service-desk"), true, false)));
    }

    @Test
    void people_are_ids_me_or_none() {
        assertThat(SearchQueryParser.parse("assignee:me,none," + ANA).clauses())
                .containsExactly(one(new Match(Field.ASSIGNEE, Set.of(ANA), true, true)));
    }

    @Test
    void a_quoted_none_is_a_value() {
        assertThat(SearchQueryParser.parse("tag:\"none\"").clauses()).containsExactly(one(match(Field.TAG, "none")));
    }

    @Test
    void numbers_are_written_with_or_without_their_letters() {
        assertThat(SearchQueryParser.parse("number:1042,HD-7,hd-8,#9").clauses())
                .containsExactly(one(new Numbered(Set.of(1042L, 7L, 8L, 9L))));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-05,              2026-01-05T00:00:00Z, 2026-01-06T00:00:00Z",
        ">2026-01-05,             2026-01-06T00:00:00Z,",
        ">=2026-01-05,            2026-01-05T00:00:00Z,",
        "<2026-01-05,                                 , 2026-01-05T00:00:00Z",
        "<=2026-01-05,                                , 2026-01-06T00:00:00Z",
        "2026-01-01..2026-02-01,  2026-01-01T00:00:00Z, 2026-02-02T00:00:00Z",
        "2026-01-01..,            2026-01-01T00:00:00Z,",
        "..2026-01-31,                                , 2026-02-01T00:00:00Z",
        "*..2026-01-31,                               , 2026-02-01T00:00:00Z",
        ">2026-01-05T10:00:00Z,   2026-01-05T10:00:00.001Z,",
        "<2026-01-05T10:00:00+02:00,                  , 2026-01-05T08:00:00Z",
    })
    void times_are_days_instants_and_ranges(String value, String from, String before) {
        assertThat(SearchQueryParser.parse("created:" + value).clauses())
                .containsExactly(one(new During(
                        Field.CREATED,
                        from == null ? null : Instant.parse(from),
                        before == null ? null : Instant.parse(before))));
    }

    @Test
    void quotes_and_backslashes_are_escaped_inside_a_phrase() {
        assertThat(SearchQueryParser.parse("\"a \\\"b\\\" c:\\\\temp\\new\"").clauses())
                .containsExactly(one(new Phrase("a \"b\" c:\\temp\\new")));
    }

    @Test
    void addresses_and_odd_characters_are_words() {
        assertThat(SearchQueryParser.parse("http://intra/x?a=b {\"match_all\":{}} 10:30 - -- a\"b")
                        .clauses())
                .containsExactly(
                        one(new Word("http://intra/x?a=b")),
                        one(new Word("{\"match_all\":{}}")),
                        one(new Word("10:30")),
                        one(new Word("-")),
                        not(new Word("-")),
                        one(new Word("a\"b")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "printer foo:bar         | column 9: there is no field of this name",
                "foo:bar                 | known are status, priority, type, channel, queue",
                "a status:broken         | column 10: status must be one of NEW, OPEN",
                "status:open,            | column 13: status needs a value",
                "status: open            | column 8: status needs a value",
                "status:none             | column 8: status must be one of",
                "priority:p9             | column 10: priority must be one of P1",
                "assignee:ana            | column 10: assignee must be a person's id, me or none",
                "organization:1-1-1-1-1  | column 14: organization must be an id or none",
                "number:HD-x             | column 8: number must be like HD-1042",
                "number:12345678901234567890 | column 8: number must be like",
                "created:yesterday       | column 9: created must be a day",
                "created:2026-13-01      | column 9: created must be a day",
                "updated:2026-02-02..2026-01-01 | column 9: updated range must not end",
                "created:..              | column 9: created must be a day",
                "\"paper jam             | column 1: this quote is never closed",
                "queue:\"a\"b            | column 10: a blank or comma",
                "OR a                    | column 1: OR needs something before it",
                "a OR                    | column 3: OR needs something after it",
                "a OR OR b               | column 3: OR needs something after it",
            })
    void what_is_not_understood_is_refused_at_its_column(String query, String message) {
        assertThatThrownBy(() -> SearchQueryParser.parse(query))
                .isInstanceOfSatisfying(InvalidRequest.class, refused -> {
                    assertThat(refused.errors()).singleElement().satisfies(error -> {
                        assertThat(error.field()).isEqualTo("q");
                        assertThat(error.message()).contains(message);
                    });
                });
    }

    @Test
    void too_much_is_refused() {
        assertThatThrownBy(() -> SearchQueryParser.parse("x".repeat(1_001))).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> SearchQueryParser.parse("x ".repeat(33))).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> SearchQueryParser.parse("tag:" + "x,".repeat(150) + "x"))
                .isInstanceOf(InvalidRequest.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatever_is_typed_is_understood_or_refused(long seed) {
        var random = new Random(seed);
        var pieces = List.of(
                "\"",
                "\\",
                "-",
                ":",
                ",",
                "..",
                "OR",
                " ",
                "status:",
                "created:",
                "number:",
                "me",
                "none",
                "\ud83d",
                "\ude00",
                "\u0000",
                "é",
                ">",
                "<",
                "*",
                "{",
                "}",
                "/",
                "1",
                "x",
                "tag:",
                "\u200b",
                "\u202e");
        for (int i = 0; i < 20_000; i++) {
            var query = new StringBuilder();
            for (int length = random.nextInt(12); length >= 0; length--) {
                query.append(pieces.get(random.nextInt(pieces.size())));
            }
            try {
                assertThat(SearchQueryParser.parse(query.toString()).clauses()).hasSizeLessThanOrEqualTo(32);
            } catch (InvalidRequest refused) {
                assertThat(refused.errors()).hasSize(1);
            }
        }
    }

    private static Clause one(Term term) {
        return new Clause(List.of(new Alternative(false, term)));
    }

    private static Clause not(Term term) {
        return new Clause(List.of(new Alternative(true, term)));
    }

    private static Match match(Field field, String... values) {
        return new Match(field, Set.of(values), false, false);
    }
}
