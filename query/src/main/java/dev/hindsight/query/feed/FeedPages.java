package dev.hindsight.query.feed;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.feed.FeedRights.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the feed from the database. It ends where the read model of tickets ends, which says who may read what: a line
 * that is too new to be judged is not passed over. Safe for concurrent use.
 */
final class FeedPages {

    private static final int FETCHED = 500;
    private static final int SHARED_FETCHED = 64;
    private static final int SHARED_EVENTS = 192;
    private static final int SHARED_BYTES = 1 << 18;
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_EVENTS = 5_000;

    /** However many read, few ask the database at the same time: commands need its connections, too. */
    private static final int READERS = 4;

    private final EventLog log;
    private final ReadModels models;
    private final Freshness freshness;
    private final EventForms forms;
    private final Semaphore turns = new Semaphore(READERS, true);

    FeedPages(EventLog log, ReadModels models, Freshness freshness, EventForms forms) {
        this.log = log;
        this.models = models;
        this.freshness = freshness;
        this.forms = forms;
    }

    /** @throws Refusal POSITION_AHEAD where the log does not reach to the position */
    void refuseAhead(long position) {
        if (position > 0 && position > inTurn(log::head)) {
            throw new Refusal(
                    "POSITION_AHEAD", "The log does not reach to position " + position + ": it is of another log.");
        }
    }

    /**
     * The feed after a position: at most so many lines of at most 1 MiB, found among at most 5,000 events. Without any
     * line it still gets on.
     *
     * @throws Unavailable when an event can't be read, where none was read before it
     */
    FeedPage read(FeedRights rights, long after, int most) {
        return inTurn(() -> {
            long known = Math.max(after, models.position(ReadModel.TICKETS));
            List<FeedPage.Line> lines = new ArrayList<>();
            long reached = after;
            int bytes = MOST_BYTES;
            int fetched = Math.min(FETCHED, most);
            while (reached < known && reached - after < MOST_EVENTS && lines.size() < most && bytes > 0) {
                List<FeedLine> events = fetch(reached, (int) Math.min(fetched, known - reached));
                if (events.isEmpty()) {
                    break;
                }
                fetched = Math.min(FETCHED, 4 * fetched); // for whoever sees few of them
                try {
                    FeedPage next = new FeedChunk(reached, events)
                            .shownTo(rights, reached, most - lines.size(), bytes, this::held);
                    lines.addAll(next.lines());
                    bytes -= next.bytes();
                    reached = next.complete();
                } catch (Unavailable unreadable) {
                    if (reached == after) {
                        throw unreadable;
                    }
                    break;
                }
            }
            return new FeedPage(lines, reached, known);
        });
    }

    /** The next stretch of the log that can be judged, for many to share; null where it ends. */
    @Nullable
    FeedChunk chunk(long after) {
        long known = models.position(ReadModel.TICKETS);
        List<FeedLine> lines = new ArrayList<>();
        long reached = after;
        int bytes = 0;
        while (reached < known && lines.size() < SHARED_EVENTS && bytes < SHARED_BYTES) {
            List<FeedLine> next = fetch(reached, (int) Math.min(SHARED_FETCHED, known - reached));
            if (next.isEmpty()) {
                break;
            }
            for (FeedLine line : next) {
                lines.add(line);
                reached = line.position();
                bytes += line.bytes();
                if (bytes >= SHARED_BYTES) {
                    break;
                }
            }
        }
        return lines.isEmpty() ? null : new FeedChunk(after, lines);
    }

    /**
     * What the caller sees at this moment.
     *
     * @throws Forbidden for roles that read no tickets
     */
    FeedRights rights(Caller caller) {
        return inTurn(() -> freshness.readFor(caller, 0, snapshot -> FeedRights.of(snapshot, caller)));
    }

    /** What rows that include a chunk say of its tickets now. */
    Map<UUID, Held> held(FeedChunk chunk) {
        Set<UUID> tickets = chunk.tickets();
        return tickets.isEmpty()
                ? Map.of()
                : freshness.read(chunk.last(), snapshot -> FeedRights.held(snapshot, tickets), ReadModel.TICKETS);
    }

    /** Waits for a turn at the database. */
    <T extends @Nullable Object> T inTurn(Supplier<T> question) {
        turns.acquireUninterruptibly();
        try {
            return question.get();
        } finally {
            turns.release();
        }
    }

    private List<FeedLine> fetch(long after, int count) {
        return log.after(after, count).stream()
                .map(event -> new FeedLine(event, forms))
                .toList();
    }
}
