package dev.hindsight.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorsTest {

    private static final List<String> PLACE = List.of("2026-03-03T14:30:00.123456Z", "id\u0000-ü");

    private final Cursors cursors = new Cursors("0123456789abcdef".getBytes(StandardCharsets.UTF_8));

    @Test
    void a_cursor_leads_back_to_its_place() {
        assertThat(cursors.open("q", cursors.seal("q", PLACE))).isEqualTo(PLACE);
    }

    @Test
    void a_cursor_serves_only_the_question_it_was_given_for() {
        String cursor = cursors.seal("q", PLACE);

        assertThatThrownBy(() -> cursors.open("another", cursor)).satisfies(CursorsTest::isInvalidCursor);
    }

    @Test
    void a_cursor_made_with_another_key_is_refused() {
        var elsewhere = new Cursors("fedcba9876543210".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> cursors.open("q", elsewhere.seal("q", PLACE))).satisfies(CursorsTest::isInvalidCursor);
    }

    @Test
    void a_cursor_with_any_character_changed_is_refused() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ";
        String cursor = cursors.seal("q", PLACE);
        for (int i = 0; i < cursor.length(); i++) {
            for (int j = 0; j < alphabet.length(); j++) {
                char c = alphabet.charAt(j);
                if (c != cursor.charAt(i)) {
                    String edited = cursor.substring(0, i) + c + cursor.substring(i + 1);
                    assertThatThrownBy(() -> cursors.open("q", edited)).satisfies(CursorsTest::isInvalidCursor);
                }
            }
        }
    }

    @Test
    void a_cursor_that_was_cut_or_lengthened_is_refused() {
        String cursor = cursors.seal("q", PLACE);
        for (int i = 0; i < cursor.length(); i++) {
            String cut = cursor.substring(0, i);
            assertThatThrownBy(() -> cursors.open("q", cut)).satisfies(CursorsTest::isInvalidCursor);
        }
        assertThatThrownBy(() -> cursors.open("q", cursor + "A")).satisfies(CursorsTest::isInvalidCursor);
        assertThatThrownBy(() -> cursors.open("q", cursor + "==")).satisfies(CursorsTest::isInvalidCursor);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "0", "'; drop table ticket; --", "AAAAAAAAAAAAAAAAAAAAAAAA", "%00", "💥"})
    void rubbish_is_refused(String rubbish) {
        assertThatThrownBy(() -> cursors.open("q", rubbish)).satisfies(CursorsTest::isInvalidCursor);
    }

    @Test
    void random_bytes_are_refused() {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            var bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            String forged = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            assertThatThrownBy(() -> cursors.open("q", forged)).satisfies(CursorsTest::isInvalidCursor);
        }
    }

    private static void isInvalidCursor(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        InvalidRequest.class, e -> assertThat(e.code()).isEqualTo("INVALID_CURSOR"));
    }

    @Test
    void a_short_key_is_not_taken() {
        assertThatThrownBy(() -> new Cursors(new byte[8])).isInstanceOf(IllegalArgumentException.class);
    }
}
