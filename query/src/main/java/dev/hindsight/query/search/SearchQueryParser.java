package dev.hindsight.query.search;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.Priority;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.TicketType;
import dev.hindsight.query.search.SearchQuery.Alternative;
import dev.hindsight.query.search.SearchQuery.Clause;
import dev.hindsight.query.search.SearchQuery.Field;
import dev.hindsight.query.search.SearchQuery.Kind;
import dev.hindsight.query.search.SearchQuery.Match;
import dev.hindsight.query.search.SearchQuery.Numbered;
import dev.hindsight.query.search.SearchQuery.Phrase;
import dev.hindsight.query.search.SearchQuery.Term;
import dev.hindsight.query.search.SearchQuery.Word;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the query language of the search: words, {@code "phrases"}, {@code -negation}, {@code field:value} with comma
 * lists, quoted values, {@code me} and {@code none}, times with {@code > >= < <=} and {@code from..to}, and {@code OR}
 * between neighbours, which binds closer than standing side by side. What it does not understand it refuses with
 * {@link InvalidRequest} on {@code q}, naming the column (from 1); it never guesses.
 *
 * <pre>
 * query       = { alternative { "OR" alternative } }
 * alternative = [ "-" ] ( phrase | field ":" values | word )
 * values      = value { "," value }            times: [ ">" | ">=" | "<" | "<=" ] time | [ time ] ".." [ time ]
 * value       = phrase | characters without blanks and commas
 * phrase      = '"' characters, with \" and \\ for quote and backslash, '"'
 * </pre>
 */
final class SearchQueryParser {

    static final int LONGEST = 1_000;
    static final int MOST_TERMS = 32;
    private static final int MOST_VALUES = 100;
    private static final Pattern NUMBER = Pattern.compile("(?:HD-|#)?([0-9]{1,18})", Pattern.CASE_INSENSITIVE);
    /** Half a character: means nothing, and JSON cannot carry it. */
    private static final Pattern LONE_SURROGATE = Pattern.compile("\\p{Cs}");

