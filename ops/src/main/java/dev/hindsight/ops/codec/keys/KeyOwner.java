package dev.hindsight.ops.codec.keys;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Whom a key belongs to, as the keys table names it: {@code person:<id>}, {@code ticket:<id>} or {@code system}. */
public final class KeyOwner {

    /** Wraps the keys of tickets that have no requester. */
    public static final String SYSTEM = "system";

    private KeyOwner() {}

    public static String person(UUID id) {
        return "person:" + id;
    }

    public static String ticket(UUID id) {
        return "ticket:" + id;
    }

    /** The owner whose key seals the events of this stream; null for streams that hold no personal data. */
    public static @Nullable String ofStream(String streamId) {
        if (streamId.startsWith("ticket-")) {
            return "ticket:" + streamId.substring("ticket-".length());
        } else if (streamId.startsWith("person-")) {
            return "person:" + streamId.substring("person-".length());
        }
        return null;
    }
}
