package dev.hindsight.query.feed;

import dev.hindsight.domain.Unavailable;
import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.LogFollower;
import dev.hindsight.projections.readmodel.LoggedEvent;
import dev.hindsight.projections.readmodel.ReadModel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The feed as it happens. One reader per node follows the log while anybody listens; what it read lies in a bounded
 * buffer that all listeners share, each at its own place. A listener takes a small portion at a time and holds nothing
 * else while its connection is full. Whoever falls out of the buffer reads on from {@link FeedPast} until the end is near
 * again; so the slow cost neither memory nor anybody else's time. Safe for concurrent use.
 */
public final class LiveFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);
    private static final int BUFFERED_EVENTS = 2_048;
    private static final int BUFFERED_BYTES = 4 << 20;
    private static final int EVENTS_A_CHUNK = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** What one listener is given at once: so much lies in memory for it while it does not read, or one longer line. */
    private static final int PORTION_BYTES = 32 << 10;

    private static final int PORTION_LINES = 200;

    /** Who takes a portion more slowly is sent away; so is, by the server's write timeout, who makes no room in its buffer. */
    private static final Duration PORTION_TIME = Duration.ofSeconds(30);

    /** How long new events are collected: many who wait are told less often. */
    private static final long COLLECTED_NANOS_LEAST = 10_000_000;

    private static final long COLLECTED_NANOS_EACH = 500_000;
    private static final long COLLECTED_NANOS_MOST = 100_000_000;

    /** How long those who read the past may go by rights that nothing was seen to change. */
    private static final long RIGHTS_NANOS = 100_000_000;

    private final EventLog log;
    private final LogFollower follower;
    private final FreshnessGate gate;
    private final FeedPages pages;
    private final FeedPast past;
    private final EventForms forms;
    private final Duration heartbeat;
    private final Duration lifetime;
    private final int most;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final Deque<Buffered> chunks = new ArrayDeque<>();
    private int waiting;
    private long reached;
    /** The last position that may have changed what somebody sees. */
    private volatile long rightsChangedAt;

    private int listeners;
    private @Nullable Thread reader;
    private boolean closed;

    private record Buffered(FeedChunk chunk, int bytes) {}

    /** Where a listener's lines go. */
    interface Sink {
        /** May keep it until {@link #flush()}. */
        void line(FeedPage.Line line) throws IOException;

        void flush() throws IOException;

        /** @param place the position after which the listener may go on, whatever it saw before */
        void heartbeat(long place) throws IOException;
    }

    /** Why a stream ended. */
    enum End {
        STOPPING("the server stops"),
        LIFETIME("time is over"),
        TOO_SLOW("it is read too slowly"),
        UNAVAILABLE("something that the feed needs does not answer");

        private final String words;

        End(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /**
     * @param heartbeat after so much silence a listener gets a sign of life
     * @param lifetime so long one stream lasts: listeners come back with a token that is still good
     * @param most listeners at the same time
     */
    LiveFeed(
            EventLog log,
            LogFollower follower,
            FreshnessGate gate,
            FeedPages pages,
            EventForms forms,
            Duration heartbeat,
            Duration lifetime,
            int most) {
        this.log = log;
        this.follower = follower;
        this.gate = gate;
        this.pages = pages;
        this.past = new FeedPast(pages);
        this.forms = forms;
        this.heartbeat = heartbeat;
        this.lifetime = lifetime;
        this.most = most;
    }

    /** How many listen now. */
    int listeners() {
        lock.lock();
        try {
            return listeners;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Comes in; every success is followed by {@link #leave()}.
     *
     * @throws Unavailable TOO_MANY_READERS, or STOPPING
     */
    void enter() {
        lock.lock();
        try {
            if (closed) {
                throw new Unavailable("STOPPING", "This node is stopping; ask another one, or shortly again.", 5);
            }
            if (listeners >= most) {
                throw new Unavailable(
                        "TOO_MANY_READERS", "As many as can listen to this node do so; read pages, or ask later.", 30);
            }
            listeners++;
            if (reader == null) {
                reader = Thread.ofVirtual().name("feed").start(this::follow);
            }
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            listeners--;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells everything after a position, in order and once, until the stream's end.
     *
     * @param rights asked again whenever they may have changed
     * @throws IOException when the listener has gone, or did not take what was sent for too long
     */
    End stream(Supplier<FeedRights> rights, long after, Sink sink) throws IOException {
        long begun = System.nanoTime();
        long said = begun;
        Listener listener = new Listener(rights, after);
        try {
            while (true) {
                if (System.nanoTime() - begun > lifetime.toNanos()) {
                    return End.LIFETIME;
                }
                List<FeedPage.Line> lines = listener.next(said + heartbeat.toNanos() - System.nanoTime());
                if (lines == null) {
                    return End.STOPPING;
                } else if (!lines.isEmpty()) {
                    if (!tell(lines, sink)) {
                        return End.TOO_SLOW;
                    }
                    said = System.nanoTime();
                } else if (System.nanoTime() - said >= heartbeat.toNanos()) {
                    sink.heartbeat(listener.place);
                    said = System.nanoTime();
                }
            }
        } catch (Unavailable | DataAccessException unavailable) {
            LOG.debug("A reader of the feed is sent away", unavailable);
            return End.UNAVAILABLE;
        }
    }

    /** @return false when that took too long */
    private static boolean tell(List<FeedPage.Line> lines, Sink sink) throws IOException {
        long begun = System.nanoTime();
        for (FeedPage.Line line : lines) {
            sink.line(line);
            if (System.nanoTime() - begun > PORTION_TIME.toNanos()) {
                return false;
            }
        }
        sink.flush();
        return true;
    }

    /** One listener's place and rights; of one thread. */
    private final class Listener {

        private final Supplier<FeedRights> rights;
        private long place;
        private @Nullable FeedRights known;
        private long knownChange;
        private long knownAt;

        Listener(Supplier<FeedRights> rights, long place) {
            this.rights = rights;
            this.place = place;
        }

        /** Goes on. Nothing where there was nothing to see; null when the feed has closed. */
        @Nullable
        List<FeedPage.Line> next(long nanos) {
            Next next = LiveFeed.this.next(place, nanos);
            FeedChunk chunk = next.chunk();
            if (next.closed()) {
                return null;
            } else if (next.behind()) {
                chunk = past.after(place);
                if (chunk == null) {
                    gate.await(ReadModel.TICKETS, place + 1, PATIENCE);
                }
            }
            if (chunk == null) {
                return List.of();
            }
            FeedPage page = chunk.shownTo(
                    rights(next.behind()),
                    place,
                    PORTION_LINES,
                    PORTION_BYTES,
                    asked -> pages.inTurn(() -> pages.held(asked)));
            place = page.complete();
            return page.lines();
        }

        private FeedRights rights(boolean behind) {
            long change = rightsChangedAt;
            long now = System.nanoTime();
            FeedRights last = known;
            if (last == null || change != knownChange || (behind && now - knownAt > RIGHTS_NANOS)) {
                last = rights.get();
                known = last;
                knownChange = change;
                knownAt = now;
            }
            return last;
        }
    }

    /** @param behind the place is before what is buffered */
    private record Next(@Nullable FeedChunk chunk, boolean behind, boolean closed) {}

    /** What comes after a place; nothing of it all when the time is over. */
    private Next next(long place, long nanos) {
        long left = nanos;
        lock.lock();
        try {
            while (true) {
                if (closed) {
                    return new Next(null, false, true);
                }
                if (place < reached) {
                    for (Buffered its : chunks) {
                        if (its.chunk().follows(place)) {
                            return new Next(its.chunk(), false, false);
                        }
                    }
                    return new Next(null, true, false);
                }
                if (left <= 0) {
                    return new Next(null, false, false);
                }
                waiting++;
                try {
                    left = more.awaitNanos(left);
                } finally {
                    waiting--;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Next(null, false, true);
        } finally {
            lock.unlock();
        }
    }

    private void pause() {
        try {
            Thread.sleep(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The one reader: lives while anybody listens. */
    private void follow() {
        long place = -1;
        while (stays()) {
            try {
                if (place < 0) {
                    place = pages.inTurn(log::head);
                    begin(place);
                }
                place = follow(place);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException failure) {
                LOG.warn("The feed could not be followed; it is tried again", failure);
                pause();
            }
        }
    }

    /** @return where it came to an end because nobody listens any more */
    private long follow(long from) throws InterruptedException {
        long place = from;
        try (LogFollower.Following following = follower.after(place)) {
            while (stays()) {
                List<LoggedEvent> events = following.next(EVENTS_A_CHUNK, PATIENCE);
                if (!events.isEmpty()) {
                    long last = events.getLast().position();
                    // A ticket's rows say who may read it: nothing is told before they are there.
                    while (!gate.await(ReadModel.TICKETS, last, PATIENCE)) {
                        if (!stays()) {
                            return place;
                        }
                    }
                    List<FeedLine> lines = events.stream()
                            .map(event -> new FeedLine(event, forms))
                            .toList();
                    FeedChunk chunk = new FeedChunk(place, lines);
                    if (chunk.changesRights()) {
                        rightsChangedAt = last;
                    }
                    int told = publish(chunk);
                    place = last;
                    Thread.sleep(Duration.ofNanos(
                            Math.clamp(COLLECTED_NANOS_EACH * told, COLLECTED_NANOS_LEAST, COLLECTED_NANOS_MOST)));
                }
            }
        }
        return place;
    }

    private void begin(long place) {
        lock.lock();
        try {
            reached = place;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int buffered(ToIntFunction<Buffered> measure) {
        return chunks.stream().mapToInt(measure).sum();
    }

    /** @return how many had waited for it */
    private int publish(FeedChunk chunk) {
        int bytes = chunk.bytes(); // rendered here, outside the lock
        lock.lock();
        try {
            chunks.addLast(new Buffered(chunk, bytes));
            while (chunks.size() > 1
                    && (buffered(its -> its.chunk().size()) > BUFFERED_EVENTS
                            || buffered(Buffered::bytes) > BUFFERED_BYTES)) {
                chunks.removeFirst();
            }
            reached = chunk.last();
            more.signalAll();
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is kept when the last one has gone: nobody needs it, and what is erased must not linger. */
    private boolean stays() {
        lock.lock();
        try {
            if (!Thread.currentThread().equals(reader)) {
                return false;
            } else if (listeners > 0 && !closed) {
                return true;
            }
            reader = null;
            chunks.clear();
            past.clear();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** What is buffered was decoded before something was erased: who is behind reads it from the log again. */
    public void forget() {
        lock.lock();
        try {
            chunks.clear();
        } finally {
            lock.unlock();
        }
        past.clear();
    }

    /** Ends all streams. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