    private static final String FIELDS = Arrays.stream(Field.values())
            .map(field -> field.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));

    private final String text;
    private int at;
    private int terms;

    private SearchQueryParser(String text) {
        this.text = text;
    }

    /** @throws InvalidRequest pointing at the spot that is not understood */
    static SearchQuery parse(String text) {
        if (text.length() > LONGEST) {
            throw new InvalidRequest("q", "must not be longer than " + LONGEST + " characters");
        }
        return new SearchQueryParser(cleaned(text)).query();
    }

    /** Without what JSON cannot carry. */
    static String cleaned(String text) {
        return LONE_SURROGATE.matcher(text).replaceAll(" ");
    }

    private SearchQuery query() {
        var clauses = new ArrayList<Clause>();
        skipBlanks();
        while (!atEnd()) {
            if (atOr()) {
                throw bad(at, "OR needs something before it; put it in quotes to find the word");
            }
            clauses.add(clause());
            skipBlanks();
        }
        return new SearchQuery(clauses);
    }

    private Clause clause() {
        var anyOf = new ArrayList<Alternative>();
        anyOf.add(alternative());
        skipBlanks();
        while (atOr()) {
            int or = at;
            at += 2;
            skipBlanks();
            if (atEnd() || atOr()) {
                throw bad(or, "OR needs something after it; put it in quotes to find the word");
            }
            anyOf.add(alternative());
            skipBlanks();
        }
        return new Clause(anyOf);
    }

    private Alternative alternative() {
        if (++terms > MOST_TERMS) {
            throw bad(at, "more than " + MOST_TERMS + " terms");
        }
        boolean negated = peek() == '-' && at + 1 < text.length() && !blank(text.charAt(at + 1));
        if (negated) {
            at++;
        }
        return new Alternative(negated, term());
    }

    private Term term() {
        if (peek() == '"') {
            return new Phrase(quoted());
        }
        int start = at;
        while (!atEnd() && letter(peek())) {
            at++;
        }
        if (at > start && !atEnd() && peek() == ':' && !text.startsWith("//", at + 1)) {
            Field field = field(text.substring(start, at), start);
            at++;
            return values(field);
        }
        at = start;
        return new Word(run(false));
    }

    private Field field(String name, int start) {
        for (Field field : Field.values()) {
            if (field.name().equalsIgnoreCase(name)) {
                return field;
            }
        }
        throw bad(start, "there is no field of this name; known are " + FIELDS + " (put text with a colon in quotes)");
    }

    private Term values(Field field) {
        if (field.kind() == Kind.TIME) {
            int start = at;
            String value = value(field);
            return pointing(start, () -> SearchTimes.parse(field, value));
        }
        var numbers = new LinkedHashSet<Long>();
        var values = new LinkedHashSet<String>();
        boolean none = false;
        boolean me = false;
        int count = 0;
        do {
            if (count++ > 0) {
                at++;
            }
            if (count > MOST_VALUES) {
                throw bad(at, "more than " + MOST_VALUES + " values");
            }
            int start = at;
            boolean quoted = !atEnd() && peek() == '"';
            String value = value(field);
            if (!quoted && value.equalsIgnoreCase("none") && field.kind() != Kind.WORD && field.kind() != Kind.NUMBER) {
                none = true;
            } else if (!quoted && value.equalsIgnoreCase("me") && field.kind() == Kind.PERSON) {
                me = true;
            } else if (field.kind() == Kind.NUMBER) {
                numbers.add(number(value, start));
            } else {
                values.add(pointing(start, () -> normalized(field, value)));
            }
        } while (!atEnd() && peek() == ',');
        return field.kind() == Kind.NUMBER ? new Numbered(numbers) : new Match(field, values, none, me);
    }

    private String value(Field field) {
        int start = at;
        String value = !atEnd() && peek() == '"' ? quoted() : run(true);
        if (value.isBlank()) {
            throw bad(start, name(field) + " needs a value right after the colon or comma");
        }
        if (!atEnd() && !blank(peek()) && peek() != ',') {
            throw bad(at, "a blank or comma is expected after a quoted value");
        }
        return value;
    }

    private static String normalized(Field field, String value) {
        String name = name(field);
        String word = value.replace('-', '_').replace(' ', '_');
        return switch (field) {
            case STATUS -> Status.parse(name, word).name();
            case PRIORITY -> Priority.parse(name, value).name();
            case TYPE -> TicketType.parse(name, word).name();
            case CHANNEL -> Channel.parse(name, word).name();
            case QUEUE, CATEGORY, TAG -> value.strip().toLowerCase(Locale.ROOT);
            case ASSIGNEE, REQUESTER, WATCHER, ORGANIZATION -> id(field, value);
            case NUMBER, CREATED, UPDATED -> throw new IllegalArgumentException(name + " has no words");
        };
    }

    private static String id(Field field, String value) {
        try {
            UUID id = UUID.fromString(value);
            if (value.length() == 36) {
                return id.toString();
            }
        } catch (IllegalArgumentException e) {
            // Said below, as for ids of another length.
        }
        throw new InvalidRequest(
                name(field),
                field.kind() == Kind.PERSON ? "must be a person's id, me or none" : "must be an id or none");
    }

    private long number(String value, int start) {
        var matcher = NUMBER.matcher(value);
        if (!matcher.matches()) {
            throw bad(start, "number must be like HD-1042 or 1042");
        }
        return Long.parseLong(matcher.group(1));
    }

    /** Whether this word may be meant as a ticket's number: {@code HD-1042}, {@code #1042}, {@code 1042}; else -1. */
    static long numberIn(String word) {
        var matcher = NUMBER.matcher(word);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private String run(boolean upToComma) {
        int start = at;
        while (!atEnd() && !blank(peek()) && !(upToComma && peek() == ',')) {
            at++;
        }
        return text.substring(start, at);
    }

    private String quoted() {
        int start = at++;
        var content = new StringBuilder();
        while (!atEnd()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return content.toString();
            }
            boolean escape = c == '\\' && !atEnd() && (peek() == '"' || peek() == '\\');
            content.append(escape ? text.charAt(at++) : blank(c) ? ' ' : c);
        }
        throw bad(start, "this quote is never closed");
    }

    private boolean atOr() {
        return text.startsWith("OR", at) && (at + 2 == text.length() || blank(text.charAt(at + 2)));
    }

    private void skipBlanks() {
        while (!atEnd() && blank(peek())) {
            at++;
        }
    }

    /** Control characters carry no meaning and separate like a blank. */
    private static boolean blank(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
    }

    private static boolean letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private boolean atEnd() {
        return at >= text.length();
    }

    private char peek() {
        return text.charAt(at);
    }

    private static String name(Field field) {
        return field.name().toLowerCase(Locale.ROOT);
    }

    private static <T> T pointing(int start, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (InvalidRequest e) {
            var error = e.errors().getFirst();
            throw bad(start, error.field() + " " + error.message());
        }
    }

    private static InvalidRequest bad(int at, String message) {
        return new InvalidRequest("q", "column " + (at + 1) + ": " + message);
    }
}
