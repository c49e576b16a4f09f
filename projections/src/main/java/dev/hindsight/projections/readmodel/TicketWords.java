package dev.hindsight.projections.readmodel;

import static java.util.stream.Collectors.joining;

import dev.hindsight.domain.Personal;
import java.text.Normalizer;
import java.util.Collection;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The words of a text as lists find them, the same for what is stored and for what is asked: runs of letters and digits
 * without case and accents; of scripts that write without blanks each sign by itself.
 */
public final class TicketWords {

    /** Signs of a word that are compared. */
    private static final int LONGEST = 64;

    private TicketWords() {}

    /**
     * The words of all these texts, sorted; none for null, for signs alone, and for what was erased. They hold letters,
     * digits and marks only, so that PostgreSQL reads them, parted by blanks, as a tsvector.
     */
    public static SortedSet<String> of(@Nullable String... texts) {
        var words = new TreeSet<String>();
        for (var text : texts) {
            if (text != null && !text.equals(Personal.ERASED)) {
                if (isAscii(text)) {
                    addAscii(words, text.toLowerCase(Locale.ROOT));
                    continue;
                }
                add(words, Normalizer.normalize(text, Normalizer.Form.NFD).toLowerCase(Locale.ROOT));
            }
        }
        return words;
    }

    /**
     * A tsquery that matches where each of these words is, or one that begins with it.
     *
     * @param words as {@link #of} gives them, at least one
     */
    public static String query(Collection<String> words) {
        return words.stream().map(word -> word + ":*").collect(joining(" & "));
    }

    private static boolean isAscii(String text) {
        for (var i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    /** The same as {@link #add}, many times faster. */
    private static void addAscii(SortedSet<String> words, String text) {
        var begun = -1;
        for (var i = 0; i <= text.length(); i++) {
            var sign = i == text.length() ? ' ' : text.charAt(i);
            var part = (sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9');
            if (part && begun < 0) {
                begun = i;
            } else if (!part && begun >= 0) {
                words.add(text.substring(begun, Math.min(i, begun + LONGEST)));
                begun = -1;
            }
        }
    }

    private static void add(SortedSet<String> words, String text) {
        var word = new StringBuilder();
        var length = 0;
        for (var i = 0; i < text.length(); ) {
            var sign = text.codePointAt(i);
            i += Character.charCount(sign);
            if (Character.getType(sign) == Character.NON_SPACING_MARK) {
                continue; // an accent
            }
            var part = Character.isLetterOrDigit(sign) || Character.getType(sign) == Character.COMBINING_SPACING_MARK;
            if (!part || standsAlone(sign)) {
                end(words, word);
                length = 0;
            }
            if (part && standsAlone(sign)) {
                words.add(Character.toString(sign));
            } else if (part && length++ < LONGEST) {
                word.appendCodePoint(sign);
            }
        }
        end(words, word);
    }

    private static void end(SortedSet<String> words, StringBuilder word) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }

    private static boolean standsAlone(int sign) {
        return Character.isIdeographic(sign) || Character.UnicodeScript.of(sign) == Character.UnicodeScript.HIRAGANA;
    }
}
