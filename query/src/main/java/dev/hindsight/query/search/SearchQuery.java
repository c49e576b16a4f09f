package dev.hindsight.query.search;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody searches for, as {@link SearchQueryParser} understood it: all clauses must hold.
 *
 * @param clauses none where everything is asked for
 */
record SearchQuery(List<Clause> clauses) {

    SearchQuery {
        clauses = List.copyOf(clauses);
    }

    /** Whether some text is looked for, so that hits have a relevance; filters alone have none. */
    boolean ranks() {
        return clauses.stream()
                .flatMap(clause -> clause.anyOf().stream())
                .anyMatch(alternative -> !alternative.negated() && alternative.term() instanceof Text);
    }

    /** One or more alternatives joined by OR; at least one must hold. */
    record Clause(List<Alternative> anyOf) {
        Clause {
            anyOf = List.copyOf(anyOf);
        }
    }

    record Alternative(boolean negated, Term term) {}

    sealed interface Term {}

    /** Text to be found anywhere in a ticket that the caller may read. */
    sealed interface Text extends Term {}

    /** One run of characters; may turn out to be several words or none, once it is analyzed. */
    record Word(String text) implements Text {}

    /** Words in this order, next to each other, as they are spelled. */
    record Phrase(String text) implements Text {}

    /**
     * A field has one of these values.
     *
     * @param values as the index holds them
     * @param none also tickets where the field is empty
     * @param me also the caller
     */
    record Match(Field field, Set<String> values, boolean none, boolean me) implements Term {
        Match {
            values = Set.copyOf(values);
        }
    }

    /** The human number is one of these. */
    record Numbered(Set<Long> numbers) implements Term {
        Numbered {
            numbers = Set.copyOf(numbers);
        }
    }

    /**
     * @param from inclusive, null: open
     * @param before exclusive, null: open; never both null
     */
    record During(
            Field field, @Nullable Instant from, @Nullable Instant before) implements Term {}

    /** What can stand before a colon; lower-case in the language. */
    enum Field {
        STATUS(Kind.WORD),
        PRIORITY(Kind.WORD_OR_NONE),
        TYPE(Kind.WORD),
        CHANNEL(Kind.WORD),
        QUEUE(Kind.KEY),
        CATEGORY(Kind.KEY),
        TAG(Kind.KEY),
        ASSIGNEE(Kind.PERSON),
        REQUESTER(Kind.PERSON),
        WATCHER(Kind.PERSON),
        ORGANIZATION(Kind.ID),
        NUMBER(Kind.NUMBER),
        CREATED(Kind.TIME),
        UPDATED(Kind.TIME);

        private final Kind kind;

        Field(Kind kind) {
            this.kind = kind;
        }

        Kind kind() {
            return kind;
        }
    }

    /** What the values of a field look like. */
    enum Kind {
        WORD,
        WORD_OR_NONE,
        KEY,
        PERSON,
        ID,
        NUMBER,
        TIME
    }
}
