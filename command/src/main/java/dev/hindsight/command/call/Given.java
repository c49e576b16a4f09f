package dev.hindsight.command.call;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.ticket.Change;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what was given for a member, and says by name what is wrong with it. */
public final class Given {

    private static final int UUID_LENGTH = 36;

    private static final TypeReference<Map<String, @Nullable Object>> MEMBERS = new TypeReference<>() {};

    private Given() {}

    /** @throws InvalidRequest where it is missing or null */
    public static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new InvalidRequest(field, "is required");
        }
        return value;
    }

    /** A person's id, or {@code me}. */
    public static UUID person(String field, String text, Caller caller) {
        return text.equals("me") ? caller.person() : id(field, text);
    }

    /** @throws InvalidRequest where it is no UUID */
    public static UUID id(String field, String text) {
        if (text.length() == UUID_LENGTH) {
            try {
                return UUID.fromString(text);
            } catch (IllegalArgumentException malformed) {
                throw new InvalidRequest(field, "must be an id");
            }
        }
        throw new InvalidRequest(field, "must be an id");
    }

    /** A member of a merge patch that may not be emptied; null where it was not given. */
    public static <R> @Nullable R set(String field, @Nullable JsonNode node, Function<String, R> parse) {
        if (node == null) {
            return null;
        }
        return parse.apply(text(field, node));
    }

    /** A member of a merge patch that null empties; null where it was not given. */
    public static <R> @Nullable Change<R> change(String field, @Nullable JsonNode node, Function<String, R> parse) {
        if (node == null) {
            return null;
        }
        return node.isNull() ? new Change<>(null) : new Change<>(parse.apply(text(field, node)));
    }

    /** A member that is a word or a whole number; null where it was not given. */
    public static <R> @Nullable R scalar(String field, @Nullable JsonNode node, Function<Object, R> parse) {
        if (node == null) {
            return null;
        } else if (!node.isString() && !node.isIntegralNumber()) {
            throw new InvalidRequest(field, "must be a word or a number");
        }
        return parse.apply(node.asString());
    }

    /**
     * An object's members as a merge patch gives them; empty where the object was not given. Null for the whole object
     * is refused: it would take every member away, hardly ever on purpose.
     */
    public static Map<String, @Nullable Object> members(String field, @Nullable JsonNode node) {
        if (node == null) {
            return Map.of();
        } else if (!node.isObject()) {
            throw new InvalidRequest(field, "must be an object; null for one of its members empties that member");
        }
        return JsonMapper.shared().treeToValue(node, MEMBERS);
    }

    private static String text(String field, JsonNode node) {
        if (!node.isString()) {
            throw new InvalidRequest(field, "must be a text");
        }
        return node.stringValue();
    }
}
