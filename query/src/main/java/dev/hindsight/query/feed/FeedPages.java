package dev.hindsight.query.feed;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.query.Freshness;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Reads the feed from the database. It ends where the read model of tickets ends, which says who may read what: a line
 * that is too new to be judged is not passed over. Safe for concurrent use.
 */
final class FeedPages {

    private static final int FETCHED = 200;
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
            int bytes = 0;
            int fetched = Math.min(FETCHED, most);
            while (reached < known && reached - after < MOST_EVENTS) {
                List<FeedLine> next = fetch(reached, (int) Math.min(fetched, known - reached));
                if (next.isEmpty()) {
                    break;
                }
                try {
                    Set<UUID> readable = readable(rights, next, next.getLast().position());
                    for (FeedLine line : next) {
                        byte[] shown = line.shownTo(rights, readable);
                        reached = line.position();
                        if (shown != null) {
                            lines.add(new FeedPage.Line(reached, shown));
                            bytes += shown.length;
                        }
                        if (lines.size() == most || bytes >= MOST_BYTES) {
                            return new FeedPage(lines, reached, known);
                        }
                    }
                } catch (Unavailable unreadable) {
                    if (next.size() > 1) {
                        fetched = 1; // up to the one that can't be read
                    } else if (reached == after) {
                        throw unreadable;
                    } else {
                        break;
                    }
                }
            }
            return new FeedPage(lines, reached, known);
        });
    }

    /**
     * What the caller sees at this moment.
     *
     * @throws Forbidden for roles that read no tickets
     */
    FeedRights rights(Caller caller) {
        return inTurn(() -> freshness.readFor(caller, 0, snapshot -> FeedRights.of(snapshot, caller)));
    }

    /** Which of these lines' tickets may be read now, asked of rows that include them. */
    Set<UUID> readable(FeedRights rights, List<FeedLine> lines, long includes) {
        Set<UUID> tickets = lines.stream().flatMap(FeedLine::tickets).collect(Collectors.toSet());
        return tickets.isEmpty()
                ? Set.of()
                : freshness.read(includes, snapshot -> rights.readable(snapshot, tickets), ReadModel.TICKETS);
    }

    /** Waits for a turn at the database. */
    <T> T inTurn(Supplier<T> question) {
        turns.acquireUninterruptibly();
        try {
            return question.get();
        } finally {
            turns.release();
        }
    }

    private List<FeedLine> fetch(long after, int count) {
        List<LoggedEvent> events = log.after(after, count);
        return events.stream().map(event -> new FeedLine(event, forms)).toList();
    }
}
