package dev.hindsight.ops.backup;

import dev.hindsight.command.CommandTables;
import dev.hindsight.domain.Event;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventKind;
import dev.hindsight.ops.codec.EventNames;
import dev.hindsight.ops.codec.keys.DataKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The events of a restored log that tables of commands repeat. For one thread. */
final class FollowedEvents {

    /** How names of events begin that tables of commands repeat. */
    private static final List<String> FOLLOWED = List.of(
            "queue.",
            "team.",
            "organization.",
            "person.",
            "ticket.opened",
            "ticket.imported",
            "ticket.attachment-added",
            "ticket.legal-hold-");

    /** Of a newer version there may be others: a node of that version is to be started on what was restored. */
    private static final Set<String> KNOWN =
            EventNames.current().kinds().stream().map(EventKind::name).collect(Collectors.toUnmodifiableSet());

    private static final int KEYS_AT_ONCE = 2_000;

    private final EventCodec codec;
    private final List<Followed> followed = new ArrayList<>();

    FollowedEvents(EventCodec codec) {
        this.codec = codec;
    }

    /** Keeps what is needed of an event where it is one of them. */
    void look(SegmentFile.Entry event) {
        String name = event.header().name();
        if (KNOWN.contains(name) && FOLLOWED.stream().anyMatch(name::startsWith)) {
            followed.add(new Followed(codec, event));
        }
    }

    /** Fills and finishes the tables; keys are fetched for many at once. */
    void write(CommandTables tables) {
        for (int from = 0; from < followed.size(); from += KEYS_AT_ONCE) {
            List<Followed> some = followed.subList(from, Math.min(followed.size(), from + KEYS_AT_ONCE));
            Map<UUID, DataKey> fetched = codec.keysOf(some.stream()
                    .filter(each -> each.decoded == null)
                    .map(each -> each.stream)
                    .distinct()
                    .toList());
            for (Followed each : some) {
                tables.follow(each.decoded(codec, fetched));
            }
        }
        tables.finish();
    }

    /** An event that a table of commands repeats. What they repeat of tickets is plain and decoded at once. */
    private static final class Followed {

        private final String stream;
        private final String name;
        private final String revision;
        private byte[] payload = new byte[0];
        private @Nullable Event decoded;

        Followed(EventCodec codec, SegmentFile.Entry event) {
            stream = event.header().stream();
            name = event.header().name();
            revision = event.header().revision() == null ? "1" : event.header().revision();
            if (name.startsWith("ticket.")) {
                decoded = codec.decodeWithoutPersonal(name, revision, event.payload());
            } else {
                payload = event.payload();
            }
        }

        Event decoded(EventCodec codec, Map<UUID, DataKey> keys) {
            return decoded == null ? codec.decode(name, revision, payload, keys) : decoded;
        }
    }
}
