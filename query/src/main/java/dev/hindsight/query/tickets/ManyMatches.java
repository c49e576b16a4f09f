package dev.hindsight.query.tickets;

import dev.hindsight.query.Visibility;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers which lists hold far more tickets than are counted, so that they need not be counted again for a while: an
 * event changes one ticket, so after n events at most n of them match no more. Safe for concurrent use.
 */
final class ManyMatches {

    private static final int MOST = 1_000;
    /** For tickets whose rows are made anew without an event: those that were parked. */
    private static final int SPARE = 1_000;

    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** What decides which tickets are in a list. */
    record Question(TicketSource source, TicketFilter filter, Visibility visibility) {}

    private record Counted(int generation, long position, int matching, long nanoTime) {}

    private final Map<Question, Counted> counts = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Counted> eldest) {
            return size() > MOST;
        }
    });

    /** @param matching how many matched at this position of this generation, at least */
    void remember(Question question, int generation, long position, int matching) {
        counts.put(question, new Counted(generation, position, matching, System.nanoTime()));
    }

    /** Whether at this position of this generation certainly more than so many match. */
    boolean moreThan(int many, Question question, int generation, long position) {
        Counted then = counts.get(question);
        return then != null
                && then.generation() == generation
                && then.matching() - Math.abs(position - then.position()) > (long) many + SPARE
                && System.nanoTime() - then.nanoTime() < LONGEST.toNanos();
    }
}
