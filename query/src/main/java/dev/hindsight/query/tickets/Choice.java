package dev.hindsight.query.tickets;

import dev.hindsight.query.Parameters;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * One filter: any of these values, or none at all. Without values and none it lets everything through.
 *
 * @param none whether tickets without a value match
 */
public record Choice<T>(Set<T> values, boolean none) {

    private static final String NONE = "none";

    /** Reads a comma list. */
    static <T> Choice<T> of(String field, @Nullable String value, Function<String, T> parse) {
        return ofSome(field, value, word -> Set.of(parse.apply(word)));
    }

    /** Reads a comma list of which a word may stand for several values. */
    static <T> Choice<T> ofSome(String field, @Nullable String value, Function<String, Set<T>> parse) {
        Set<String> words = Parameters.choices(field, value);
        Set<T> values = new LinkedHashSet<>();
        for (String word : words) {
            if (!word.equals(NONE)) {
                values.addAll(parse.apply(word));
            }
        }
        return new Choice<>(values, words.contains(NONE));
    }

    boolean open() {
        return values.isEmpty() && !none;
    }

    <C> Condition on(Field<C> column, Function<T, C> stored) {
        if (open()) {
            return DSL.noCondition();
        }
        Set<C> wanted = values.stream().map(stored).collect(Collectors.toSet());
        Condition any = wanted.size() == 1 ? column.eq(wanted.iterator().next()) : column.in(wanted);
        if (!none) {
            return any;
        }
        return wanted.isEmpty() ? column.isNull() : any.or(column.isNull());
    }

    /** The same text for the same choices in whatever order. */
    @Override
    public String toString() {
        Set<String> words = values.stream().map(Object::toString).collect(Collectors.toCollection(TreeSet::new));
        return words + (none ? "+none" : "");
    }
}
