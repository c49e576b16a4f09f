package dev.hindsight.ops.codec.keys;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The keys that a batch of events will need. */
public final class KeyWishes {

    private final Set<UUID> persons = new LinkedHashSet<>();
    private final Map<UUID, @Nullable UUID> requesters = new LinkedHashMap<>();

    public void person(UUID person) {
        persons.add(person);
    }

    /** @param requester null where the ticket has none */
    public void ticket(UUID ticket, @Nullable UUID requester) {
        requesters.put(ticket, requester);
        if (requester != null) {
            persons.add(requester);
        }
    }

    Set<UUID> persons() {
        return persons;
    }

    /** Requester (or null) by ticket. */
    Map<UUID, @Nullable UUID> requesters() {
        return requesters;
    }
}
