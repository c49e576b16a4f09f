package dev.hindsight.ops.wiring;

import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.eventstore.StoredEvent;
import dev.hindsight.ops.eventstore.StoredStreams;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The log as folds read it: stored events, decoded. */
final class DecodedLog implements EventLog {

    private final StoredStreams streams;
    private final EventDecoder decoder;

    DecodedLog(StoredStreams streams, EventCodec codec) {
        this.streams = streams;
        this.decoder = new EventDecoder(codec);
    }

    @Override
    public Stream<LoggedEvent> eventsOf(String stream) {
        return streams.read(stream).map(this::decode);
    }

    @Override
    public Stream<LoggedEvent> erasedEventsOf(String stream) {
        decoder.forgetKey(stream);
        return eventsOf(stream);
    }

    @Override
    public Set<String> ended(Collection<String> streams) {
        return decoder.ended(streams);
    }

    @Override
    public Set<String> erased(long after, long upTo) {
        return streams.having(decoder.erasing(), after, upTo);
    }

    @Override
    public List<LoggedEvent> after(long position, int count) {
        return streams.after(position, count).stream().map(this::decode).toList();
    }

    @Override
    public long unplaced(Collection<String> streams) {
        return this.streams.unplaced(streams);
    }

    @Override
    public long head() {
        return streams.head();
    }

    @Override
    public long recordedBy(Instant moment) {
        return streams.recordedBy(moment);
    }

    @Override
    public @Nullable Instant latestOccurred(long position) {
        return streams.latestOccurred(position);
    }

    private LoggedEvent decode(StoredEvent stored) {
        return decoder.decode(stored, Map.of());
    }
}
