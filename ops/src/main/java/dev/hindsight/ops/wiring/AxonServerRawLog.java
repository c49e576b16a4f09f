package dev.hindsight.ops.wiring;

import dev.hindsight.projections.readmodel.RawLog;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The log of an Axon Server for the ledger; when an event was recorded is the message's own time. */
final class AxonServerRawLog implements RawLog {

    private final OrderedEvents events;

    AxonServerRawLog(OrderedEvents events) {
        this.events = events;
    }

    @Override
    public long head() {
        return events.head();
    }

    @Override
    public Reading inOrder(long after, long upTo) {
        return new RawEvents(events.read(after, Math.min(upTo, head())));
    }

    /** Reads the whole log: the server tells positions in its global order alone. */
    @Override
    public Reading ofStreams(Collection<String> streams, long upTo) {
        Set<String> wanted = Set.copyOf(streams);
        Reading all = inOrder(0, upTo);
        return new Reading() {
            @Override
            public @Nullable List<Stored> next() throws InterruptedException {
                for (List<Stored> some = all.next(); some != null; some = all.next()) {
                    List<Stored> own = some.stream()
                            .filter(event -> wanted.contains(event.header().stream()))
                            .toList();
                    if (!own.isEmpty()) {
                        return own;
                    }
                }
                return null;
            }

            @Override
            public void close() {
                all.close();
            }
        };
    }

    @Override
    public @Nullable String unplaced() {
        return null;
    }
}
