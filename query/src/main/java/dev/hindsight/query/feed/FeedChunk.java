package dev.hindsight.query.feed;

import dev.hindsight.domain.Unavailable;
import dev.hindsight.query.feed.FeedRights.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of the log that all who are at it share: read once, rendered once, and its tickets asked for once for
 * everybody's rights. Safe for concurrent use.
 */
final class FeedChunk {

    /** So long what the rows said of its tickets serves others. */
    private static final long FRESH_NANOS = 100_000_000;

    private record Judged(Map<UUID, Held> tickets, long at) {}

    private final long before;
    private final List<FeedLine> lines;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Judged judged;

    /**
     * @param before the last position before it
     * @param lines not empty, in order
     */
    FeedChunk(long before, List<FeedLine> lines) {
        this.before = before;
        this.lines = lines;
    }

    boolean follows(long position) {
        return position >= before && position < last();
    }

    long last() {
        return lines.getLast().position();
    }

    int size() {
        return lines.size();
    }

    /** The size of its lines for those who see all of them, which are rendered by that. */
    int bytes() {
        return lines.stream().mapToInt(FeedLine::bytes).sum();
    }

    /** The tickets that it tells of; what can't be read tells of none. */
    Set<UUID> tickets() {
        return lines.stream()
                .filter(FeedLine::isReadable)
                .flatMap(FeedLine::tickets)
                .collect(Collectors.toSet());
    }

    /** Whether it may change what somebody sees; what can't be read may. */
    boolean changesRights() {
        return lines.stream().anyMatch(line -> !line.isReadable() || line.changesRights());
    }

    /**
     * What the rights show now of its lines after a position.
     *
     * @param most lines, at least 1
     * @param upTo bytes: the line that reaches so many is the last one
     * @param ask what the rows say of a chunk's tickets at this moment
     * @throws Unavailable when the first of the lines can't be read; a later one ends what is shown
     */
    FeedPage shownTo(FeedRights rights, long after, int most, int upTo, Function<FeedChunk, Map<UUID, Held>> ask) {
        Map<UUID, Held> tickets = judged(ask);
        List<FeedPage.Line> shown = new ArrayList<>();
        long reached = after;
        int left = upTo;
        for (FeedLine line : lines) {
            if (line.position() <= after) {
                continue;
            }
            byte @Nullable [] json;
            try {
                json = line.shownTo(rights, tickets);
            } catch (Unavailable unreadable) {
                if (reached == after) {
                    throw unreadable;
                }
                break;
            }
            reached = line.position();
            if (json != null) {
                shown.add(new FeedPage.Line(reached, json));
                left -= json.length;
            }
            if (shown.size() == most || left <= 0) {
                break;
            }
        }
        return new FeedPage(shown, reached, last());
    }

    private Map<UUID, Held> judged(Function<FeedChunk, Map<UUID, Held>> ask) {
        Map<UUID, Held> tickets = fresh();
        if (tickets != null) {
            return tickets;
        }
        asking.lock();
        try {
            tickets = fresh();
            if (tickets == null) {
                long at = System.nanoTime();
                tickets = ask.apply(this);
                judged = new Judged(tickets, at);
            }
            return tickets;
        } finally {
            asking.unlock();
        }
    }

    private @Nullable Map<UUID, Held> fresh() {
        Judged last = judged;
        return last != null && System.nanoTime() - last.at() < FRESH_NANOS ? last.tickets() : null;
    }
}
