package dev.hindsight.query;

import dev.hindsight.domain.ErasesContent;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A log in memory. For one thread at a time. */
public final class HeldLog implements EventLog {

    private final List<LoggedEvent> all = new ArrayList<>();
    private final Map<String, List<LoggedEvent>> streams = new HashMap<>();
    private int erasedReads;
    private LongFunction<@Nullable Instant> latest = this::latest;

    /** @param event whose position is the next one */
    public void append(LoggedEvent event) {
        if (event.position() != all.size() + 1) {
            throw new IllegalArgumentException("position " + (all.size() + 1) + " comes next");
        }
        all.add(event);
        streams.computeIfAbsent(event.stream(), stream -> new ArrayList<>()).add(event);
    }

    /** Begins anew. */
    void forget() {
        all.clear();
        streams.clear();
    }

    /** How often a stream was read without the keys in memory. */
    public int erasedReads() {
        return erasedReads;
    }

    @Override
    public Stream<LoggedEvent> eventsOf(String stream) {
        return List.copyOf(streams.getOrDefault(stream, List.of())).stream();
    }

    @Override
    public Stream<LoggedEvent> erasedEventsOf(String stream) {
        erasedReads++;
        return eventsOf(stream);
    }

    @Override
    public Set<String> ended(Collection<String> streams) {
        return Set.of();
    }

    @Override
    public Set<String> erased(long after, long upTo) {
        return all.subList(Math.toIntExact(after), Math.toIntExact(upTo)).stream()
                .filter(event -> event.event() instanceof ErasesContent)
                .map(LoggedEvent::stream)
                .collect(Collectors.toSet());
    }

    @Override
    public List<LoggedEvent> after(long position, int count) {
        return all.stream().skip(position).limit(count).toList();
    }

    @Override
    public long head() {
        return all.size();
    }

    @Override
    public @Nullable Instant latestOccurred(long position) {
        return latest.apply(position);
    }

    private @Nullable Instant latest(long position) {
        return all.stream()
                .limit(position)
                .map(event -> event.event().at())
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    /** For rows whose events are not held: tells when the latest event up to a position happened. */
    public void latestOccurred(LongFunction<@Nullable Instant> tells) {
        latest = tells;
    }

    @Override
    public long recordedBy(Instant moment) {
        return all.stream()
                .takeWhile(event -> !event.recordedAt().isAfter(moment))
                .count();
    }
}
