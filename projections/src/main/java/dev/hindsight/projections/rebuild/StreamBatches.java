package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.BulkLog.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A reading cut into batches of whole streams. For one thread; closing the reading is the caller's. */
final class StreamBatches {

    private final Function<String, Object> owner;
    private final BulkLog.Reading reading;
    private final int mostEvents;
    private final long mostBytes;
    private List<Stored> chunk = List.of();
    private int at;

    /**
     * @param mostEvents after which a batch ends with its stream
     * @param mostBytes likewise
     * @param owner of a stream: a batch never holds streams of two
     */
    StreamBatches(BulkLog.Reading reading, int mostEvents, long mostBytes, Function<String, Object> owner) {
        this.owner = owner;
        this.reading = reading;
        this.mostEvents = mostEvents;
        this.mostBytes = mostBytes;
    }

    /** Never empty; null after the last. */
    @Nullable
    List<Stored> next() throws InterruptedException {
        var batch = new ArrayList<Stored>();
        long bytes = 0;
        for (var event = peek(); event != null; event = peek()) {
            if (!batch.isEmpty() && !event.stream().equals(batch.getLast().stream())) {
                var full = batch.size() >= mostEvents || bytes >= mostBytes;
                if (full || !owner.apply(event.stream()).equals(owner.apply(batch.getLast().stream()))) {
                    break;
                }
            }
            batch.add(event);
            bytes += event.bytes();
            at++;
        }
        return batch.isEmpty() ? null : batch;
    }

    private @Nullable Stored peek() throws InterruptedException {
        if (at == chunk.size()) {
            var next = reading.next();
            if (next == null) {
                return null;
            }
            chunk = next;
            at = 0;
        }
        return chunk.get(at);
    }
}
