package dev.hindsight.ops.wiring;

import dev.hindsight.domain.ledger.EventHeader;
import dev.hindsight.projections.readmodel.RawLog;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The log of an Axon Server for the ledger. Payloads are the stored bytes; the server takes metadata apart, so the
 * ledger's are those that the serializer writes for it; when an event was recorded is the message's own time.
 */
final class AxonServerRawLog implements RawLog {

    private static final int CHUNK = 1_024;
    private static final int PATIENCE_SECONDS = 30;

    private final AxonServerLog log;
    private final Serializer serializer;

    AxonServerRawLog(AxonServerLog log, Serializer serializer) {
        this.log = log;
        this.serializer = serializer;
    }

    @Override
    public long head() {
        return log.head();
    }

    @Override
    public Reading inOrder(long after, long upTo) {
        long last = Math.min(upTo, head());
        BlockingStream<TrackedEventMessage<?>> events = log.openStream(new GlobalSequenceTrackingToken(after));
        return new Reading() {
            private long reached = after;

            @Override
            public @Nullable List<Stored> next() throws InterruptedException {
                List<Stored> chunk = new ArrayList<>();
                while (reached < last && chunk.size() < CHUNK) {
                    if (!events.hasNextAvailable(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                        throw new IllegalStateException("Axon Server sends no events");
                    }
                    Stored next = stored(events.nextAvailable());
                    if (next.header().position() != ++reached) {
                        throw new BrokenOrder(reached, "The log has no event for this position.");
                    }
                    chunk.add(next);
                }
                return chunk.isEmpty() ? null : chunk;
            }

            @Override
            public void close() {
                events.close();
            }
        };
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

    private Stored stored(TrackedEventMessage<?> message) {
        SerializedObject<byte[]> payload = message.serializePayload(serializer, byte[].class);
        SerializedObject<byte[]> metadata = message.serializeMetaData(serializer, byte[].class);
        var at = message.getTimestamp().truncatedTo(ChronoUnit.MICROS);
        DomainEventMessage<?> inStream = (DomainEventMessage<?>) message;
        return new Stored(
                new EventHeader(
                        message.trackingToken().position().orElseThrow(),
                        inStream.getAggregateIdentifier(),
                        inStream.getType(),
                        inStream.getSequenceNumber() + 1,
                        message.getIdentifier(),
                        payload.getType().getName(),
                        payload.getType().getRevision(),
                        at,
                        at),
                metadata.getData(),
                payload.getData());
    }

    @Override
    public @Nullable String unplaced() {
        return null;
    }
}
