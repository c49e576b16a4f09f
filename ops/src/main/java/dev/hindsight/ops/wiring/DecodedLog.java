package dev.hindsight.ops.wiring;

import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.MetadataCodec;
import dev.hindsight.ops.codec.keys.DataKey;
import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.ops.eventstore.StoredStreams;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/** The log as folds read it: stored events, decoded. */
final class DecodedLog implements EventLog {

    private final StoredStreams streams;
    private final EventCodec codec;
    private final MetadataCodec metadata = new MetadataCodec();

    DecodedLog(StoredStreams streams, EventCodec codec) {
        this.streams = streams;
        this.codec = codec;
    }

    @Override
    public Stream<LoggedEvent> eventsOf(String stream) {
        return streams.read(stream).map(this::decode);
    }

    @Override
    public Stream<LoggedEvent> erasedEventsOf(String stream) {
        codec.forgetKey(stream);
        return eventsOf(stream);
    }

    @Override
    public List<LoggedEvent> after(long position, int count) {
        return streams.after(position, count).stream().map(this::decode).toList();
    }

    @Override
    public long head() {
        return streams.head();
    }

    private LoggedEvent decode(StoredEvent stored) {
        return decode(stored, Map.of());
    }

    /** @param keys that were fetched for it; others are looked up */
    LoggedEvent decode(StoredEvent stored, Map<UUID, DataKey> keys) {
        return new LoggedEvent(
                stored.position(),
                stored.stream(),
                stored.version(),
                Objects.requireNonNull(stored.recordedAt(), "a placed event has its time"),
                metadata.decodeEnvelope(stored.metadata()),
                () -> codec.decode(
                        stored.name(), stored.revision() == null ? "1" : stored.revision(), stored.payload(), keys));
    }
}
