package dev.hindsight.ops.wiring;

import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.Event;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventSerializer;
import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.ops.eventstore.StoredStreams;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.SimpleSerializedObject;

/** The log as folds read it: stored events, decoded. */
final class DecodedLog implements EventLog {

    private final StoredStreams streams;
    private final EventCodec codec;
    private final EventSerializer serializer;

    DecodedLog(StoredStreams streams, EventCodec codec, EventSerializer serializer) {
        this.streams = streams;
        this.codec = codec;
        this.serializer = serializer;
    }

    @Override
    public Stream<LoggedEvent> eventsOf(String stream) {
        return streams.read(stream).map(this::decode);
    }

    @Override
    public List<LoggedEvent> after(long position, int count) {
        return streams.after(position, count).stream().map(this::decode).toList();
    }

    @Override
    public long head() {
        return streams.head();
    }

    LoggedEvent decode(StoredEvent stored) {
        MetaData metadata = serializer.deserialize(
                new SimpleSerializedObject<>(stored.metadata(), byte[].class, MetaData.class.getName(), null));
        Envelope envelope = (Envelope) Objects.requireNonNull(metadata).get(Envelope.KEY);
        return new LoggedEvent(
                stored.position(),
                stored.stream(),
                stored.version(),
                Objects.requireNonNull(stored.recordedAt(), "a placed event has its time"),
                Objects.requireNonNull(envelope, "every stored event has an envelope"),
                () -> event(stored));
    }

    private Event event(StoredEvent stored) {
        return codec.decode(stored.name(), stored.revision() == null ? "1" : stored.revision(), stored.payload());
    }
}
