package dev.hindsight.ops.eventstore;

import dev.hindsight.command.AppendedPositions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for positions of append calls: on the leading node the sequencer tells them, on another they are looked up when
 * the head moves.
 */
final class PositionAwaiter implements AppendedPositions {

    private static final Logger LOG = LoggerFactory.getLogger(PositionAwaiter.class);

    /** How long a position is kept for a caller who has not asked yet. */
    private static final long KEPT = Duration.ofSeconds(3).toNanos();

    private final ConcurrentHashMap<Long, Waiting> appends = new ConcurrentHashMap<>();
    private final AtomicInteger asking = new AtomicInteger();
    private final Lookup lookup;
    private final Runnable hurry;
    private volatile long highestPlaced;
    private long forgotAt = System.nanoTime();

    /** @param hurry called when somebody begins to wait */
    PositionAwaiter(Lookup lookup, Runnable hurry) {
        this.lookup = lookup;
        this.hurry = hurry;
    }

    /** Expects a position for the append call, which is not committed yet, and leaves its number in the unit of work. */
    void expect(UnitOfWork<?> unitOfWork, long appendNumber) {
        UnitOfWork<?> root = unitOfWork.root();
        Waiting append = new Waiting();
        appends.put(appendNumber, append);
        // Without an open transaction it is committed already, and may have been placed before it was expected.
        append.lookUp = appendNumber <= highestPlaced;
        root.resources().put(LAST_APPEND, appendNumber);
        root.onRollback(rolledBack -> appends.remove(appendNumber));
    }

    @Override
    public OptionalLong awaitPosition(long appendNumber, Duration atMost) {
        @Nullable Waiting append = appends.get(appendNumber);
        try {
            if (append == null || (append.lookUp && !append.position.isDone())) {
                OptionalLong found = lookup.byAppendNumber(appendNumber);
                if (found.isPresent() || append == null) {
                    return found;
                }
            }
            return OptionalLong.of(ask(append, atMost));
        } catch (TimeoutException e) {
            return OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } catch (EventStoreException e) {
            // The command has succeeded; its answer goes without a position.
            LOG.warn("The position of append call {} could not be looked up.", appendNumber, e);
            return OptionalLong.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Positions never fail.", e);
        } finally {
            appends.remove(appendNumber);
        }
    }

    private long ask(Waiting append, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        asking.incrementAndGet();
        try {
            hurry.run();
            return append.position.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            asking.decrementAndGet();
        }
    }

    /** Whether somebody waits right now. */
    boolean awaiting() {
        return asking.get() > 0;
    }

    @Override
    public OptionalLong positionOf(String streamId, long sequence) {
        return lookup.byVersion(streamId, sequence + 1);
    }

    /** Called by the sequencer's thread only. */
    void placed(List<Placement> placements) {
        for (Placement placement : placements) {
            highestPlaced = Math.max(highestPlaced, placement.lastAppend());
        }
        for (Placement placement : placements) {
            placement.appendNumbers().forEach(number -> {
                @Nullable Waiting append = appends.get(number);
                if (append != null) {
                    append.placedAt = System.nanoTime();
                    append.position.complete(placement.lastPositionOf(number));
                }
            });
        }
        long now = System.nanoTime();
        if (now - forgotAt > KEPT) {
            forgotAt = now;
            appends.values().removeIf(append -> append.position.isDone() && now - append.placedAt > KEPT);
        }
    }

    /** The append calls without a position, for a node that must look them up. */
    Collection<Long> unplaced() {
        return appends.entrySet().stream()
                .filter(append -> !append.getValue().position.isDone())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Finds positions in the database; empty where there is none. */
    interface Lookup {
        OptionalLong byAppendNumber(long appendNumber);

        OptionalLong byVersion(String stream, long version);
    }

    private static final class Waiting {
        private final CompletableFuture<Long> position = new CompletableFuture<>();
        private volatile long placedAt;
        private volatile boolean lookUp;
    }
}
