package dev.hindsight.query.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SearchTranslationTest {

    private static boolean mayBeMisspelt(String q) {
        return SearchTranslation.mayBeMisspelt(SearchQueryParser.parse(q));
    }

    @Test
    void only_words_that_people_could_have_misspelt_are_compared_with_others() {
        assertThat(mayBeMisspelt("printer")).isTrue();
        assertThat(mayBeMisspelt("Donaudampfschifffahrtsgesellschaft")).isTrue();
        assertThat(mayBeMisspelt("PC1")).isFalse();
        assertThat(mayBeMisspelt("-printer")).isFalse();
    }

    @Test
    void endless_words_and_signs_that_stand_for_sentences_are_not() {
        assertThat(mayBeMisspelt("w".repeat(900))).isFalse();
        assertThat(mayBeMisspelt("\uFDFA".repeat(300))).isFalse();
        assertThat(mayBeMisspelt("\uFDFA".repeat(5))).isFalse();
    }
}
