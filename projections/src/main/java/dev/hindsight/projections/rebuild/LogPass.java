package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.readmodel.BulkLog;
import dev.hindsight.projections.readmodel.BulkLog.Stored;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One reading of the log, stream by stream, that fills one generation or several of different models. Each batch holds
 * streams that the same of them read. Whoever is ended by an order leaves; the others go on. For one thread.
 */
final class LogPass {

    // Larger ones are no faster: what is under way outgrows the young generation and is collected as if it were to
    // stay.
    private static final int BATCH_EVENTS = 2_048;
    private static final long BATCH_BYTES = 4L << 20;
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final BulkLog log;
    private final int threads;
    private final int batchEvents;

    /**
     * @param threads that fold
     * @param batchEvents at most, for tests; more than 2,048 are not taken
     */
    LogPass(BulkLog log, int threads, int batchEvents) {
        this.log = log;
        this.threads = threads;
        this.batchEvents = Math.min(batchEvents, BATCH_EVENTS);
    }

    /**
     * A generation that is to be filled.
     *
     * @param after the last stream that is written; null to begin
     * @param upTo the last position to be read
     */
    record Member(Filling<?> filling, @Nullable String after, long upTo, Filling.Progress progress) {

        boolean reads(String stream) {
            return filling.prefixes().stream().anyMatch(stream::startsWith);
        }

        private boolean wants(Stored event) {
            return event.position() <= upTo && (after == null || event.stream().compareTo(after) > 0);
        }
    }

    /** Hears who leaves. */
    interface Leaving {
        void left(Member member) throws SQLException, InterruptedException;
    }

    /**
     * Goes on after the streams that are written.
     *
     * @param members of different models; several may read the same streams
     * @param leaving told of each that an order has ended, between two batches
     * @return those that have all
     * @throws dev.hindsight.domain.UnknownEvent where newer software wrote an event of these streams
     */
    Set<Member> fill(Collection<Member> members, Leaving leaving) throws SQLException, InterruptedException {
        var left = new LinkedHashSet<>(members);
        var prefixes = new LinkedHashSet<String>();
        for (var member : members) {
            prefixes.addAll(member.filling().prefixes());
            member.filling().begin(member.upTo());
        }
        var upTo = members.stream().mapToLong(Member::upTo).max().orElseThrow();
        var underway = new ArrayDeque<Batch>();
        try (var reading = log.byStream(List.copyOf(prefixes), after(members), upTo);
                var workers = new Workers(threads)) {
            var batches = new StreamBatches(reading, batchEvents, BATCH_BYTES, stream -> owners(members, stream));
            var batch = batches.next();
            for (var member : members) {
                var coming = reading.total(member.filling().prefixes());
                if (coming.isPresent()) {
                    member.progress().coming(coming.getAsLong());
                }
            }
            var looked = System.nanoTime();
            while ((batch != null || !underway.isEmpty()) && !left.isEmpty()) {
                if (batch != null) {
                    for (var owner : owners(members, batch.getFirst().stream())) {
                        var wanted = members.size() == 1
                                ? batch
                                : batch.stream().filter(owner::wants).toList();
                        if (left.contains(owner) && !wanted.isEmpty()) {
                            underway.add(new Batch(owner, owner.filling().fold(wanted, workers, owner.progress())));
                        }
                    }
                    batch = batches.next();
                }
                while (underway.size() > threads || (batch == null && !underway.isEmpty())) {
                    var oldest = underway.remove();
                    if (left.contains(oldest.owner()) && !oldest.underway().write()) {
                        left.remove(oldest.owner());
                        leaving.left(oldest.owner());
                    }
                    left.stream()
                            .filter(other -> !other.equals(oldest.owner()))
                            .forEach(other -> other.progress().resumed());
                }
                if (members.size() > 1 && System.nanoTime() - looked > LOOK_NANOS) {
                    looked = System.nanoTime();
                    for (var member : List.copyOf(left)) {
                        if (member.progress().ended()) {
                            left.remove(member);
                            leaving.left(member);
                        }
                    }
                }
            }
        }
        return left;
    }

    private record Batch(Member owner, Filling.Underway underway) {}

    private static List<Member> owners(Collection<Member> members, String stream) {
        var owners = members.stream().filter(member -> member.reads(stream)).toList();
        if (owners.isEmpty()) {
            throw new IllegalStateException("the log gave a stream that nobody asked for");
        }
        return owners;
    }

    /** What all of them have. */
    private static @Nullable String after(Collection<Member> members) {
        return members.stream().anyMatch(member -> member.after() == null)
                ? null
                : members.stream()
                        .map(member -> Objects.requireNonNull(member.after()))
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
    }
}
