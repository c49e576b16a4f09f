package dev.hindsight.projections.search;

import dev.hindsight.projections.FollowedGenerations;
import dev.hindsight.projections.search.SearchFollower.Status;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.opensearch._types.OpenSearchException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The followers of this node: one for each generation of the search index that is kept level, so that one can take over
 * the answers from another at any time. Which there are is looked up every second; indexes whose generations are gone
 * are dropped then. Safe for concurrent use.
 */
public final class SearchFollowers implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(SearchFollowers.class);

    private final SearchProgress progress;
    private final TicketIndexWriter index;
    private final IntFunction<SearchFollower> followers;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private FollowedGenerations<SearchFollower> followed = new FollowedGenerations<>();
    private @Nullable ScheduledExecutorService looking;
    private volatile @Nullable Status unknown = new Status(0, null, null);

    /** @param followers makes one of a generation, not started */
    SearchFollowers(
            SearchProgress progress,
            TicketIndexWriter index,
            IntFunction<SearchFollower> followers,
            InstantSource clock) {
        this.progress = progress;
        this.index = index;
        this.followers = followers;
        this.clock = clock;
    }

    /** How the generation that answers fares on this node. */
    public Status status() {
        lock.lock();
        try {
            var answering = followed.get(progress.answering());
            var nothingKnown = unknown;
            if (nothingKnown != null && (answering == null || nothingKnown.failure() != null)) {
                return nothingKnown;
            }
            return answering == null ? new Status(0, null, null) : answering.status();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks now which generations are to be followed and drops the indexes of those that are gone; where OpenSearch does
     * not answer, they are dropped later.
     *
     * @throws org.springframework.dao.DataAccessException when the database does not answer; nothing changes then
     */
    public void look() {
        bringLevel().forEach(SearchFollower::close);
        try {
            progress.dropLeft(index);
        } catch (IOException | OpenSearchException e) {
            LOG.debug("Indexes that are not needed any more are dropped later", e);
        }
    }

    /** @return those that are no longer to be followed */
    private List<SearchFollower> bringLevel() {
        lock.lock();
        try {
            if (looking == null) {
                return List.of();
            }
            var wanted = progress.followed();
            unknown = null;
            return followed.set(wanted, generation -> {
                var follower = followers.apply(generation);
                follower.start();
                return follower;
            });
        } finally {
            lock.unlock();
        }
    }

    private void lookAgain() {
        try {
            look();
        } catch (RuntimeException e) {
            var before = unknown;
            var since = before == null || before.failingSince() == null ? clock.instant() : before.failingSince();
            if (before == null || before.failure() == null) {
                LOG.warn(
                        "Which search indexes there are could not be looked up; asked again every second: {}",
                        e.toString());
            }
            unknown = new Status(status().position(), since, e.toString());
        }
    }

    @Override
    public void start() {
        lock.lock();
        try {
            looking = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("search-followers").daemon().factory());
            var _ = looking.scheduleWithFixedDelay(this::lookAgain, 0, 1, TimeUnit.SECONDS);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void stop() {
        FollowedGenerations<SearchFollower> ended;
        lock.lock();
        try {
            if (looking != null) {
                looking.shutdownNow();
                looking = null;
            }
            ended = followed;
            followed = new FollowedGenerations<>();
        } finally {
            lock.unlock();
        }
        ended.all().forEach(SearchFollower::close);
    }

    @Override
    public boolean isRunning() {
        lock.lock();
        try {
            return looking != null;
        } finally {
            lock.unlock();
        }
    }
}
