package dev.hindsight.projections.search;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.opensearch._types.OpenSearchException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Keeps one generation's index level with the read model "tickets": a few times a second the tickets that changed are written, one
 * document each however many events they had, then the index is refreshed and the position up to which everything can
 * be found is recorded. Where OpenSearch (or the database) is down, slow or empty, this waits with growing patience and
 * catches up from the recorded position; nothing else waits for it and no ticket is ever passed over for it.
 */
public final class SearchFollower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SearchFollower.class);
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    /** How often we look whether the index is still there and still the same, even when nothing changes. */
    private static final Duration LOOK = Duration.ofSeconds(10);

    private static final int SLICE = 1_000;

    private final int generation;
    private final TicketChanges changes;
    private final SearchMarks marks;
    private final TicketIndexWriter index;
    private final SearchProgress progress;
    private final IndexComparison mending;
    private final Duration every;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopAsked = lock.newCondition();
    private boolean stopping;
    private @Nullable Thread thread;
    private volatile Status status = new Status(0, null, null);

    /** @param every how often changes become findable while all is well */
    SearchFollower(
            int generation,
            TicketChanges changes,
            SearchMarks marks,
            TicketIndexWriter index,
            SearchProgress progress,
            IndexComparison mending,
            Duration every,
            InstantSource clock) {
        this.generation = generation;
        this.changes = changes;
        this.marks = marks;
        this.index = index;
        this.progress = progress;
        this.mending = mending;
        this.every = every;
        this.clock = clock;
    }

    /**
     * How it goes.
     *
     * @param position everything up to here can be found
     * @param failingSince null while all is well
     * @param failure what is wrong, for operators; null while all is well
     */
    public record Status(
            long position,
            @Nullable Instant failingSince,
            @Nullable String failure) {}

    public Status status() {
        return status;
    }

    /** Once. */
    void start() {
        lock.lock();
        try {
            thread = Thread.ofPlatform()
                    .name("search-follower-g" + generation)
                    .daemon()
                    .start(this::run);
        } finally {
            lock.unlock();
        }
    }

    /** Ends after what is under way, or is left to end by itself after 5 s. */
    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            stopping = true;
            stopAsked.signalAll();
            running = thread;
            thread = null;
        } finally {
            lock.unlock();
        }
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        Duration wait = Duration.ZERO;
        Duration patience = SHORTEST_WAIT;
        boolean told = false;
        SearchProgress.@Nullable Place place = null;
        long lookedAt = System.nanoTime();
        while (sleptThrough(wait)) {
            try {
                if (place == null || System.nanoTime() - lookedAt > LOOK.toNanos()) {
                    place = progress.open(index, generation).orElse(null);
                    lookedAt = System.nanoTime();
                }
                if (place == null) {
                    return; // the generation was dropped
                }
                long begun = System.nanoTime();
                place = mended(catchUp(place));
                if (told) {
                    progress.tell(generation, null);
                    told = false;
                }
                wait = rest(System.nanoTime() - begun);
                patience = SHORTEST_WAIT;
            } catch (InterruptedException e) {
                return;
            } catch (IOException | OpenSearchException | DataAccessException | TransactionException e) {
                failed(e);
                told |= tell(e);
                place = null;
                wait = patience;
                patience = longer(patience);
            } catch (RuntimeException e) {
                // The client's pool answers with bare runtime exceptions; a fault of ours is shown until it is mended.
                failed(e);
                told |= tell(e);
                place = null;
                wait = LONGEST_WAIT;
            }
        }
    }

    /** Under load a turn takes long itself: the next begins when it is due, but leaves others a pause. */
    private Duration rest(long tookNanos) {
        return Duration.ofNanos(Math.max(every.toNanos() - tookNanos, every.toNanos() / 5));
    }

    /** Writes, refreshes and records until nothing more changed. */
    private SearchProgress.Place catchUp(SearchProgress.Place start) throws IOException {
        var place = start;
        marks.follow(place.generation(), index);
        boolean complete = false;
        while (!complete && !stopAsked()) {
            boolean written = false;
            long end = System.nanoTime() + every.toNanos();
            long reached = place.position();
            do {
                var slice = changes.after(reached, SLICE);
                var documents = slice.documents();
                if (!documents.isEmpty()) {
                    index.write(place.generation(), documents);
                    written = true;
                }
                reached = slice.upTo();
                complete = slice.complete();
            } while (!complete && System.nanoTime() < end);
            if (written) {
                index.refresh(place.generation());
            }
            place = progress.record(place, reached);
            status = new Status(reached, null, null);
        }
        return place;
    }

    /** Where rows took over that differ, the documents made of them are made anew; what changes is followed meanwhile. */
    private SearchProgress.Place mended(SearchProgress.Place start) throws IOException, InterruptedException {
        var order = progress.mending(generation);
        if (order.isEmpty()) {
            return start;
        }
        LOG.info("Holding the documents of search index {} against the rows", generation);
        var place = new SearchProgress.Place[] {start};
        var written = mending.mend(generation, documents -> {
            place[0] = catchUp(place[0]);
            return !stopAsked();
        });
        if (written.isPresent()) {
            progress.mended(generation, order.getAsLong());
            LOG.info("Wrote {} documents of search index {} anew", written.getAsLong(), generation);
        }
        return place[0];
    }

    private void failed(Exception e) {
        var before = status;
        Instant since = before.failingSince();
        String failure = e.toString();
        if (since == null) {
            since = clock.instant();
            LOG.warn("Search stands still at position {} until this is over: {}", before.position(), failure);
        } else if (!failure.equals(before.failure())) {
            LOG.warn("Search still stands still: {}", failure);
        }
        LOG.debug("What stopped the search", e);
        status = new Status(before.position(), since, failure);
    }

    /** @return whether operators can read it in the registry */
    private boolean tell(Exception e) {
        try {
            progress.tell(generation, e.toString());
            return true;
        } catch (DataAccessException databaseIsDownToo) {
            return false;
        }
    }

    private static Duration longer(Duration patience) {
        var twice = patience.multipliedBy(2);
        return twice.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : twice;
    }

    private boolean stopAsked() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /** @return false when it is time to stop */
    private boolean sleptThrough(Duration duration) {
        lock.lock();
        try {
            long left = duration.toNanos();
            while (!stopping && left > 0) {
                left = stopAsked.awaitNanos(left);
            }
            return !stopping;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
