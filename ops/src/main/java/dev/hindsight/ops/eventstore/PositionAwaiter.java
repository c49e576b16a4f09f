package dev.hindsight.ops.eventstore;

import dev.hindsight.command.AppendedPositions;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * Waits for positions of append calls: on the leading node the sequencer tells them, on another they are looked up when
 * the head moves.
 */
public final class PositionAwaiter implements AppendedPositions {

    private static final String LAST_APPEND = PositionAwaiter.class.getName() + ".lastAppend";

    private final ConcurrentHashMap<Long, CompletableFuture<Long>> waiting = new ConcurrentHashMap<>();

    PositionAwaiter() {}

    /** Expects a position for the append call, which is not committed yet, and remembers it as the unit's last. */
    void expect(UnitOfWork<?> unitOfWork, long appendNumber) {
        UnitOfWork<?> root = unitOfWork.root();
        CompletableFuture<Long> position = positionOf(appendNumber);
        root.resources().put(LAST_APPEND, new Append(appendNumber, position));
        root.onRollback(rolledBack -> waiting.remove(appendNumber));
    }

    /**
     * The position of the append call's last event. Ask before its transaction commits: a call that was placed earlier
     * is not looked up. What depends on the future runs on the sequencer's thread, so block on it or hand over.
     */
    CompletableFuture<Long> positionOf(long appendNumber) {
        return waiting.computeIfAbsent(appendNumber, number -> new CompletableFuture<>());
    }

    @Override
    public OptionalLong await(UnitOfWork<?> unitOfWork, Duration atMost) {
        Object last = unitOfWork.root().resources().get(LAST_APPEND);
        if (!(last instanceof Append append)) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(append.position().get(atMost.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            waiting.remove(append.number());
            return OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Positions never fail.", e);
        }
    }

    void placed(List<Placement> placements) {
        if (waiting.isEmpty()) {
            return;
        }
        for (Placement placement : placements) {
            @Nullable CompletableFuture<Long> position = waiting.remove(placement.appendNumber());
            if (position != null) {
                position.complete(placement.lastPosition());
            }
        }
    }

    /** The append calls without a position, for a node that must look them up. */
    Set<Long> unplaced() {
        return waiting.keySet();
    }

    private record Append(long number, CompletableFuture<Long> position) {}
}
