package dev.hindsight.ops.wiring;

import dev.hindsight.domain.ErasesContent;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.MetadataCodec;
import dev.hindsight.ops.codec.keys.DataKey;
import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/** Stored events as folds read them, wherever they were stored. Safe for concurrent use. */
final class EventDecoder {

    private final EventCodec codec;
    private final MetadataCodec metadata = new MetadataCodec();

    EventDecoder(EventCodec codec) {
        this.codec = codec;
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

    /** The same events, each decoded by whoever asks for it. */
    List<BulkLog.Stored> undecoded(List<StoredEvent> events) {
        return events.stream().<BulkLog.Stored>map(Undecoded::new).toList();
    }

    /** @see BulkLog#prepare */
    void prepare(Collection<? extends BulkLog.Stored> events) {
        Map<UUID, DataKey> keys = codec.keysOf(
                events.stream().map(BulkLog.Stored::stream).distinct().toList());
        events.forEach(event -> ((Undecoded) event).keys = keys);
    }

    /** @see BulkLog#prepareErased */
    void prepareErased(List<? extends BulkLog.Stored> ofOneStream) {
        forgetKey(ofOneStream.getFirst().stream());
        prepare(ofOneStream);
    }

    /** The stream's key was destroyed: it is not taken from memory any more. */
    void forgetKey(String stream) {
        codec.forgetKey(stream);
    }

    /** The stored names of events that erase their stream's content. */
    Set<String> erasing() {
        return codec.namesOf(ErasesContent.class);
    }

    /** @see dev.hindsight.projections.readmodel.EventLog#ended */
    Set<String> ended(Collection<String> streams) {
        return codec.ended(streams);
    }

    private final class Undecoded implements BulkLog.Stored {

        private final StoredEvent event;
        private volatile Map<UUID, DataKey> keys = Map.of();

        Undecoded(StoredEvent event) {
            this.event = event;
        }

        @Override
        public String stream() {
            return event.stream();
        }

        @Override
        public long position() {
            return event.position();
        }

        @Override
        public int bytes() {
            return event.weight();
        }

        @Override
        public LoggedEvent decoded() {
            return decode(event, keys);
        }
    }
}
