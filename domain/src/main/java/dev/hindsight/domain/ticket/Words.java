package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Reads the vocabulary's words as people write them: in any case. */
final class Words {

    private Words() {}

    /** @throws InvalidRequest naming the field and the words that are known */
    static <E extends Enum<E>> E parse(Class<E> type, String field, String word) {
        var name = word.strip().toUpperCase(Locale.ROOT);
        for (var value : type.getEnumConstants()) {
            if (value.name().equals(name)) {
                return value;
            }
        }
        throw new InvalidRequest(
                field,
                Arrays.stream(type.getEnumConstants())
                        .map(Enum::name)
                        .collect(Collectors.joining(", ", "must be one of ", "")));
    }
}
