package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** Tags: lower-case words that people hang on tickets. */
public final class Tags {

    /** How many a ticket carries at most. */
    public static final int MOST = 50;

    /** Longest tag, in characters. */
    public static final int LONGEST = 64;

    private Tags() {}

    /**
     * The tag as it is stored.
     *
     * @throws InvalidRequest where it is blank, too long, or holds spaces, commas or control characters
     */
    public static String normalize(String tag) {
        var word = tag.strip().toLowerCase(Locale.ROOT);
        if (word.isEmpty() || word.codePointCount(0, word.length()) > LONGEST) {
            throw new InvalidRequest("tag", "must have 1 to " + LONGEST + " characters");
        } else if (!word.codePoints().allMatch(Tags::belongs)) {
            throw new InvalidRequest("tag", "must be one word without spaces, commas or control characters");
        }
        return word;
    }

    /**
     * The tag as it is stored, for somebody who chooses it.
     *
     * @throws InvalidRequest also for a word that filters mean something else by
     */
    static String chosen(String tag) {
        var word = normalize(tag);
        if (word.equals("none")) {
            throw new InvalidRequest("tag", "must not be none, which filters mean something else by");
        }
        return word;
    }

    /** @return each once, sorted */
    static List<String> normalizeAll(Collection<String> tags) {
        var words = new TreeSet<String>();
        tags.forEach(tag -> words.add(chosen(tag)));
        return List.copyOf(words);
    }

    private static boolean belongs(int c) {
        return c != ','
                && !Character.isWhitespace(c)
                && !Character.isSpaceChar(c)
                && !Character.isISOControl(c)
                && Character.getType(c) != Character.SURROGATE;
    }
}
