package dev.hindsight.projections.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.PlainText;
import dev.hindsight.projections.live.Database;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TicketWordsTest {

    private static Database database;

    @BeforeAll
    static void start() {
        database = new Database();
    }

    @AfterAll
    static void end() {
        database.close();
    }

    @Test
    void words_are_runs_of_letters_and_digits_without_case_and_accents() {
        assertThat(TicketWords.of("Caf\u00e9 <b>HD-1042</b>: ana@example.org", "d\u2019Ana, 2026-03-03"))
                .containsExactly("03", "1042", "2026", "ana", "b", "cafe", "d", "example", "hd", "org");
    }

    @Test
    void accents_may_be_written_as_signs_of_their_own() {
        assertThat(TicketWords.of("Cafe\u0301")).isEqualTo(TicketWords.of("caf\u00e9"));
    }

    @Test
    void scripts_without_blanks_are_found_by_their_signs() {
        assertThat(TicketWords.of("\u6253\u5370\u673a Pro"))
                .containsExactlyInAnyOrder("\u6253", "\u5370", "\u673a", "pro");
    }

    @Test
    void nothing_signs_and_erased_texts_have_no_words() {
        assertThat(TicketWords.of(null, " \n", "%_'\\:&|!<->*()", "[erased]")).isEmpty();
    }

    @Test
    void of_an_endless_word_the_beginning_counts() {
        assertThat(TicketWords.of("x".repeat(5_000))).isEqualTo(TicketWords.of("x".repeat(4_000)));
    }

    @Test
    void postgres_takes_every_text_that_a_ticket_can_have_and_finds_all_its_words() {
        var random = new Random(7);
        for (int i = 0; i < 200; i++) {
            int length = i == 0 ? PlainText.BODY : random.nextInt(300);
            int highest = i % 3 == 0 ? 0x1ffff : i % 3 == 1 ? 0xd7ff : 0x17f;
            String text = IntStream.range(0, length)
                    .map(at -> 1 + random.nextInt(highest))
                    .filter(sign -> sign < 0xd800 || sign > 0xdfff)
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining());
            var words = TicketWords.of(text);
            if (!words.isEmpty()) {
                assertThat(matches(text, TicketWords.query(List.copyOf(words).subList(0, Math.min(50, words.size())))))
                        .as(text)
                        .isTrue();
            }
        }
    }

    @Test
    void a_word_is_found_by_its_beginning_and_all_must_be_there() {
        assertThat(matches("Printer hums", TicketWords.query(TicketWords.of("PRINT"))))
                .isTrue();
        assertThat(matches("Printer hums", TicketWords.query(TicketWords.of("hum printer"))))
                .isTrue();
        assertThat(matches("Printer hums", TicketWords.query(TicketWords.of("rinter"))))
                .isFalse();
        assertThat(matches("Printer hums", TicketWords.query(TicketWords.of("printer beeps"))))
                .isFalse();
    }

    private static boolean matches(String text, String query) {
        return database.jdbc
                .sql("SELECT ?::tsvector @@ ?::tsquery")
                .params(String.join(" ", TicketWords.of(text)), query)
                .query(Boolean.class)
                .single();
    }
}
