package dev.hindsight.ops.eventstore;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The most recent decoded events, bounded by count and by bytes. Safe for use by many threads. */
final class TailBuffer {

    private final int capacity;
    private final long maximalWeight;
    private final NavigableMap<Long, EventLogTail.Chunk> chunks = new TreeMap<>();
    private long events;
    private long weight;

    /**
     * @param capacity most events kept
     * @param maximalWeight most bytes kept, roughly
     */
    TailBuffer(int capacity, long maximalWeight) {
        this.capacity = capacity;
        this.maximalWeight = maximalWeight;
    }

    int capacity() {
        return capacity;
    }

    /** The chunk that holds the position, if any. */
    synchronized EventLogTail.@Nullable Chunk at(long position) {
        Map.@Nullable Entry<Long, EventLogTail.Chunk> floor = chunks.floorEntry(position);
        return floor != null && floor.getValue().last() >= position ? floor.getValue() : null;
    }

    /** How many positions after this one are in no chunk. */
    synchronized long gapAfter(long position) {
        @Nullable Long next = chunks.higherKey(position);
        return next == null ? Long.MAX_VALUE : next - position - 1;
    }

    /** Adds a chunk that overlaps none, and forgets the oldest ones beyond the bounds. */
    synchronized void add(EventLogTail.Chunk chunk) {
        chunks.put(chunk.first(), chunk);
        events += chunk.last() - chunk.first() + 1;
        weight += chunk.weight();
        while (chunks.size() > 1 && (events > capacity || weight > maximalWeight)) {
            EventLogTail.Chunk oldest = chunks.pollFirstEntry().getValue();
            events -= oldest.last() - oldest.first() + 1;
            weight -= oldest.weight();
        }
    }
}
