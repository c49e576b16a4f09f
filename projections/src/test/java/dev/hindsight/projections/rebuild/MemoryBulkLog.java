package dev.hindsight.projections.rebuild;

import dev.hindsight.domain.ticket.TicketEvent.TicketOpened;
import dev.hindsight.domain.ticket.TicketEvent.TicketQueued;
import dev.hindsight.projections.live.MemoryLog;
import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A log in memory, stream by stream. */
final class MemoryBulkLog implements BulkLog {

    private static final int CHUNK = 300;

    private final MemoryLog log;
    /** How often it was read stream by stream. */
    final AtomicInteger readings = new AtomicInteger();

    MemoryBulkLog(MemoryLog log) {
        this.log = log;
    }

    private record Event(LoggedEvent decoded) implements Stored {

        @Override
        public String stream() {
            return decoded.stream();
        }

        @Override
        public long position() {
            return decoded.position();
        }

        @Override
        public int bytes() {
            return 500;
        }
    }

    private Stream<LoggedEvent> of(Collection<String> prefixes) {
        return log.stored()
                .filter(event ->
                        prefixes.stream().anyMatch(prefix -> event.stream().startsWith(prefix)));
    }

    @Override
    public long count(Collection<String> prefixes) {
        return of(prefixes).count();
    }

    @Override
    public long sortBytes() {
        return 1 << 20;
    }

    @Override
    public void recorded(Collection<String> prefixes, Instant from, Instant to, Consumer<List<String>> parts) {
        parts.accept(of(prefixes)
                .filter(event ->
                        !event.recordedAt().isBefore(from) && event.recordedAt().isBefore(to))
                .map(LoggedEvent::stream)
                .distinct()
                .toList());
    }

    @Override
    public void everIn(String queue, Consumer<List<String>> parts) {
        parts.accept(of(List.of("ticket-"))
                .filter(event -> switch (event.event()) {
                    case TicketOpened e -> queue.equals(e.queue());
                    case TicketQueued e -> queue.equals(e.queue());
                    default -> false;
                })
                .map(LoggedEvent::stream)
                .distinct()
                .toList());
    }

    @Override
    public void prepare(Collection<? extends Stored> events) {}

    @Override
    public void prepareErased(List<? extends Stored> ofOneStream) {}

    @Override
    public Reading byStream(Collection<String> prefixes, @Nullable String afterStream, long upTo) {
        readings.incrementAndGet();
        Iterator<Stored> events = of(prefixes)
                .filter(event -> event.position() <= upTo)
                .filter(event -> afterStream == null || event.stream().compareTo(afterStream) > 0)
                .sorted(Comparator.comparing(LoggedEvent::stream).thenComparingLong(LoggedEvent::version))
                .<Stored>map(Event::new)
                .iterator();
        return new Reading() {
            @Override
            public @Nullable List<Stored> next() {
                List<Stored> chunk = Stream.generate(() -> events)
                        .limit(CHUNK)
                        .takeWhile(Iterator::hasNext)
                        .map(Iterator::next)
                        .toList();
                return chunk.isEmpty() ? null : chunk;
            }

            @Override
            public void close() {}
        };
    }
}
